"""Tasks of people in runs, and the log of what was done with a run."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, func, or_, select, update

from formloom.platform.kernel.ids import new_id
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.prepared import PreparedInsert
from formloom.platform.storage.tables import definitions, flow_log, flow_runs, flow_tasks, users
from formloom.workflows.approvals.seats import Seat

LIVE = ("pending", "open")
_columns = flow_tasks.c
_LOG = PreparedInsert(flow_log)
# Built once: each answer of a process asks them, and building takes longer than asking.
_ORDER = _columns.position, _columns.id
_FIND = select(flow_tasks).where(_columns.id == bindparam("_id"))
_OF_RUN = select(flow_tasks).where(_columns.run_id == bindparam("_run")).order_by(*_ORDER)
_OF_STAY = _OF_RUN.where(
    _columns.node == bindparam("_node"), _columns.token == bindparam("_token"), _columns.visit == bindparam("_visit")
)
_CHANGE = update(flow_tasks).where(_columns.id.in_(bindparam("_ids", expanding=True)))
_CHANGE_ONLY = _CHANGE.where(_columns.state.in_(bindparam("_only", expanding=True)))
_WITHDRAW = update(flow_tasks).where(_columns.run_id == bindparam("_run"), _columns.state.in_(LIVE))
_WITHDRAW_AT = _WITHDRAW.where(_columns.token.in_(bindparam("_tokens", expanding=True)))


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task. `meant_id` is who was asked first, where somebody else answers for him."""

    id: str
    run_id: str
    flow_id: str
    app_id: str
    form_id: str
    record_id: str
    token: int
    visit: int
    node: str
    kind: str
    user_id: str
    meant_id: str | None
    state: str
    position: int
    parent_id: str | None
    beside: str | None
    comment: str | None
    signature: str | None
    attachments: list[dict[str, Any]] | None
    created_at: datetime
    opened_at: datetime | None
    due_at: datetime | None
    done_at: datetime | None
    reminded_at: datetime | None

    @property
    def seat(self) -> Seat:
        """The task as the ruling looks at it."""
        return Seat(self.id, self.user_id, self.state, self.position, self.parent_id, self.beside)  # type: ignore[arg-type]  # both are written by us alone


@dataclass(frozen=True, slots=True)
class Waited:
    """How long one task was waited for."""

    node: str
    state: str
    opened_at: datetime | None
    done_at: datetime | None
    due_at: datetime | None


def waited(unit: ReadUnit, flow_id: str, *, since: datetime, most: int) -> list[Waited]:
    """Return how long the tasks of a flow were waited for, the newest `most`; what was withdrawn or spared is not."""
    statement = select(_columns.node, _columns.state, _columns.opened_at, _columns.done_at, _columns.due_at).where(
        _columns.flow_id == flow_id, _columns.created_at >= since, _columns.kind != "cc",
        _columns.state.not_in(("cancelled", "skipped", "pending")),
    )  # fmt: skip
    return [Waited(*row) for row in unit.conn.execute(statement.order_by(_columns.id.desc()).limit(most))]


def ended(
    unit: ReadUnit, flow_id: str, *, since: datetime, most: int
) -> list[tuple[str | None, datetime, datetime | None]]:
    """Return result, beginning and end of the processes of a flow, the newest `most`."""
    columns = flow_runs.c
    statement = (
        select(columns.result, columns.at, columns.ended_at)
        .where(columns.flow_id == flow_id, columns.at >= since, columns.face == "approval")
        .order_by(columns.id.desc())
        .limit(most)
    )
    return [(row[0], row[1], row[2]) for row in unit.conn.execute(statement)]


def find(unit: ReadUnit, task_id: str) -> TaskRow | None:
    """Return a task."""
    row = unit.conn.execute(_FIND, {"_id": task_id}).first()
    return TaskRow(*row) if row else None


