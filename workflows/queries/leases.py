"""Leases: rows by which processes on one database know who leads and who still lives.

A row is renewed by counting its `beat` up; `fence` grows with every change of holder. Whether a holder is alive is
judged by whoever watches, on his own steady clock: a beat that did not change for a while. No moment written by one
machine is ever compared with the clock of another; `renewed_at` is there for people.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import deliveries, leases, outbox

NOBODY = ""
WORKER = "worker:"
"""How the names of the leases of living workers begin; their owner's name follows."""


@dataclass(frozen=True, slots=True)
class Lease:
    """One lease as it stands; `holder` is "" when it was given back."""

    name: str
    holder: str
    fence: int
    beat: int
    renewed_at: datetime


def find(unit: ReadUnit, name: str) -> Lease | None:
    """Return a lease, or None when it was never held."""
    row = unit.conn.execute(select(leases).where(leases.c.name == name)).one_or_none()
    return None if row is None else Lease(*row)


def workers(unit: ReadUnit) -> list[Lease]:
    """Return the leases of the workers that have not said goodbye."""
    statement = select(leases).where(leases.c.name.startswith(WORKER)).order_by(leases.c.name)
    return [Lease(*row) for row in unit.conn.execute(statement)]


def take(uow: UnitOfWork, name: str, holder: str, seen: Lease | None, *, now: datetime) -> int | None:
    """Take a lease that was seen as `seen` (None: not there), unless it moved since; return the new fence or None."""
    if seen is None:
        row: dict[str, object] = {"name": name, "holder": holder, "fence": 1, "beat": 0, "renewed_at": now}
        statement = _insert(uow).values(row).on_conflict_do_nothing(index_elements=["name"])
        made: int | None = uow.conn.scalar(statement.returning(leases.c.fence))
        return made
    columns = leases.c
    moved = (
        update(leases)
        .where(columns.name == name, columns.fence == seen.fence, columns.beat == seen.beat)
        .values(holder=holder, fence=seen.fence + 1, beat=0, renewed_at=now)
    )
    return seen.fence + 1 if uow.conn.execute(moved).rowcount == 1 else None


def renew(uow: UnitOfWork, name: str, fence: int, *, now: datetime) -> bool:
    """Count a lease up; False when somebody else has it by now."""
    statement = (
        update(leases)
        .where(leases.c.name == name, leases.c.fence == fence, leases.c.holder != NOBODY)
        .values(beat=leases.c.beat + 1, renewed_at=now)
    )
    return uow.conn.execute(statement).rowcount == 1


def is_held(uow: UnitOfWork, name: str, fence: int) -> bool:
    """Tell whether `fence` is still the lease's, and keep it so until this unit is over."""
    statement = select(leases.c.fence).where(leases.c.name == name, leases.c.holder != NOBODY)
    if uow.dialect == "postgresql":
        statement = statement.with_for_update(read=True)
    return uow.conn.scalar(statement) == fence


def give_back(uow: UnitOfWork, name: str, fence: int) -> None:
    """Let the next one have a lease at once."""
    uow.conn.execute(update(leases).where(leases.c.name == name, leases.c.fence == fence).values(holder=NOBODY))


def sign_in(uow: UnitOfWork, owner: str, *, now: datetime) -> None:
    """Tell that the worker `owner` lives: adds its lease or counts it up."""
    row: dict[str, object] = {"name": WORKER + owner, "holder": owner, "fence": 1, "beat": 0, "renewed_at": now}
    later = {"beat": leases.c.beat + 1, "renewed_at": now}
    uow.conn.execute(_insert(uow).values(row).on_conflict_do_update(index_elements=["name"], set_=later))


def sign_out(uow: UnitOfWork, owners: Collection[str]) -> None:
    """Forget workers and let others take at once what they had claimed, which they will not get to."""
    named = list(owners)
    for table, state in ((outbox, "new"), (deliveries, "sending")):
        columns = table.c
        uow.conn.execute(
            update(table)
            .where(columns.state == state, columns.lease_owner.in_(named))
            .values(lease_until=None, lease_owner=None)
        )
    uow.conn.execute(delete(leases).where(leases.c.name.in_([WORKER + owner for owner in named])))


def _insert(uow: UnitOfWork) -> Any:
    return sqlite.insert(leases) if uow.dialect == "sqlite" else postgresql.insert(leases)
