"""Rows of the links that single respondents were given."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select, update

from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import respondent_links as table


@dataclass(frozen=True, slots=True)
class RespondentLink:
    """One link of one respondent. `kind` is `own` (the way back to a record) or `personal` (with fixed answers)."""

    id: str
    kind: str
    form_id: str
    link_token: str
    record_id: str | None
    label: str | None
    mails: int
    created_at: datetime
    created_by: str | None
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None

    def is_good(self, now: datetime) -> bool:
        """Tell whether the link still opens something."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


_COLUMNS = tuple(table.c[name] for name in RespondentLink.__slots__)


def add_many(uow: UnitOfWork, rows: list[dict[str, Any]]) -> None:
    """Write down links."""
    if rows:
        uow.conn.execute(table.insert(), rows)


def by_hash(unit: ReadUnit, token_hash: str) -> RespondentLink | None:
    """Return the link whose secret has this hash, good or not."""
    row = unit.conn.execute(select(*_COLUMNS).where(table.c.token_hash == token_hash)).one_or_none()
    return None if row is None else RespondentLink(*row)


def by_id(unit: ReadUnit, link_id: str) -> RespondentLink | None:
    """Return the link of that id, good or not."""
    row = unit.conn.execute(select(*_COLUMNS).where(table.c.id == link_id)).one_or_none()
    return None if row is None else RespondentLink(*row)


def of_form(unit: ReadUnit, form_id: str, *, most: int) -> list[RespondentLink]:
    """Return a form's links, newest first."""
    rows = select(*_COLUMNS).where(table.c.form_id == form_id).order_by(table.c.id.desc()).limit(most)
    return [RespondentLink(*row) for row in unit.conn.execute(rows)]


def of_record(unit: ReadUnit, record_id: str, *, most: int = 50) -> list[RespondentLink]:
    """Return the links that lead back to a record, newest first."""
    rows = select(*_COLUMNS).where(table.c.record_id == record_id, table.c.kind == "own")
    return [RespondentLink(*row) for row in unit.conn.execute(rows.order_by(table.c.id.desc()).limit(most))]


def change(uow: UnitOfWork, link_id: str, **columns: Any) -> None:
    """Change columns of a link."""
    uow.conn.execute(update(table).where(table.c.id == link_id).values(columns))


def count_mail(uow: UnitOfWork, link_id: str, *, most: int) -> bool:
    """Count a mail that carries the link; tell whether there may be one more."""
    statement = update(table).where(table.c.id == link_id, table.c.mails < most).values(mails=table.c.mails + 1)
    return uow.conn.execute(statement).rowcount == 1


def revoke(uow: UnitOfWork, *, now: datetime, **where: Any) -> int:
    """Withdraw the good links that meet `where`; return how many."""
    good = and_(table.c.revoked_at.is_(None), or_(table.c.expires_at.is_(None), table.c.expires_at > now))
    meant = [table.c[name] == value for name, value in where.items()]
    return int(uow.conn.execute(update(table).where(good, *meant).values(revoked_at=now)).rowcount)
