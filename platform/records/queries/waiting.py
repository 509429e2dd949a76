"""Rows of submissions that wait for a review, and of those that were rejected."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import delete, func, select, update

from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import files
from formloom.platform.storage.tables import waiting_submissions as table

KEPT = timedelta(days=30)
"""How long a rejected submission can be taken back."""
State = Literal["waiting", "rejected"]


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One submission. `raw` is what the pipeline will take, `shown` its clean values as the API shows them."""

    id: str
    form_id: str
    form_version: int
    state: State
    raw: Mapping[str, Any]
    shown: Mapping[str, Any]
    facts: Mapping[str, Any]
    link_token: str
    locale: str
    created_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None


def add(uow: UnitOfWork, row: WaitingRow) -> None:
    """Write down a submission."""
    uow.conn.execute(table.insert().values(**{name: getattr(row, name) for name in WaitingRow.__slots__}))


def find(unit: ReadUnit, form_id: str, submission_id: str) -> WaitingRow | None:
    """Return one submission, which nobody else decides meanwhile, or None."""
    asked = select(*_columns()).where(table.c.id == submission_id, table.c.form_id == form_id)
    if isinstance(unit, UnitOfWork) and unit.dialect == "postgresql":
        asked = asked.with_for_update()
    row = unit.conn.execute(asked).one_or_none()
    return None if row is None else WaitingRow(*row)


def listed(unit: ReadUnit, form_id: str, state: State, *, most: int) -> Sequence[WaitingRow]:
    """Return the submissions in a state, those that wait longest first, those rejected last first."""
    order = table.c.id if state == "waiting" else table.c.decided_at.desc()
    asked = select(*_columns()).where(table.c.form_id == form_id, table.c.state == state).order_by(order).limit(most)
    return [WaitingRow(*row) for row in unit.conn.execute(asked)]


def count(unit: ReadUnit, form_id: str, state: State) -> int:
    """Return how many submissions are in a state."""
    asked = select(func.count()).select_from(table).where(table.c.form_id == form_id, table.c.state == state)
    return int(unit.conn.scalar(asked) or 0)


def change(uow: UnitOfWork, submission_id: str, **values: Any) -> None:
    """Change columns of a submission."""
    uow.conn.execute(update(table).where(table.c.id == submission_id).values(**values))


def remove(uow: UnitOfWork, submission_id: str) -> None:
    """Remove a submission."""
    uow.conn.execute(delete(table).where(table.c.id == submission_id))


def forget_old(uow: UnitOfWork, *, now: datetime, most: int = 500) -> int:
    """Remove what was rejected long ago, and let go of its files; return how many."""
    old = (table.c.state == "rejected", table.c.decided_at <= now - KEPT)
    gone: Collection[str] = uow.conn.scalars(select(table.c.id).where(*old).order_by(table.c.id).limit(most)).all()
    if gone:
        uow.conn.execute(update(files).where(files.c.record_id.in_(gone)).values(record_id=None, used_at=None))
        uow.conn.execute(delete(table).where(table.c.id.in_(gone)))
    return len(gone)


def _columns() -> list[Any]:
    return [table.c[name] for name in WaitingRow.__slots__]
