"""Stages of records as rows: entering, leaving, the log of one record, and figures over all of a form."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, update

from formloom.platform.kernel.ids import new_id
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.prepared import PreparedInsert
from formloom.platform.storage.tables import record_stages

INSERTION = PreparedInsert(record_stages)
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stretch of time that a record spent in a state; who brought it there, and how."""

    id: str
    record_id: str
    field: str
    state: str
    entered_at: datetime
    left_at: datetime | None
    spent_s: int | None
    actor_kind: str
    actor_id: str | None
    transition: str | None
    comment: str | None


@dataclass(frozen=True, slots=True)
class StateFigures:
    """What is known of one state: how many records are in it, how many left it, and how long that took them."""

    field: str
    state: str
    now: int
    left: int
    median_s: int | None
    p90_s: int | None


@dataclass(frozen=True, slots=True)
class Moves:
    """How often records went from one state to another in one way.

    No `source`: they began there. No `transition` although there is a source: a rule moved them, or somebody put the
    state right.
    """

    field: str
    source: str | None
    state: str
    transition: str | None
    count: int


def stage_id() -> str:
    """Return an id for a new stage."""
    return new_id()


def leave(uow: UnitOfWork, field: str, record_ids: Collection[str], *, at: datetime) -> None:
    """End the stages in which records are now."""
    columns = record_stages.c
    for row in open_of(uow, record_ids, field=field):
        spent_s = max(0, int((at - row.entered_at).total_seconds()))
        uow.conn.execute(update(record_stages).where(columns.id == row.id).values(left_at=at, spent_s=spent_s))


def open_of(unit: ReadUnit, record_ids: Iterable[str], *, field: str | None = None) -> list[StageRow]:
    """Return the stages in which records are now."""
    columns, wanted = record_stages.c, list(record_ids)
    found: list[StageRow] = []
    for first in range(0, len(wanted), AT_ONCE):
        statement = select(*_SHOWN).where(
            columns.record_id.in_(wanted[first : first + AT_ONCE]), columns.left_at.is_(None)
        )
        if field is not None:
            statement = statement.where(columns.field == field)
        found += [StageRow(*row) for row in unit.conn.execute(statement)]
    return found


def find(unit: ReadUnit, stage: str) -> StageRow | None:
    """Return one stage, or None."""
    row = unit.conn.execute(select(*_SHOWN).where(record_stages.c.id == stage)).one_or_none()
    return None if row is None else StageRow(*row)


def of_record(unit: ReadUnit, record_id: str, fields: Collection[str], *, limit: int = 500) -> list[StageRow]:
    """Return the log of a record, newest first, as far as it is about these fields."""
    columns = record_stages.c
    statement = (
        select(*_SHOWN)
        .where(columns.record_id == record_id, columns.field.in_(list(fields)))
        .order_by(columns.entered_at.desc(), columns.id.desc())
        .limit(limit)
    )
    return [StageRow(*row) for row in unit.conn.execute(statement)]


def enter_all(uow: UnitOfWork, form_id: str, field: str, states: Mapping[str, str], *, now: datetime) -> None:
    """Begin stages for records that were there before their states were watched: record id → state."""
    known = {row.record_id for row in open_of(uow, states, field=field)}
    made = [
        {
            "id": new_id(), "form_id": form_id, "record_id": record_id, "field": field, "state": state,
            "entered_at": now, "actor_kind": "system", "actor_id": None,
        }
        for record_id, state in states.items() if record_id not in known
    ]  # fmt: skip
    if made:
        uow.leave((INSERTION, made))


def figures(unit: ReadUnit, form_id: str, *, since: datetime | None) -> list[StateFigures]:
    """Return the figures of every state of a form, in one query.

    Median and 90th percentile are those of stages that were left, since `since` if given: the smallest duration that
    so many do not exceed.
    """
    columns = record_stages.c
    is_open = case((columns.left_at.is_(None), 1), else_=0)
    group = (columns.field, columns.state, is_open)
    counted = select(
        columns.field, columns.state, is_open.label("is_open"), columns.spent_s,
        func.row_number().over(partition_by=group, order_by=columns.spent_s).label("place"),
        func.count().over(partition_by=group).label("many"),
    ).where(columns.form_id == form_id)  # fmt: skip
    if since is not None:
        counted = counted.where(columns.left_at.is_(None) | (columns.left_at >= since))
    ranked = counted.subquery()
    has_left = ranked.c.is_open == 0
    place, many = ranked.c.place, ranked.c.many
    statement = select(
        ranked.c.field, ranked.c.state, func.sum(ranked.c.is_open),
        func.sum(case((has_left, 1), else_=0)),
        func.min(case((has_left & (place * 2 >= many), ranked.c.spent_s))),
        func.min(case((has_left & (place * 10 >= many * 9), ranked.c.spent_s))),
    ).group_by(ranked.c.field, ranked.c.state)  # fmt: skip
    return [
        StateFigures(row[0], row[1], int(row[2]), int(row[3]), row[4], row[5]) for row in unit.conn.execute(statement)
    ]


def moves(unit: ReadUnit, form_id: str, *, since: datetime | None) -> list[Moves]:
    """Return how often each way was taken in a form, since `since` if given, in one query.

    A record that comes back from the trash goes on where it was; that is no move.
    """
    columns = record_stages.c
    order = (columns.entered_at, columns.id)
    source = func.lag(columns.state).over(partition_by=(columns.record_id, columns.field), order_by=order)
    entered = select(
        columns.field, source.label("source"), columns.state, columns.transition, columns.entered_at
    ).where(columns.form_id == form_id).subquery()  # fmt: skip
    ways = (entered.c.field, entered.c.source, entered.c.state, entered.c.transition)
    statement = select(*ways, func.count()).group_by(*ways)
    statement = statement.where(entered.c.source.is_(None) | (entered.c.source != entered.c.state))
    if since is not None:
        statement = statement.where(entered.c.entered_at >= since)
    return [Moves(*row) for row in unit.conn.execute(statement)]


_SHOWN: tuple[Any, ...] = tuple(
    record_stages.c[name]
    for name in (
        "id", "record_id", "field", "state", "entered_at", "left_at", "spent_s", "actor_kind", "actor_id",
        "transition", "comment",
    )
)  # fmt: skip
