"""What the organisation keeps a list of by title (skills, territories, shifts, role groups), and what is in each."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Column, Table, delete, insert, select, update

from formloom.platform.storage.database import ReadUnit, UnitOfWork

TitledTable = Table
"""A table of things with a title, for whoever names one without writing SQL."""


def everything(unit: ReadUnit, table: Table) -> list[Any]:
    """Return the rows, in the order in which they were made, by position where they have one."""
    first = [table.c.position] if "position" in table.c else []
    return list(unit.conn.execute(select(table).order_by(*first, table.c.created_at, table.c.id)))


def ids(unit: ReadUnit, table: Table, among: Collection[str]) -> set[str]:
    """Return those of `among` that there are."""
    return set(unit.conn.scalars(select(table.c.id).where(table.c.id.in_(among)))) if among else set()


def add(uow: UnitOfWork, table: Table, values: Mapping[str, Any]) -> None:
    """Insert one."""
    uow.conn.execute(insert(table).values(**values))


def change(uow: UnitOfWork, table: Table, one: str, values: Mapping[str, Any]) -> bool:
    """Set columns of one; tell whether it is there."""
    if not values:
        return bool(ids(uow, table, [one]))
    return uow.conn.execute(update(table).where(table.c.id == one).values(**values)).rowcount > 0


def remove(uow: UnitOfWork, table: Table, one: str) -> bool:
    """Delete one with all that is in it; tell whether it was there."""
    return uow.conn.execute(delete(table).where(table.c.id == one)).rowcount > 0


def belonging(unit: ReadUnit, table: Table) -> list[Any]:
    """Return the rows that say what is in which."""
    return list(unit.conn.execute(select(table).order_by(*table.primary_key.columns)))


def replace(uow: UnitOfWork, owner: "Column[str]", one: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Let exactly these rows belong to `one`, which `owner` names."""
    uow.conn.execute(delete(owner.table).where(owner == one))
    values = [{owner.name: one, **row} for row in rows]
    if values:
        uow.conn.execute(insert(owner.table), values)
