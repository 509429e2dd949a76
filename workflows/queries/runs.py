"""Runs of flows and their steps: written in the run's own transaction, each at most once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, and_, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.ids import new_id
from formloom.platform.records.queries import pages
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.prepared import PreparedInsert
from formloom.platform.storage.tables import apps, assignment_log, definitions, flow_runs, flow_steps, flow_tasks
from formloom.workflows.engine.program import MAX_NODES

_STEPS = PreparedInsert(flow_steps)


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run as it is listed."""

    id: str
    flow_id: str
    version: int
    record_id: str | None
    record_title: str | None
    state: str
    trigger: str
    trace: list[dict[str, Any]]
    error: str | None
    at: datetime
    took_ms: int | None
    form_id: str | None = None
    replay_of: str | None = None


def begin(uow: UnitOfWork, flow_id: str, version: int, event_id: str, run: Mapping[str, Any]) -> str | None:
    """Claim the run of a flow for an event; None when it ran already."""
    made = new_id()
    insert: Any = sqlite.insert if uow.dialect == "sqlite" else postgresql.insert
    row = {
        "id": made,
        "flow_id": flow_id,
        "version": version,
        "event_id": event_id,
        "state": "running",
        "trace": [],
        **run,
    }
    statement = insert(flow_runs).values(row).on_conflict_do_nothing(index_elements=["flow_id", "event_id"])
    inserted: str | None = uow.conn.scalar(statement.returning(flow_runs.c.id))
    return inserted


def finish(uow: UnitOfWork, run_id: str, values: Mapping[str, Any]) -> None:
    """Write what came of a run."""
    uow.conn.execute(_FINISH, {"_id": run_id, **values})


@dataclass(frozen=True, slots=True)
class Standing:
    """A run as whoever goes on with it needs it."""

    id: str
    flow_id: str
    version: int
    event_id: str
    form_id: str
    record_id: str
    state: str
    result: str | None
    face: str
    tokens: dict[str, Any] | None
    occasion: dict[str, Any]
    trace: list[dict[str, Any]]
    initiator_id: str | None
    chosen: dict[str, Any]
    parent_id: str | None
    parent_token: int | None
    record_title: str | None
    at: datetime
    ended_at: datetime | None
    last_answer: dict[str, Any] | None


def standing(unit: ReadUnit, run_id: str, *, lock: bool = False) -> Standing | None:
    """Return a run; with `lock` nobody else goes on with it until this transaction ends."""
    row = unit.conn.execute(_LOCKED if lock else _STOOD, {"_id": run_id}).mappings().first()
    return _stood(row) if row is not None else None


def standing_of_task(uow: UnitOfWork, task_id: str) -> Standing | None:
    """Return the run of a task; nobody else goes on with it until this transaction ends."""
    row = uow.conn.execute(_LOCKED_BY_TASK, {"_task": task_id}).mappings().first()
    return _stood(row) if row is not None else None


def standing_of(
    unit: ReadUnit, flow_id: str, *, but_version: int, most: int, only: Collection[str] = (), after: str = "",
    lock: bool = False,
) -> list[Standing]:  # fmt: skip
    """Return the running processes of a flow that are not on a version, oldest first; `only` these if any are given."""
    columns = flow_runs.c
    mine = [
        columns.flow_id == flow_id, columns.state == "running", columns.version != but_version, columns.id > after,
        columns.tokens.is_not(None), *([columns.id.in_(only)] if only else []),
    ]  # fmt: skip
    statement = select(*_STANDING).where(*mine).order_by(columns.id).limit(most)
    return [_stood(row) for row in unit.conn.execute(statement.with_for_update() if lock else statement).mappings()]


def running_by_version(unit: ReadUnit, flow_id: str) -> dict[int, int]:
    """Return version → how many processes of a flow run on it."""
    columns = flow_runs.c
    mine = columns.flow_id == flow_id, columns.state == "running", columns.tokens.is_not(None)
    statement = select(columns.version, func.count()).where(*mine).group_by(columns.version)
    return {row.version: row[1] for row in unit.conn.execute(statement)}


# Built once: each answer of a process asks them, and building takes longer than asking.
def older_in_app(unit: ReadUnit, app_id: str) -> dict[str, int]:
    """Return flow → how many of its processes run on a version that is not the current one."""
    columns = flow_runs.c
    statement = (
        select(columns.flow_id, func.count())
        .join(definitions, definitions.c.id == columns.flow_id)
        .where(
            definitions.c.app_id == app_id, definitions.c.deleted_at.is_(None), columns.state == "running",
            columns.tokens.is_not(None), columns.version != definitions.c.version, columns.face == "approval",
        )
        .group_by(columns.flow_id)
    )  # fmt: skip
    return {row.flow_id: row[1] for row in unit.conn.execute(statement)}


