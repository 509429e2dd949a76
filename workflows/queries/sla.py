"""Clocks and their events as rows, and what was said about a record."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, delete, func, insert, null, or_, select, update

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import NotFound
from formloom.platform.kernel.ids import is_id, new_id
from formloom.platform.records.queries.plans import plan_of
from formloom.platform.records.queries.traces import HistoryRow
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import (
    apps,
    comments,
    deliveries,
    flow_runs,
    record_history,
    sla_clocks,
    sla_events,
)

MOST_STEPS = 5_000
MOST_DURATIONS = 50_000
OPEN = ("running", "paused")


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One clock as it was last worked out."""

    id: str
    policy_id: str
    metric: str
    number: int
    state: str
    values: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, str, int]:
        return self.policy_id, self.metric, self.number


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event of a clock."""

    clock_id: str
    key: str
    kind: str
    at: datetime
    detail: Mapping[str, Any]


def steps_of(unit: ReadUnit, record_id: str) -> list[HistoryRow]:
    """Return a record's history, oldest first."""
    columns = record_history.c
    rows = unit.conn.execute(
        select(
            columns.rev, columns.at, columns.actor_kind, columns.actor_id, columns.act, columns.changes, columns.cause
        )
        .where(columns.record_id == record_id)
        .order_by(columns.rev, columns.id)
        .limit(MOST_STEPS)
    )
    return [HistoryRow(*row) for row in rows]


def replies_of(unit: ReadUnit, record_id: str) -> list[datetime]:
    """Return when people wrote to whom the record is about: mails that a member sent off, not those of rules."""
    statement = (
        select(deliveries.c.created_at)
        .join(flow_runs, flow_runs.c.id == deliveries.c.run_id)
        .where(
            deliveries.c.record_id == record_id, deliveries.c.channel == "mail", flow_runs.c.trigger == "button",
            deliveries.c.state != "suspended",
        )
        .order_by(deliveries.c.created_at)
    )  # fmt: skip
    return list(unit.conn.scalars(statement))


def comments_of(unit: ReadUnit, record_id: str) -> list[datetime]:
    """Return when members commented on a record."""
    statement = select(comments.c.at).where(
        comments.c.record_id == record_id, comments.c.actor_kind == "member", comments.c.deleted_at.is_(None)
    )
    return list(unit.conn.scalars(statement.order_by(comments.c.at)))


def clocks_of(unit: ReadUnit, record_id: str) -> list[ClockRow]:
    """Return the clocks of a record, each with all of its columns."""
    columns = sla_clocks.c
    statement = select(sla_clocks).where(columns.record_id == record_id).order_by(columns.started_at, columns.id)
    return [
        ClockRow(row.id, row.policy_id, row.metric, row.number, row.state, dict(row._mapping))
        for row in unit.conn.execute(statement)
    ]


def events_of(unit: ReadUnit, clock_ids: Sequence[str]) -> dict[str, list[EventRow]]:
    """Return clock id → its events in the order of time."""
    columns = sla_events.c
    statement = select(columns.clock_id, columns.key, columns.kind, columns.at, columns.detail)
    found: dict[str, list[EventRow]] = {one: [] for one in clock_ids}
    for row in unit.conn.execute(statement.where(columns.clock_id.in_(clock_ids)).order_by(columns.at, columns.id)):
        found[row.clock_id].append(EventRow(row.clock_id, row.key, row.kind, row.at, row.detail or {}))
    return found


def add_clock(uow: UnitOfWork, values: Mapping[str, Any]) -> str:
    """Write a new clock and return its id."""
    made = new_id()
    uow.conn.execute(insert(sla_clocks).values(id=made, **values))
    return made


def change_clock(uow: UnitOfWork, clock_id: str, values: Mapping[str, Any]) -> None:
    """Write a clock anew."""
    uow.conn.execute(update(sla_clocks).where(sla_clocks.c.id == clock_id).values(**values))


def add_events(uow: UnitOfWork, clock_id: str, events: Iterable[tuple[str, str, datetime, Mapping[str, Any]]]) -> None:
    """Write events (key, kind, at, detail) of a clock."""
    rows = [
        {"id": new_id(), "clock_id": clock_id, "key": key, "kind": kind, "at": at, "detail": dict(detail)}
        for key, kind, at, detail in events
    ]
    if rows:
        uow.conn.execute(insert(sla_events), rows)


def drop_events(uow: UnitOfWork, clock_id: str, keys: Iterable[str]) -> None:
    """Remove events that did not happen after all."""
    listed = list(keys)
    if listed:
        uow.conn.execute(delete(sla_events).where(sla_events.c.clock_id == clock_id, sla_events.c.key.in_(listed)))


