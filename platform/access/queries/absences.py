"""Leaves and delegations, as people enter them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, or_, select, update

from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import absences


@dataclass(frozen=True, slots=True)
class AbsenceEntry:
    """One row of `absences`."""

    id: str
    user_id: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    reason: str | None
    delegate_id: str | None
    flow_ids: list[str] | None
    app_ids: list[str] | None


_COLUMNS = tuple(absences.c[name] for name in AbsenceEntry.__dataclass_fields__)


def by_id(unit: ReadUnit, absence_id: str) -> AbsenceEntry | None:
    """Return one, or None."""
    return next(iter(_found(unit, absences.c.id == absence_id)), None)


def of(unit: ReadUnit, user_id: str | None, *, ending_after: datetime, limit: int) -> list[AbsenceEntry]:
    """Return those of a person and those in which he stands in, or everybody's for None, by their start."""
    wanted: list[ColumnElement[bool]] = [absences.c.ends_at > ending_after]
    if user_id is not None:
        wanted.append(or_(absences.c.user_id == user_id, absences.c.delegate_id == user_id))
    return _found(unit, *wanted, limit=limit)


def overlapping(
    unit: ReadUnit, user_id: str, kind: str, starts_at: datetime, ends_at: datetime, *, but: str | None
) -> list[AbsenceEntry]:
    """Return those of one kind of a person that share a moment with the time given, except the one called `but`."""
    table = absences.c
    wanted = [table.user_id == user_id, table.kind == kind, table.starts_at < ends_at, table.ends_at > starts_at]
    return [one for one in _found(unit, *wanted) if one.id != but]


def add(uow: UnitOfWork, values: Mapping[str, Any]) -> None:
    """Insert one."""
    uow.conn.execute(insert(absences).values(**values))


def change(uow: UnitOfWork, absence_id: str, values: Mapping[str, Any]) -> None:
    """Set columns of one."""
    uow.conn.execute(update(absences).where(absences.c.id == absence_id).values(**values))


def remove(uow: UnitOfWork, absence_id: str) -> None:
    """Delete one."""
    uow.conn.execute(delete(absences).where(absences.c.id == absence_id))


def _found(unit: ReadUnit, *wanted: ColumnElement[bool], limit: int | None = None) -> list[AbsenceEntry]:
    statement = select(*_COLUMNS).where(*wanted).order_by(absences.c.starts_at, absences.c.id).limit(limit)
    return [AbsenceEntry(*row) for row in unit.conn.execute(statement)]
