"""Events that could not be worked on: listed, and put among the others again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import definitions, outbox


@dataclass(frozen=True, slots=True)
class DeadEvent:
    """One event that waits for a person."""

    id: str
    kind: str
    form_id: str
    form_title: dict[str, str] | None
    record_id: str
    attempts: int
    last_error: str | None
    created_at: datetime


def listing(unit: ReadUnit, *, before: str | None = None, limit: int = 50) -> list[DeadEvent]:
    """Return dead events, newest first."""
    columns = outbox.c
    statement = (
        select(
            columns.id, columns.kind, columns.form_id, definitions.c.title, columns.record_id, columns.attempts,
            columns.last_error, columns.created_at,
        )
        .select_from(outbox.outerjoin(definitions, definitions.c.id == columns.form_id))
        .where(columns.state == "dead")
        .order_by(columns.id.desc())
        .limit(limit)
    )  # fmt: skip
    if before:
        statement = statement.where(columns.id < before)
    return [DeadEvent(*row) for row in unit.conn.execute(statement)]


def revive(uow: UnitOfWork, event_id: str) -> bool:
    """Let a dead event wait for a worker again, as if never tried; False when it is not dead."""
    statement = (
        update(outbox)
        .where(outbox.c.id == event_id, outbox.c.state == "dead")
        .values(state="new", attempts=0, lease_until=None, last_error=None)
    )
    return uow.conn.execute(statement).rowcount == 1


def state_of(unit: ReadUnit, event_id: str) -> str | None:
    """Return the state of an event, or None when there is none of that id."""
    found: str | None = unit.conn.scalar(select(outbox.c.state).where(outbox.c.id == event_id))
    return found
