"""Messages that came in: by whom, what became of each, and the record that it belongs to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from formloom.platform.kernel.ids import new_id
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import messages

BELONGS = ("made", "joined")
"""The states of messages whose writer takes part in their record."""


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message that came in."""

    id: str
    mailbox_id: str
    app_id: str
    channel: str
    message_id: str
    state: str
    cause: str | None
    form_id: str | None
    record_id: str | None
    address: str
    name: str
    subject: str
    text: str
    details: dict[str, Any]
    is_automatic: bool
    source: str | None
    at: datetime
    settled_by: str | None


_COLUMNS = tuple(messages.c[name] for name in MessageRow.__dataclass_fields__)


def add(uow: UnitOfWork, row: Mapping[str, Any]) -> str | None:
    """Write down a message and return its id; None when its mailbox has it already."""
    made = new_id()
    insert: Any = sqlite.insert if uow.dialect == "sqlite" else postgresql.insert
    statement = insert(messages).values(id=made, **row)
    statement = statement.on_conflict_do_nothing(index_elements=["mailbox_id", "message_id"])
    written: str | None = uow.conn.scalar(statement.returning(messages.c.id))
    return written


def settle(uow: UnitOfWork, message_id: str, values: Mapping[str, Any]) -> None:
    """Write what became of a message."""
    uow.conn.execute(update(messages).where(messages.c.id == message_id).values(**values))


def find(unit: ReadUnit, message_id: str, *, lock: bool = False) -> MessageRow | None:
    """Return one message, or None."""
    statement = select(*_COLUMNS).where(messages.c.id == message_id)
    return _one(unit, statement.with_for_update() if lock and unit.dialect == "postgresql" else statement)


def known(unit: ReadUnit, mailbox_id: str, message_id: str) -> MessageRow | None:
    """Return the message of a Message-ID in a mailbox, or None."""
    return _one(unit, _of_mailbox(mailbox_id, message_id))


def there(unit: ReadUnit, mailbox_id: str, message_id: str) -> MessageRow:
    """Return the message of a Message-ID in a mailbox, which has it."""
    return MessageRow(*unit.conn.execute(_of_mailbox(mailbox_id, message_id)).one())


def newest(unit: ReadUnit, mailbox_id: str) -> datetime | None:
    """Return when the last message came into a mailbox."""
    columns = messages.c
    return unit.conn.scalar(
        select(columns.at).where(columns.mailbox_id == mailbox_id).order_by(columns.id.desc()).limit(1)
    )


def _of_mailbox(mailbox_id: str, message_id: str) -> Select[Any]:
    return select(*_COLUMNS).where(messages.c.mailbox_id == mailbox_id, messages.c.message_id == message_id)


def _one(unit: ReadUnit, statement: Select[Any]) -> MessageRow | None:
    row = unit.conn.execute(statement).one_or_none()
    return None if row is None else MessageRow(*row)


def by_message_ids(unit: ReadUnit, app_id: str, ids: Collection[str]) -> dict[str, MessageRow]:
    """Return Message-ID → message of those among `ids` that belong to a record of an app."""
    columns = messages.c
    wanted = (columns.message_id.in_(list(ids)), columns.app_id == app_id, columns.state.in_(BELONGS))
    found = [MessageRow(*row) for row in unit.conn.execute(select(*_COLUMNS).where(*wanted))] if ids else []
    return {row.message_id: row for row in found}


def last_of_record(unit: ReadUnit, record_id: str, address: str) -> list[tuple[datetime, str]]:
    """Return when an address wrote about a record, and the Message-IDs; the last ten."""
    columns = messages.c
    wanted = (columns.record_id == record_id, columns.address == address, columns.state.in_(BELONGS))
    rows = unit.conn.execute(
        select(columns.at, columns.message_id).where(*wanted).order_by(columns.id.desc()).limit(10)
    )
    return [(row[0], row[1]) for row in rows]