def of_run(unit: ReadUnit, run_id: str, *, stay: tuple[str, int, int] | None = None) -> list[TaskRow]:
    """Return the tasks of a run, or those of one stay (node, token, visit), in the order in which people are asked."""
    asked: dict[str, Any] = {"_run": run_id}
    if stay is not None:
        asked |= zip(("_node", "_token", "_visit"), stay, strict=True)
    return [TaskRow(*row) for row in unit.conn.execute(_OF_RUN if stay is None else _OF_STAY, asked)]


def add(uow: UnitOfWork, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Write tasks down and return their ids."""
    made = [{"id": new_id(), **dict.fromkeys(_OPTIONAL), **row} for row in rows]
    if made:
        uow.conn.execute(flow_tasks.insert(), made)
    return [str(row["id"]) for row in made]


def add_beside(uow: UnitOfWork, task: TaskRow, people: Sequence[str], beside: str, *, now: datetime) -> None:
    """Give people a seat beside a task's: before, after, parallel to or instead of it. Nobody is told yet."""
    same = ("run_id", "flow_id", "app_id", "form_id", "record_id", "token", "visit", "node", "kind")
    about = {name: getattr(task, name) for name in same}
    add(uow, [
        {**about, "user_id": person, "position": place, "state": "pending", "parent_id": task.id,
         "beside": beside, "created_at": now}
        for place, person in enumerate(dict.fromkeys(people))
    ])  # fmt: skip


_OPTIONAL = ("meant_id", "parent_id", "beside", "opened_at", "due_at", "done_at")


def change(uow: UnitOfWork, ids: Collection[str], values: Mapping[str, Any], *, only: Sequence[str] = ()) -> int:
    """Change tasks, those in one of the states `only` if given; return how many there were."""
    asked = {"_ids": list(ids), **values}
    return int(uow.conn.execute(*((_CHANGE_ONLY, {"_only": only, **asked}) if only else (_CHANGE, asked))).rowcount)


def withdraw(uow: UnitOfWork, run_id: str, tokens: Collection[int] | None, *, now: datetime) -> None:
    """Nobody is asked any more at these tokens, or in the whole run."""
    asked = {"_run": run_id, "state": "cancelled", "done_at": now}
    if tokens is None:
        uow.conn.execute(_WITHDRAW, asked)
    elif tokens:
        uow.conn.execute(_WITHDRAW_AT, {"_tokens": list(tokens), **asked})


def reopen(uow: UnitOfWork, task: TaskRow, stays: Collection[tuple[str, int, int]], *, now: datetime) -> None:
    """A task waits again as it did before it was answered, and so does what its answer withdrew.

    What was asked since is withdrawn: it stands at none of the `stays` (node, token, visit).
    """
    everyone = of_run(uow, task.run_id)
    there = [one for one in everyone if (one.node, one.token, one.visit) in stays]
    asked_since = [one.id for one in everyone if one.state in LIVE and one not in there]
    withdrawn = [one for one in there if one.state == "cancelled" and one.done_at == task.done_at]
    change(uow, asked_since, {"state": "cancelled", "done_at": now})
    change(uow, [one.id for one in withdrawn if one.opened_at is None], {"state": "pending", "done_at": None})
    change(uow, [task.id, *(one.id for one in withdrawn if one.opened_at)], {"state": "open", "done_at": None})


def rename_nodes(uow: UnitOfWork, run_id: str, names: Mapping[str, str]) -> None:
    """A run stands on a version in which nodes have other ids; all at once, for two may have changed their names."""
    if names:
        mine = _columns.run_id == run_id, _columns.node.in_(list(names)), _columns.state.in_(LIVE)
        uow.conn.execute(update(flow_tasks).where(*mine).values(node=case(dict(names), value=_columns.node)))


def counts(unit: ReadUnit, user_id: str) -> dict[str, int]:
    """Return how many tasks wait for a person, and how many copies he has not read."""
    found = unit.conn.execute(
        select(_columns.kind, func.count())
        .where(_columns.user_id == user_id, _columns.state == "open")
        .group_by(_columns.kind)
    )
    told = {row[0]: int(row[1]) for row in found}
    copies = told.pop("cc", 0)
    return {"todo": sum(told.values()), "cc": copies}


def box(
    unit: ReadUnit, user_id: str, which: str, *, app_id: str | None = None, q: str = "", before: str | None = None,
    limit: int = 50,
) -> list[tuple[TaskRow, Mapping[str, Any]]]:  # fmt: skip
    """Return one page of a person's tasks, newest first, each with what its run tells: `record_title`, `initiator_id`,
    `result`, `version`, `run_at`."""
    columns = flow_runs.c
    told = (columns.record_title, columns.initiator_id, columns.result, columns.version, columns.at.label("run_at"))
    statement = select(flow_tasks, *told).join(flow_runs, flow_runs.c.id == _columns.run_id)
    if which == "todo":
        statement = statement.where(_columns.user_id == user_id, _columns.state == "open", _columns.kind != "cc")
    elif which == "cc":
        statement = statement.where(_columns.user_id == user_id, _columns.kind == "cc")
    else:
        mine = or_(_columns.user_id == user_id, _columns.meant_id == user_id)
        statement = statement.where(mine, _columns.kind != "cc", _columns.state.not_in((*LIVE, "cancelled", "skipped")))
    if app_id:
        statement = statement.where(_columns.app_id == app_id)
    if q:
        statement = statement.where(func.lower(flow_runs.c.record_title).contains(q.lower(), autoescape=True))
    if before:
        statement = statement.where(_columns.id < before)
    width = len(_columns)
    rows = unit.conn.execute(statement.order_by(_columns.id.desc()).limit(limit))
    return [(TaskRow(*row[:width]), dict(zip([one.name for one in told], row[width:], strict=True))) for row in rows]


def started(
    unit: ReadUnit, user_id: str, *, app_id: str | None = None, q: str = "", before: str | None = None, limit: int = 50
) -> list[Mapping[str, Any]]:
    """Return the processes that a person started, newest first."""
    columns = flow_runs.c
    statement = select(
        columns.id, columns.flow_id, columns.form_id, columns.record_id, columns.record_title, columns.initiator_id,
        columns.result, columns.at, columns.ended_at,
    ).where(columns.initiator_id == user_id, columns.face == "approval")  # fmt: skip
    if app_id:
        statement = statement.where(columns.flow_id.in_(select(definitions.c.id).where(definitions.c.app_id == app_id)))
    if q:
        statement = statement.where(func.lower(columns.record_title).contains(q.lower(), autoescape=True))
    if before:
        statement = statement.where(columns.id < before)
    return [dict(row) for row in unit.conn.execute(statement.order_by(columns.id.desc()).limit(limit)).mappings()]


def flows_that_asked(unit: ReadUnit, user_id: str) -> set[str]:
    """Return the flows that ever asked a person for something."""
    statement = select(_columns.flow_id).where(_columns.user_id == user_id, _columns.kind != "cc").distinct()
    return set(unit.conn.scalars(statement))


def note(uow: UnitOfWork, run_id: str, did: str, *, now: datetime, **more: Any) -> None:
    """Write down what was done with a run.

    `more` has any of `user_id`, `node`, `task_id`, `comment`, `signature`, `attachments` and `told`.
    """
    row = dict.fromkeys(("user_id", "node", "task_id", "comment", "signature", "attachments", "told"))
    uow.leave((_LOG, [{"id": new_id(), "run_id": run_id, "at": now, "did": did, **row, **more}]))


def log_of(unit: ReadUnit, run_id: str) -> list[Mapping[str, Any]]:
    """Return what was done with a run, oldest first."""
    rows = unit.conn.execute(select(flow_log).where(flow_log.c.run_id == run_id).order_by(flow_log.c.id)).mappings()
    return [dict(row) for row in rows]


def names(unit: ReadUnit, ids: Collection[str]) -> dict[str, str]:
    """Return person → name."""
    if not ids:
        return {}
    return {
        row.id: row.name for row in unit.conn.execute(select(users.c.id, users.c.name).where(users.c.id.in_(list(ids))))
    }
