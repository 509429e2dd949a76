"""The outbox as a queue: events are claimed under a lease, one per record at a time, in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, or_, select, update

from formloom.platform.kernel.ids import new_id
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import outbox

LEASE = timedelta(seconds=60)
SUSPECT = 2
"""So often tried in vain, an event is taken alone: if it ends its worker again, no other is counted along with it."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One event that flows may have to run for."""

    id: str
    kind: str
    form_id: str
    record_id: str
    payload: dict[str, Any]
    attempts: int
    created_at: datetime


def ready(uow: UnitOfWork, *, now: datetime, most: int) -> list[OutboxRow]:
    """Return up to `most` events whose record has no earlier one open and that nobody holds, locked for this unit.

    When one of them was tried `SUSPECT` times before, it alone is returned. Occasions without a record (a clock,
    a hook) have no order among themselves.
    """
    earlier = outbox.alias("earlier")
    columns = outbox.c
    statement = (
        select(
            columns.id, columns.kind, columns.form_id, columns.record_id, columns.payload, columns.attempts,
            columns.created_at,
        )
        .where(
            columns.state == "new",
            or_(columns.lease_until.is_(None), columns.lease_until < now),
            ~exists().where(
                and_(
                    columns.record_id != "", earlier.c.record_id == columns.record_id, earlier.c.state == "new",
                    earlier.c.id < columns.id,
                )
            ),
        )
        .order_by(columns.id)
        .limit(most)
    )  # fmt: skip
    if uow.dialect == "postgresql":
        statement = statement.with_for_update(skip_locked=True, of=outbox)
    found = [OutboxRow(*row) for row in uow.conn.execute(statement)]
    return next(([row] for row in found if row.attempts >= SUSPECT), found)


def lease(uow: UnitOfWork, ids: Sequence[str], owner: str, *, now: datetime) -> None:
    """Hold events for a minute, and count that they were tried: who dies meanwhile can't."""
    uow.conn.execute(
        update(outbox)
        .where(outbox.c.id.in_(list(ids)))
        .values(lease_until=now + LEASE, lease_owner=owner, attempts=outbox.c.attempts + 1)
    )


def finish(uow: UnitOfWork, ids: Sequence[str], *, state: str = "done", error: str | None = None) -> None:
    """Mark events as worked on, or as dead."""
    uow.conn.execute(
        update(outbox).where(outbox.c.id.in_(list(ids))).values(state=state, lease_until=None, last_error=error)
    )


def put_off(uow: UnitOfWork, event_id: str, until: datetime, error: str) -> None:
    """Let an event wait after a failure."""
    uow.conn.execute(update(outbox).where(outbox.c.id == event_id).values(lease_until=until, last_error=error[:2000]))


def add_occasion(
    uow: UnitOfWork, kind: str, form_id: str, record_id: str, payload: JSONObject, *, now: datetime
) -> str:
    """Put an occasion of the house (a button, a timer, a hook) among the events and return its id."""
    made = new_id()
    uow.conn.execute(
        outbox.insert().values(
            id=made, kind=kind, form_id=form_id, record_id=record_id, payload=payload, created_at=now
        )
    )
    return made


def waiting(unit: ReadUnit) -> bool:
    """Tell whether any event waits."""
    return unit.conn.execute(select(outbox.c.id).where(outbox.c.state == "new").limit(1)).first() is not None