def addresses_of_record(unit: ReadUnit, record_id: str) -> set[str]:
    """Return who wrote about a record and takes part in it."""
    columns = messages.c
    wanted = (columns.record_id == record_id, columns.state.in_(BELONGS))
    return set(unit.conn.scalars(select(columns.address).where(*wanted).distinct().limit(200)))


def answers_of(unit: ReadUnit, record_id: str) -> list[datetime]:
    """Return when people who take part in a record answered by a message, oldest first."""
    columns = messages.c
    wanted = (columns.record_id == record_id, columns.state == "joined", columns.is_automatic.is_(False))
    return list(unit.conn.scalars(select(columns.at).where(*wanted).order_by(columns.at)))


def count_from(unit: ReadUnit, mailbox_id: str, address: str, *, since: datetime) -> int:
    """Return how many messages an address sent to a mailbox since a moment."""
    columns = messages.c
    wanted = (columns.mailbox_id == mailbox_id, columns.address == address, columns.at >= since)
    return int(unit.conn.scalar(select(func.count()).where(*wanted)) or 0)


def count_automatic(unit: ReadUnit, record_id: str, *, since: datetime) -> int:
    """Return how many messages of machines joined a record since a moment."""
    columns = messages.c
    wanted = (columns.record_id == record_id, columns.is_automatic, columns.at >= since)
    return int(unit.conn.scalar(select(func.count()).where(*wanted)) or 0)


def signs_of(unit: ReadUnit, address: str, *, bounced_since: datetime, automatic_since: datetime) -> tuple[bool, bool]:
    """Return whether mails to an address came back for good, and whether a machine writes there or no machine is to
    answer the last one that came from there."""
    columns = messages.c
    bounced = func.count().filter(columns.state == "bounced", columns.cause == "permanent")
    automatic = func.count().filter(columns.state != "bounced", columns.is_automatic, columns.at >= automatic_since)
    wanted = (columns.address == address, columns.at >= bounced_since)
    last = (
        select(columns.details)
        .where(columns.address == address, columns.at >= automatic_since, columns.state != "bounced")
        .order_by(columns.at.desc(), columns.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    row = unit.conn.execute(select(bounced, automatic, last).where(*wanted)).one()
    return row[0] > 0, row[1] > 0 or bool((row[2] or {}).get("wants_no_answer"))


def without_source(uow: UnitOfWork, *, before: datetime, most: int = 500) -> list[str]:
    """Forget the originals of what was dropped or came back before a moment; return those that no other message has."""
    columns = messages.c
    past = (columns.source.is_not(None), columns.state.in_(("dropped", "bounced")), columns.at < before)
    found = uow.conn.execute(select(columns.id, columns.source).where(*past).order_by(columns.id).limit(most)).all()
    if not found:
        return []
    uow.conn.execute(update(messages).where(columns.id.in_([row[0] for row in found])).values(source=None))
    sources = {str(row[1]) for row in found}
    return sorted(sources - set(uow.conn.scalars(select(columns.source).where(columns.source.in_(sources)))))


def page(
    unit: ReadUnit, mailbox_id: str, *, state: str | None, before: str | None, limit: int = 50
) -> list[MessageRow]:
    """Return the messages of a mailbox, newest first."""
    statement = select(*_COLUMNS).where(messages.c.mailbox_id == mailbox_id).order_by(messages.c.id.desc()).limit(limit)
    if state:
        statement = statement.where(messages.c.state == state)
    if before:
        statement = statement.where(messages.c.id < before)
    return [MessageRow(*row) for row in unit.conn.execute(statement)]


def counts(unit: ReadUnit, mailbox_id: str) -> dict[str, int]:
    """Return state → number of messages of a mailbox."""
    wanted = messages.c.mailbox_id == mailbox_id
    rows = unit.conn.execute(select(messages.c.state, func.count()).where(wanted).group_by(messages.c.state))
    return {row[0]: row[1] for row in rows}
