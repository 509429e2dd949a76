"""Idempotency keys and the answers that belong to them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import idempotency_keys

LIFE = timedelta(hours=24)
Taken = IntegrityError
"""Raised when another transaction claims the same key at the same moment."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A request that was answered already."""

    fingerprint: str
    status: int
    answer: str


def find(uow: UnitOfWork, caller: str, key: str, *, now: datetime) -> Earlier | None:
    """Return the earlier request of that key, unless it is older than a day."""
    columns = idempotency_keys.c
    row = uow.conn.execute(
        select(columns.fingerprint, columns.status, columns.answer, columns.created_at).where(
            columns.caller == caller, columns.key == key
        )
    ).one_or_none()
    if row is None:
        return None
    if row.created_at < now - LIFE:
        uow.conn.execute(delete(idempotency_keys).where(columns.caller == caller, columns.key == key))
        return None
    return Earlier(row.fingerprint, row.status or 200, row.answer or "{}")


def peek(unit: ReadUnit, caller: str, key: str) -> Earlier | None:
    """Return the earlier request of that key without tidying up; for a look before anything is written."""
    columns = idempotency_keys.c
    row = unit.conn.execute(
        select(columns.fingerprint, columns.status, columns.answer).where(columns.caller == caller, columns.key == key)
    ).one_or_none()
    return None if row is None else Earlier(row.fingerprint, row.status or 200, row.answer or "{}")


def claim(uow: UnitOfWork, caller: str, key: str, fingerprint: str, *, now: datetime) -> None:
    """Write the key down. Raises Taken."""
    uow.conn.execute(idempotency_keys.insert().values(caller=caller, key=key, fingerprint=fingerprint, created_at=now))


def finish(uow: UnitOfWork, caller: str, key: str, status: int, answer: str) -> None:
    """Keep the answer."""
    columns = idempotency_keys.c
    uow.conn.execute(
        update(idempotency_keys)
        .where(columns.caller == caller, columns.key == key)
        .values(status=status, answer=answer)
    )


def forget_old(uow: UnitOfWork, *, now: datetime) -> int:
    """Remove keys older than a day; return how many."""
    return uow.conn.execute(delete(idempotency_keys).where(idempotency_keys.c.created_at < now - LIFE)).rowcount