def open_elsewhere(unit: ReadUnit, policy_ids: Sequence[str]) -> list[tuple[str, str]]:
    """Return (form id, record id) of records with a running clock of a policy that is none of these, at most 500."""
    columns = sla_clocks.c
    statement = select(columns.form_id, columns.record_id).where(columns.state.in_(OPEN)).distinct().limit(500)
    if policy_ids:
        statement = statement.where(columns.policy_id.notin_(policy_ids))
    return [(row.form_id, row.record_id) for row in unit.conn.execute(statement)]


def cancel_all(uow: UnitOfWork, form_id: str, *, now: datetime) -> None:
    """Cancel the open clocks of a form that is gone."""
    columns = sla_clocks.c
    values = {"state": "cancelled", "next_at": None, "due_at": None, "updated_at": now}
    uow.conn.execute(update(sla_clocks).where(columns.form_id == form_id, columns.state.in_(OPEN)).values(**values))


def settled(unit: ReadUnit, record_ids: Sequence[str]) -> set[str]:
    """Return those records that have clocks of which none is open any more."""
    columns = sla_clocks.c
    rows = unit.conn.execute(select(columns.record_id, columns.state).where(columns.record_id.in_(record_ids))).all()
    return {row.record_id for row in rows} - {row.record_id for row in rows if row.state in OPEN}


def app_of(unit: ReadUnit, reference: str) -> str:
    """Return the id of an app by id or key. Raises NotFound."""
    named = apps.c.id if is_id(reference) else apps.c.key
    found: str | None = unit.conn.scalar(select(apps.c.id).where(named == reference, apps.c.deleted_at.is_(None)))
    if found is None:
        raise NotFound
    return found


def counts(unit: ReadUnit, app_id: str, form_ids: Sequence[str], since: datetime | None, now: datetime) -> list[Any]:
    """Return (policy, metric, kind, state, is late, how many) of the clocks of an app's forms that have a target."""
    columns = sla_clocks.c
    is_late = or_(columns.is_breached, and_(columns.state == "running", columns.due_at < now))
    late = case((is_late, 1), else_=0).label("is_late")
    statement = select(columns.policy_id, columns.metric, columns.kind, columns.state, late, func.count().label("many"))
    statement = statement.where(*_counted(app_id, form_ids, since)).group_by(
        columns.policy_id, columns.metric, columns.kind, columns.state, late
    )
    return list(unit.conn.execute(statement))


def durations(unit: ReadUnit, app_id: str, form_ids: Sequence[str], since: datetime | None) -> list[Any]:
    """Return (policy, metric, elapsed) of the clocks that stopped last, at most 50,000."""
    columns = sla_clocks.c
    statement = (
        select(columns.policy_id, columns.metric, columns.elapsed_s)
        .where(*_counted(app_id, form_ids, since), columns.state == "stopped")
        .order_by(columns.stopped_at.desc())
        .limit(MOST_DURATIONS)
    )
    return list(unit.conn.execute(statement))


@dataclass(frozen=True, slots=True)
class Timed:
    """One clock with a target, and what stands in a field of its record."""

    metric: str
    record_id: str
    state: str
    started_at: datetime
    stopped_at: datetime | None
    due_at: datetime | None
    within_s: int
    elapsed_s: int
    is_breached: bool
    group: str | None


def timed(unit: ReadUnit, form: FormVersion, policy_id: str, since: datetime | None, by: str | None) -> list[Timed]:
    """Return the clocks of a policy over records that are there, newest first, at most 50,000."""
    columns, plan = sla_clocks.c, plan_of(form)
    told = [columns[one.name] for one in dataclass_fields(Timed) if one.name != "group"]
    statement = (
        select(*told, plan.columns[by] if by else null())
        .join(plan.table, plan.table.c.id == columns.record_id)
        .where(
            *_counted(form.app_id, [form.form_id], since), columns.policy_id == policy_id,
            plan.table.c.deleted_at.is_(None),
        )
        .order_by(columns.started_at.desc())
        .limit(MOST_DURATIONS)
    )  # fmt: skip
    found: list[Any] = list(unit.conn.execute(statement))
    return [Timed(*row) for row in found]


def _counted(app_id: str, form_ids: Sequence[str], since: datetime | None) -> list[Any]:
    columns = sla_clocks.c
    wanted: list[Any] = [columns.app_id == app_id, columns.form_id.in_(form_ids), columns.state != "cancelled"]
    wanted.append(columns.within_s.is_not(None))
    return [*wanted, columns.started_at >= since] if since is not None else wanted