_STANDING = tuple(flow_runs.c[one.name] for one in dataclass_fields(Standing))
_FINISH = flow_runs.update().where(flow_runs.c.id == bindparam("_id"))
_STOOD = select(*_STANDING).where(flow_runs.c.id == bindparam("_id"))
_LOCKED = _STOOD.with_for_update()
_LOCKED_BY_TASK = (
    select(*_STANDING)
    .where(flow_runs.c.id == select(flow_tasks.c.run_id).where(flow_tasks.c.id == bindparam("_task")).scalar_subquery())
    .with_for_update(of=flow_runs)
)


def _stood(row: RowMapping) -> Standing:
    return Standing(**{**row, "occasion": row["occasion"] or {}, "chosen": row["chosen"] or {}})


def add_step(
    uow: UnitOfWork, run_id: str, step_no: int, node: str, state: str, output: Mapping[str, Any], *, now: datetime
) -> None:
    """Write down one step; a second one of the same number is refused by the key."""
    row = {"run_id": run_id, "step_no": step_no, "node": node, "state": state, "output": dict(output), "at": now}
    uow.leave((_STEPS, [row]))


def most_visits(unit: ReadUnit, run_id: str) -> int:
    """Return how often, at most, an action of a run was done."""
    last = unit.conn.execute(select(func.max(flow_steps.c.step_no)).where(flow_steps.c.run_id == run_id)).scalar()
    return 0 if last is None else int(last) // MAX_NODES + 1


def of_flow(
    unit: ReadUnit, flow_id: str, *, state: str | None = None, record_id: str | None = None, before: str | None = None,
    run_id: str | None = None, limit: int = 50,
) -> list[RunRow]:  # fmt: skip
    """Return a flow's runs, newest first."""
    columns = flow_runs.c
    statement = select(
        columns.id, columns.flow_id, columns.version, columns.record_id, columns.record_title, columns.state,
        columns.trigger, columns.trace, columns.error, columns.at, columns.took_ms, columns.form_id, columns.replay_of,
    ).where(columns.flow_id == flow_id)  # fmt: skip
    if state:
        statement = statement.where(columns.state == state)
    if record_id:
        statement = statement.where(columns.record_id == record_id)
    if run_id:
        statement = statement.where(columns.id == run_id)
    if before:
        statement = statement.where(columns.id < before)
    return [RunRow(*row) for row in unit.conn.execute(statement.order_by(columns.id.desc()).limit(limit))]


def log_assignment(uow: UnitOfWork, row: Mapping[str, Any]) -> None:
    """Write down who got a record, and why."""
    uow.conn.execute(assignment_log.insert().values(id=new_id(), **row))


def children_left(unit: ReadUnit, parent_id: str, token: int, records: Collection[str]) -> int:
    """Return how many of the processes that a run started for `records` are not over; those not yet begun count."""
    columns = flow_runs.c
    over = select(columns.record_id).where(
        columns.parent_id == parent_id, columns.parent_token == token, columns.state != "running",
        columns.record_id.in_(list(records)),
    )  # fmt: skip
    return len(set(records) - set(unit.conn.scalars(over)))


def processes_of(unit: ReadUnit, form_id: str, record_id: str) -> list[str]:
    """Return the ids of the processes of a record, newest first."""
    columns = flow_runs.c
    mine = columns.record_id == record_id, columns.form_id == form_id, columns.face == "approval"
    return list(unit.conn.scalars(select(columns.id).where(*mine).order_by(columns.id.desc()).limit(20)))


def is_spent(unit: ReadUnit, flow_id: str, most: int, since: datetime) -> bool:
    """Tell whether a flow ran `most` times after `since`; runs that were left out don't count."""
    columns = flow_runs.c
    mine = columns.flow_id == flow_id, columns.state != "skipped"
    last = list(unit.conn.scalars(select(columns.at).where(*mine).order_by(columns.id.desc()).limit(most)))
    return len(last) == most and min(last) > since


def waiting_at(unit: ReadUnit, form_id: str, record_id: str) -> list[str]:
    """Return the runs about a record that are put away, oldest first."""
    columns = flow_runs.c
    mine = columns.record_id == record_id, columns.form_id == form_id, columns.state == "running"
    return list(unit.conn.scalars(select(columns.id).where(*mine).order_by(columns.id)))


def flows_named(unit: ReadUnit, ids: Collection[str]) -> dict[str, tuple[store.Definition, dict[str, Any]]]:
    """Return flow → its definition and current published document."""
    return {one.id: (one, document) for one, document in store.published_ones(unit, ids)} if ids else {}


def apps_named(unit: ReadUnit, ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return app → `key` and `title`."""
    named = and_(definitions.c.app_id == apps.c.id, definitions.c.kind == "app")
    rows = unit.conn.execute(
        select(apps.c.id, apps.c.key, definitions.c.title).join(definitions, named).where(apps.c.id.in_(list(ids)))
    )
    return {row.id: {"key": row.key, "title": row.title} for row in rows}


def values_of(unit: ReadUnit, form: FormVersion, ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return record → its values as JSON, in one query."""
    wanted = list(dict.fromkeys(ids))
    query = pages.Query(filter={"field": "id", "op": "in", "value": wanted}, limit=len(wanted), sort=("id",))
    return {one.id: form.dump(one.values) for one in pages.page(unit, form, query).records} if wanted else {}
