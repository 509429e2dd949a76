"""Rows of a form's table whose values move from one column to another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from formloom.platform.definitions.form import FormVersion
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.form_tables import full_table


@dataclass(frozen=True, slots=True)
class Pair:
    """The two columns, in the one table that has both."""

    table: Table
    source: Column[Any]
    target: Column[Any]


def pair(before: FormVersion, after: FormVersion, field_id: str) -> Pair:
    """Return the columns of a field in two versions of its form."""
    table = full_table([after, before])
    return Pair(table, table.c[before.columns[field_id]], table.c[after.columns[field_id]])


def part(unit: ReadUnit, columns: Pair, *, after: str, limit: int) -> Sequence[Any]:
    """Return (id, source, target, updated_at) of the next records by id that have a value in either column."""
    table = columns.table
    statement = (
        select(table.c.id, columns.source, columns.target, table.c.updated_at)
        .where(table.c.id > after, or_(columns.source.is_not(None), columns.target.is_not(None)))
        .order_by(table.c.id)
        .limit(limit)
    )
    return unit.conn.execute(statement).all()


def count(unit: ReadUnit, columns: Pair) -> int:
    """Return how many records have a value in either column."""
    either = or_(columns.source.is_not(None), columns.target.is_not(None))
    return int(unit.conn.scalar(select(func.count()).select_from(columns.table).where(either)) or 0)


def put(uow: UnitOfWork, columns: Pair, record_id: str, seen: Any, stored: Any) -> bool:
    """Write one value unless somebody wrote another meanwhile; False when it stands in another record already."""
    target = columns.target
    unchanged = target.is_(None) if seen is None else target == seen
    statement = update(columns.table).where(columns.table.c.id == record_id, unchanged).values({target: stored})
    try:
        with uow.conn.begin_nested():
            uow.conn.execute(statement)
    except IntegrityError:
        return False
    return True
