"""What the clock does with runs that wait: wakes them, reminds people, and acts when a task is late."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from formloom.platform.kernel.errors import NotFound
from formloom.platform.storage.database import UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows import answers, watching
from formloom.workflows.approvals import people, rights
from formloom.workflows.approvals.facts import Stay
from formloom.workflows.approvals.telling import tell
from formloom.workflows.approvals.weighing import weigh
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.engine.program import START
from formloom.workflows.queries import tasks
from formloom.workflows.queries.tasks import TaskRow
from formloom.workflows.running import Run, settle_and_go, settle_told, take_up


def fire(uow: UnitOfWork, rt: Runtime, told: Mapping[str, Any], *, now: datetime) -> None:
    """Do what a timer of a run is for; what it was set for may be over, then nothing happens."""
    kind = told.get("timer")
    if kind in {"wake", "look"}:
        _wake(uow, rt, kind, told, now)
        return
    if kind == "answer":
        answers.take(uow, rt, told, now=now)
        return
    task = tasks.find(uow, str(told.get("task")))
    if task is None or task.state != "open":
        return
    run, _stood = take_up(uow, rt, task.run_id, now=now)
    task = tasks.find(uow, task.id)
    if task is None or task.state != "open" or task.due_at is None:
        return
    if kind == "remind":
        _remind(uow, run, task, "remind", now)
    elif kind == "late" and task.due_at <= now:
        _late(uow, rt, run, task, now)


def _wake(uow: UnitOfWork, rt: Runtime, kind: str, told: Mapping[str, Any], now: datetime) -> None:
    try:
        run, _stood = take_up(uow, rt, str(told.get("run")), now=now)
    except NotFound:
        return
    token = run.state.token(int(told.get("token") or 0))
    if token is None or not token.waits(told.get("node"), told.get("visit")):
        return
    if kind == "look":
        watching.look(uow, rt, run, token)
    elif (over := watching.time_over(run, token)) is not None:
        settle_told(uow, rt, run, token, over)
    else:
        settle_and_go(uow, rt, run, token.id, Outcome())


def _remind(uow: UnitOfWork, run: Run, task: TaskRow, word: str, now: datetime) -> None:
    node, whom = run.node(task.node), {task.id: task.user_id}
    tell(uow, run.context, run.facts, node, word, whom, kind=task.kind, due_at=task.due_at)
    tasks.change(uow, [task.id], {"reminded_at": now})
    tasks.note(uow, run.id, "reminded", now=now, node=task.node, task_id=task.id, told={"to": [task.user_id]})


def _late(uow: UnitOfWork, rt: Runtime, run: Run, task: TaskRow, now: datetime) -> None:
    node = run.node(task.node)
    setting: Mapping[str, Any] = node.get("timeout") or {}
    then = setting.get("then") or "remind"
    stay = Stay(task.node, task.token, task.visit)
    if then == "remind":
        return _remind(uow, run, task, "late", now)
    if then == "escalate":
        return _escalate(uow, rt, run, task, node, now)
    if then == "return":
        return _return(uow, rt, run, task, node, now)
    passed = then == "pass"
    tasks.note(
        uow, run.id, "passed" if passed else "rejected", now=now, node=task.node, task_id=task.id, told={"why": "late"}
    )
    state = ("approved" if task.kind == "approve" else "submitted") if passed else "rejected"
    tasks.change(uow, [task.id], {"state": state, "done_at": now})
    return weigh(uow, rt, run, stay, task.kind)


def _return(uow: UnitOfWork, rt: Runtime, run: Run, task: TaskRow, node: Mapping[str, Any], now: datetime) -> None:
    """Return it to where the node allows, which is the node before unless only the initiator is."""
    before = rights.previous(uow, run, task.node) if node.get("return_to") != "start" else None
    tasks.change(uow, [task.id], {"state": "returned", "done_at": now})
    tasks.note(
        uow, run.id, "returned", now=now, node=task.node, task_id=task.id, told={"why": "late", "node": before or START}
    )
    settle_and_go(uow, rt, run, task.token, Outcome(output={"result": "returned"}, goes_to=before or START))


def _escalate(uow: UnitOfWork, rt: Runtime, run: Run, task: TaskRow, node: Mapping[str, Any], now: datetime) -> None:
    """Give the task to the people named for that, else to the supervisor of whom it was with."""
    setting: Mapping[str, Any] = node.get("timeout") or {}
    finding = people.Asking(uow, run.context, run.facts.initiator_id, run.facts.chosen, task.node)
    meant = people.found(finding, setting.get("to") or ())
    if not meant and (above := finding.structure.supervisor(task.user_id, 1)):
        meant = [above]
    meant = [one for one in meant if one != task.user_id]
    if not meant:
        return _remind(uow, run, task, "late", now)
    tasks.change(uow, [task.id], {"state": "transferred", "done_at": now})
    tasks.add_beside(uow, task, meant[:1], "instead", now=now)
    tasks.note(
        uow, run.id, "transferred", now=now, node=task.node, task_id=task.id, told={"why": "late", "to": meant[:1]}
    )
    return weigh(uow, rt, run, Stay(task.node, task.token, task.visit), task.kind)
