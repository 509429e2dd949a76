"""Opening a node: who is asked there, in which order, and what happens when there is nobody to ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.platform.kernel.ids import new_id
from formloom.platform.storage.database import UnitOfWork
from formloom.workflows.approvals import clock
from formloom.workflows.approvals.facts import Running, Stay
from formloom.workflows.approvals.seats import Seat, ruling
from formloom.workflows.approvals.telling import tell
from formloom.workflows.engine.context import Context
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.engine.program import START
from formloom.workflows.queries import tasks


@dataclass(frozen=True, slots=True)
class Asked:
    """People found for a node, those who need not answer, and those who answer for others."""

    people: Sequence[str]
    skipped: frozenset[str] = frozenset()
    instead: Mapping[str, str] | None = None


def ask(
    uow: UnitOfWork, context: Context, run: Running, stay: Stay, kind: str, node: Mapping[str, Any], asked: Asked
) -> Outcome:  # fmt: skip
    """Give people their tasks at a node and return what came of it: it waits, or it is over at once."""
    if kind == "cc":
        return _copies(uow, context, run, stay, node, asked)
    if is_to_be_chosen(run, stay, node):
        kind, asked = "choose", Asked([run.initiator_id] if run.initiator_id else [])
    if not asked.people:
        return nobody(node)
    told = {"people": list(asked.people)}
    rows = seats_for(context, run, stay, kind, asked)
    table = [Seat(row["id"], row["user_id"], row["state"], row["position"]) for row in rows]
    found = ruling(str(node.get("mode") or "any"), int(node.get("percent") or 50), table)
    if found.result is not None:  # everybody has answered before
        tasks.add(uow, [{**row, "state": "skipped", "done_at": context.now} for row in rows])
        return Outcome(output={**told, "passed": "answered_before"}, result="skipped")
    due = clock.due_at(uow, context, node)
    now_open = {"state": "open", "opened_at": context.now, "due_at": due}
    tasks.add(uow, [{**row, **now_open} if row["id"] in found.open else row for row in rows])
    _begin(uow, context, run, node, kind, {row["id"]: row["user_id"] for row in rows if row["id"] in found.open}, due)
    return Outcome(output=told, result="waiting")


def nobody(node: Mapping[str, Any]) -> Outcome:
    """Return what happens at a node for which nobody was found, after its further people were looked for in vain."""
    if node.get("when_nobody") == "reject":
        return rejected(node)
    return Outcome(output={"people": [], "passed": "nobody"}, result="skipped")


def rejected(node: Mapping[str, Any], previous: str | None = None) -> Outcome:
    """Return the outcome of a rejection: the end, or back to an earlier node."""
    target = str(node.get("on_reject") or "end")
    if target == "previous":
        target = previous or START
    if target == "end":
        return Outcome(output={"result": "rejected"}, ends="rejected")
    return Outcome(output={"result": "rejected"}, goes_to=target)


def seats_for(context: Context, run: Running, stay: Stay, kind: str, asked: Asked) -> list[dict[str, Any]]:
    """Return the tasks of those who are asked, none of them open yet."""
    instead = asked.instead or {}
    return [
        {
            **_about(run, stay), "id": new_id(), "kind": kind, "user_id": instead.get(person, person),
            "meant_id": person if person in instead else None, "position": place, "created_at": context.now,
            "state": "skipped" if person in asked.skipped else "pending",
            "opened_at": None, "due_at": None, "done_at": context.now if person in asked.skipped else None,
        }
        for place, person in enumerate(asked.people)
    ]  # fmt: skip


def seats_of(uow: UnitOfWork, run_id: str, stay: Stay) -> list[Seat]:
    """Return the seats of a stay at a node."""
    return [one.seat for one in tasks.of_run(uow, run_id, stay=(stay.node, stay.token, stay.visit))]


def open_now(
    uow: UnitOfWork, context: Context, run: Running, node: Mapping[str, Any], seats: Sequence[Seat], *, kind: str
) -> None:
    """Ask those whose turn it has become: open their tasks, start their clocks, tell them."""
    waiting = {one.id: one.user_id for one in seats if one.state == "pending"}
    if not waiting:
        return
    due = clock.due_at(uow, context, node)
    tasks.change(uow, waiting, {"state": "open", "opened_at": context.now, "due_at": due}, only=("pending",))
    _begin(uow, context, run, node, kind, waiting, due)


def _begin(
    uow: UnitOfWork, context: Context, run: Running, node: Mapping[str, Any], kind: str, opened: Mapping[str, str],
    due: datetime | None,
) -> None:  # fmt: skip
    """Tasks are open now: start their clocks and tell their people."""
    for task_id in opened if due is not None else ():
        clock.plan(uow, context, node, task_id, due, run)
    tell(uow, context, run, node, kind, opened, due_at=due)


def is_to_be_chosen(run: Running, stay: Stay, node: Mapping[str, Any]) -> bool:
    """Tell whether the initiator has yet to say who is asked at a node."""
    is_open = any(one.get("chosen") for one in node.get("assignees") or ())
    return is_open and run.initiator_id is not None and not run.chosen.get(stay.node)


def is_in_order(node: Mapping[str, Any]) -> bool:
    """Tell whether people are asked one after the other although the node does not say so: a chain of supervisors."""
    chain = any("supervisors" in one for one in node.get("assignees") or ())
    return chain and node.get("mode") in (None, "any", "all")


def _copies(
    uow: UnitOfWork, context: Context, run: Running, stay: Stay, node: Mapping[str, Any], asked: Asked
) -> Outcome:  # fmt: skip
    rows = [
        {**_about(run, stay), "kind": "cc", "user_id": person, "position": place, "state": "open",
         "created_at": context.now, "opened_at": context.now}
        for place, person in enumerate(asked.people)
    ]  # fmt: skip
    tell(uow, context, run, node, "cc", dict(zip(tasks.add(uow, rows), asked.people, strict=True)))
    return Outcome(output={"people": list(asked.people)}, result="done" if rows else "skipped")


def _about(run: Running, stay: Stay) -> dict[str, Any]:
    return {
        "run_id": run.id, "flow_id": run.flow_id, "app_id": run.app_id, "form_id": run.form_id,
        "record_id": run.record_id, "token": stay.token, "visit": stay.visit, "node": stay.node,
    }  # fmt: skip
