"""Rows of customers, their keys and their touchpoints."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
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


def owners(unit: ReadUnit, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return key → customer id for those that are known."""
    found: dict[tuple[str, str], str] = {}
    for kind, value in keys:
        owner = unit.conn.scalar(_OWNER, {"key_kind": kind, "key_value": value})
        if owner is not None:
            found[(kind, value)] = owner
    return found


def add_customer(uow: UnitOfWork, name: str | None, *, now: datetime) -> str:
    """Write down a new customer and return the id."""
    made = new_id()
    _ADD_CUSTOMER.run(uow.conn, [{"id": made, "name": name, "created_at": now, "seen_at": now}])
    return made


def see(uow: UnitOfWork, customer_id: str, name: str | None, *, now: datetime) -> None:
    """Note that a customer was met; a name that was missing is filled in."""
    uow.conn.execute(update(customers).where(customers.c.id == customer_id).values(seen_at=now))
    if name:
        uow.conn.execute(
            update(customers).where(customers.c.id == customer_id, customers.c.name.is_(None)).values(name=name)
        )


def add_key(uow: UnitOfWork, customer_id: str, kind: str, value: str) -> None:
    """Let a customer be recognised by one more key; whoever wrote it first keeps it."""
    uow.conn.execute(_ADD_KEY[uow.dialect], {"kind": kind, "value": value, "customer_id": customer_id})


def add_touchpoint(uow: UnitOfWork, row: Mapping[str, Any]) -> None:
    """Write one touchpoint event."""
    _ADD_TOUCHPOINT.run(uow.conn, [{"id": new_id(), **row}])


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
