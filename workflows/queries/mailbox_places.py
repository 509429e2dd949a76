"""How far the mails on a mailbox's server were fetched, and the sealed password to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import mailbox_places


@dataclass(frozen=True, slots=True)
class MailboxPlace:
    """Where reading stands. `server` names the account and folder that the numbers belong to."""

    mailbox_id: str
    server: str | None = None
    uid_validity: int | None = None
    last_uid: int | None = None
    checked_at: datetime | None = None
    error: str | None = None
    tries: int = 0
    password: str | None = None


_COLUMNS = tuple(mailbox_places.c[name] for name in MailboxPlace.__dataclass_fields__)


def of(unit: ReadUnit, mailbox_id: str) -> MailboxPlace:
    """Return where reading of a mailbox stands."""
    row = unit.conn.execute(select(*_COLUMNS).where(mailbox_places.c.mailbox_id == mailbox_id)).one_or_none()
    return MailboxPlace(mailbox_id) if row is None else MailboxPlace(*row)


def put(uow: UnitOfWork, mailbox_id: str, **values: Any) -> None:
    """Write some of it."""
    insert: Any = sqlite.insert if uow.dialect == "sqlite" else postgresql.insert
    statement = insert(mailbox_places).values(mailbox_id=mailbox_id, **values)
    uow.conn.execute(statement.on_conflict_do_update(index_elements=["mailbox_id"], set_=values))
