"""Runs of flows and their steps: written in the run's own transaction, each at most once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from formloom.platform.kernel.ids import new_id
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.prepared import PreparedInsert
from formloom.platform.storage.tables import assignment_log, flow_runs, flow_steps

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
    uow.conn.execute(flow_runs.update().where(flow_runs.c.id == run_id).values(**values))


def add_step(
    uow: UnitOfWork, run_id: str, step_no: int, node: str, state: str, output: Mapping[str, Any], *, now: datetime
) -> None:
    """Write down one step; a second one of the same number is refused by the key."""
    row = {"run_id": run_id, "step_no": step_no, "node": node, "state": state, "output": dict(output), "at": now}
    uow.leave((_STEPS, [row]))


def of_flow(
    unit: ReadUnit, flow_id: str, *, state: str | None = None, record_id: str | None = None, before: str | None = None,
    limit: int = 50,
) -> list[RunRow]:  # fmt: skip
    """Return a flow's runs, newest first."""
    columns = flow_runs.c
    statement = select(
        columns.id, columns.flow_id, columns.version, columns.record_id, columns.record_title, columns.state,
        columns.trigger, columns.trace, columns.error, columns.at, columns.took_ms, columns.form_id,
    ).where(columns.flow_id == flow_id)  # fmt: skip
    if state:
        statement = statement.where(columns.state == state)
    if record_id:
        statement = statement.where(columns.record_id == record_id)
    if before:
        statement = statement.where(columns.id < before)
    return [RunRow(*row) for row in unit.conn.execute(statement.order_by(columns.id.desc()).limit(limit))]


def log_assignment(uow: UnitOfWork, row: Mapping[str, Any]) -> None:
    """Write down who got a record, and why."""
    uow.conn.execute(assignment_log.insert().values(id=new_id(), **row))
