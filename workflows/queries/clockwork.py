"""Timers: rows that say when a flow has to look at a record, or has to run at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from formloom.platform.kernel.ids import new_id
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import timers

IN_RUNS = ("wake", "look", "remind", "late")
"""Kinds of timers that belong to a run which waits, not to the trigger of a flow. Those of blueprints, which belong to
a stage of a record, are planned the same way."""


@dataclass(frozen=True, slots=True)
class TimerRow:
    """One timer that is due."""

    id: str
    kind: str
    flow_id: str
    form_id: str
    record_id: str | None
    fire_at: datetime
    payload: dict[str, Any] | None = None


def plan(
    uow: UnitOfWork, kind: str, flow_id: str, form_id: str, record_id: str | None, fire_at: datetime, *, now: datetime
) -> None:
    """Plan a firing; the same flow, record and moment are planned once, even after it fired."""
    insert: Any = sqlite.insert if uow.dialect == "sqlite" else postgresql.insert
    row: Mapping[str, Any] = {
        "id": new_id(), "kind": kind, "flow_id": flow_id, "form_id": form_id, "record_id": record_id,
        "dedupe": f"{flow_id}:{record_id or '-'}:{fire_at.isoformat()}", "fire_at": fire_at, "created_at": now,
    }  # fmt: skip
    uow.conn.execute(insert(timers).values(row).on_conflict_do_nothing(index_elements=["dedupe"]))


def drop_waiting(uow: UnitOfWork, flow_id: str, record_id: str | None, *, but: datetime | None = None) -> None:
    """Take back the firings of a flow's trigger for a record that have not come, but a late one at `but`."""
    columns = timers.c
    same = columns.record_id.is_(None) if record_id is None else columns.record_id == record_id
    of_trigger = columns.kind.not_in(IN_RUNS)
    statement = delete(timers).where(columns.flow_id == flow_id, same, of_trigger, columns.fired_at.is_(None))
    uow.conn.execute(statement if but is None else statement.where(columns.fire_at != but))


def plan_in_run(
    uow: UnitOfWork, kind: str, about: Mapping[str, str | None], fire_at: datetime, payload: Mapping[str, Any], *,
    now: datetime,
) -> None:  # fmt: skip
    """Plan that a run goes on (`wake`) or looks at its condition (`look`), or that a task is looked at (`remind`,
    `late`); each once for its payload.

    `about` has `flow_id`, `form_id` and `record_id`.
    """
    insert: Any = sqlite.insert if uow.dialect == "sqlite" else postgresql.insert
    what = ":".join(str(value) for value in payload.values())
    row = {"id": new_id(), "kind": kind, **about, "dedupe": f"{kind}:{what}:{fire_at.isoformat()}",
           "fire_at": fire_at, "payload": dict(payload), "created_at": now}  # fmt: skip
    uow.conn.execute(insert(timers).values(row).on_conflict_do_nothing(index_elements=["dedupe"]))


def drop_other(uow: UnitOfWork, flow_id: str, fire_at: datetime, *, now: datetime) -> None:
    """Take back the coming firings of a flow that follows the clock, but the one at `fire_at`."""
    columns = timers.c
    uow.conn.execute(
        delete(timers).where(
            columns.flow_id == flow_id, columns.record_id.is_(None), columns.fired_at.is_(None),
            columns.fire_at > now, columns.fire_at != fire_at,
        )
    )  # fmt: skip


def is_adopted(unit: ReadUnit, flow_id: str, version: int, zone: str) -> bool:
    """Tell whether the records that were there before this version of a flow, or this time zone, have their timers."""
    statement = select(timers.c.id).where(timers.c.dedupe == _adoption(flow_id, version, zone))
    return unit.conn.execute(statement).first() is not None


def adopted(uow: UnitOfWork, flow_id: str, version: int, zone: str, form_id: str, *, now: datetime) -> None:
    """Write down that they have."""
    insert: Any = sqlite.insert if uow.dialect == "sqlite" else postgresql.insert
    row: Mapping[str, Any] = {
        "id": new_id(), "kind": "adoption", "flow_id": flow_id, "form_id": form_id, "fire_at": now, "fired_at": now,
        "created_at": now, "dedupe": _adoption(flow_id, version, zone),
    }  # fmt: skip
    uow.conn.execute(insert(timers).values(row).on_conflict_do_nothing(index_elements=["dedupe"]))


def _adoption(flow_id: str, version: int, zone: str) -> str:
    return f"{flow_id}:adopted:{version}:{zone}"


def is_due(unit: ReadUnit, *, now: datetime) -> bool:
    """Tell whether any timer is due: asked every second, so that an idle clock writes nothing."""
    statement = select(timers.c.id).where(timers.c.fire_at <= now, timers.c.fired_at.is_(None)).limit(1)
    return unit.conn.execute(statement).first() is not None


def take_due(uow: UnitOfWork, *, now: datetime, most: int = 200) -> list[TimerRow]:
    """Take the timers that are due and mark them as fired."""
    columns = timers.c
    statement = (
        select(
            columns.id,
            columns.kind,
            columns.flow_id,
            columns.form_id,
            columns.record_id,
            columns.fire_at,
            columns.payload,
        )
        .where(columns.fire_at <= now, columns.fired_at.is_(None))
        .order_by(columns.fire_at)
        .limit(most)
    )
    if uow.dialect == "postgresql":
        statement = statement.with_for_update(skip_locked=True)
    found = [TimerRow(*row) for row in uow.conn.execute(statement)]
    if found:
        ids = [row.id for row in found]
        uow.conn.execute(update(timers).where(columns.id.in_(ids)).values(fired_at=now))
    return found
