"""Rows of customers, their keys and their touchpoints."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from formloom.platform.kernel.ids import new_id
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.prepared import PreparedInsert
from formloom.platform.storage.tables import customer_keys, customers, touchpoints

_ADD_TOUCHPOINT = PreparedInsert(touchpoints)
_ADD_CUSTOMER = PreparedInsert(customers, ["id", "name", "created_at", "seen_at"])
_ADD_KEY: dict[str, Any] = {
    "sqlite": sqlite.insert(customer_keys).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(customer_keys).on_conflict_do_nothing(),
}
_OWNER = select(customer_keys.c.customer_id).where(
    customer_keys.c.kind == bindparam("key_kind"), customer_keys.c.value == bindparam("key_value")
)
_SEE = (
    update(customers)
    .where(customers.c.id == bindparam("seen"))
    .values(
        seen_at=bindparam("now", type_=customers.c.seen_at.type),
        name=func.coalesce(customers.c.name, bindparam("called", type_=customers.c.name.type)),
    )
)

FEW_KEYS = 4
"""So many keys are looked up one by one, by a statement that is ready."""


def owners(unit: ReadUnit, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return key → customer id for those that are known."""
    if len(keys) > FEW_KEYS:
        return _owners_of_many(unit, keys)
    found: dict[tuple[str, str], str] = {}
    for kind, value in keys:
        owner = unit.conn.scalar(_OWNER, {"key_kind": kind, "key_value": value})
        if owner is not None:
            found[(kind, value)] = owner
    return found


def _owners_of_many(unit: ReadUnit, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    columns = customer_keys.c
    found: dict[tuple[str, str], str] = {}
    for kind in {kind for kind, _value in keys}:
        values = sorted({value for one, value in keys if one == kind})
        for start in range(0, len(values), 500):
            statement = select(columns.value, columns.customer_id).where(
                columns.kind == kind, columns.value.in_(values[start : start + 500])
            )
            found.update({(kind, row[0]): row[1] for row in unit.conn.execute(statement)})
    return found


def add_customers(uow: UnitOfWork, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write down new customers: id, name, created_at, seen_at."""
    uow.leave((_ADD_CUSTOMER, rows))


def see(uow: UnitOfWork, seen: Sequence[tuple[str, str | None, datetime]]) -> None:
    """Note that customers were met, given as id, name and time; a name that was missing is filled in."""
    if seen:
        uow.conn.execute(_SEE, [{"seen": one, "called": name or None, "now": at} for one, name, at in seen])


def add_keys(uow: UnitOfWork, rows: Sequence[Mapping[str, str]]) -> None:
    """Let customers be recognised by more keys; whoever wrote a key first keeps it."""
    if rows:
        uow.conn.execute(_ADD_KEY[uow.dialect], rows)


def add_touchpoints(uow: UnitOfWork, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write touchpoints."""
    uow.leave((_ADD_TOUCHPOINT, [{"id": new_id(), **row} for row in rows]))


def language_of(unit: ReadUnit, record_id: str) -> str | None:
    """Return the language in which a record was filled in, or None when nobody was identified then."""
    begun = select(touchpoints.c.data).where(
        touchpoints.c.record_id == record_id, touchpoints.c.kind.in_(("form_submitted", "record_created"))
    )
    data = unit.conn.scalars(begun.order_by(touchpoints.c.id).limit(1)).first()
    return data.get("locale") if isinstance(data, dict) else None


def merge(uow: UnitOfWork, source: str, target: str) -> None:
    """Give everything of one customer to another."""
    uow.conn.execute(update(customer_keys).where(customer_keys.c.customer_id == source).values(customer_id=target))
    uow.conn.execute(update(touchpoints).where(touchpoints.c.customer_id == source).values(customer_id=target))
    uow.conn.execute(update(customers).where(customers.c.id == source).values(merged_into=target))
