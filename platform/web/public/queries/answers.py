"""Which personal links were answered already, for forms that take one answer from each."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import answered_links

Taken = IntegrityError
"""Raised when the same link is answered twice at the same moment."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer that a personal link brought."""

    record_id: str
    receipt: str
    at: datetime


def find(unit: ReadUnit, form_id: str, link_hash: str) -> Answer | None:
    """Return the answer that came by a personal link, or None."""
    columns = answered_links.c
    row = unit.conn.execute(
        select(columns.record_id, columns.receipt, columns.at).where(
            columns.form_id == form_id, columns.link_hash == link_hash
        )
    ).one_or_none()
    return None if row is None else Answer(row.record_id, row.receipt, row.at)


def add(uow: UnitOfWork, form_id: str, link_hash: str, answer: Answer) -> None:
    """Write down that a personal link is answered. Raises Taken."""
    uow.conn.execute(
        answered_links.insert().values(
            form_id=form_id, link_hash=link_hash, record_id=answer.record_id, receipt=answer.receipt, at=answer.at
        )
    )
