"""Entries of pools and their log as rows, and what is counted from them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, insert, select, update

from formloom.platform.kernel.ids import new_id
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import (
    apps,
    comments,
    definitions,
    notifications,
    pool_entries,
    pool_log,
    record_history,
    users,
)

LEFT = ("disabled",)
"""States of accounts whose owners don't work here any more."""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """Where a record stands: it waits in a pool, or somebody holds it."""

    record_id: str
    form_id: str
    pool_id: str
    state: str
    owner_id: str | None
    since: datetime
    why: str
    from_id: str | None
    recycled: int
    followed_at: datetime | None
    protected_until: datetime | None
    due_at: datetime | None
    due_why: str | None
    next_at: datetime | None
    owner_left_at: datetime | None


@dataclass(frozen=True, slots=True)
class LogRow:
    """One step of a record through pools."""

    did: str
    at: datetime
    pool_id: str
    by_id: str | None
    from_id: str | None
    to_id: str | None
    why: str | None
    note: str | None


_ENTRY = [pool_entries.c[name] for name in EntryRow.__slots__]
_LOG = [pool_log.c[name] for name in LogRow.__slots__]
MOST_STEPS = 200


def entries_of(unit: ReadUnit, record_ids: Collection[str]) -> dict[str, EntryRow]:
    """Return record id → its entry."""
    rows = unit.conn.execute(select(*_ENTRY).where(pool_entries.c.record_id.in_(list(record_ids))))
    return {row.record_id: EntryRow(*row) for row in rows}


def write_entries(uow: UnitOfWork, new: Sequence[Mapping[str, Any]], changed: Iterable[Mapping[str, Any]]) -> None:
    """Write entries that were not there, and others anew; each has all of its columns."""
    if new:
        uow.conn.execute(insert(pool_entries), [dict(row) for row in new])
    for row in changed:
        uow.conn.execute(update(pool_entries).where(pool_entries.c.record_id == row["record_id"]).values(**row))


def change_entry(uow: UnitOfWork, record_id: str, values: Mapping[str, Any]) -> None:
    """Change some columns of an entry."""
    uow.conn.execute(update(pool_entries).where(pool_entries.c.record_id == record_id).values(**values))


def drop_entries(uow: UnitOfWork, record_ids: Collection[str]) -> None:
    """Forget where records stand: they belong to no pool any more."""
    uow.conn.execute(delete(pool_entries).where(pool_entries.c.record_id.in_(list(record_ids))))


def log(uow: UnitOfWork, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write steps into the log."""
    if rows:
        uow.conn.execute(insert(pool_log), [{"id": new_id(), **row} for row in rows])


def steps_of(unit: ReadUnit, record_id: str) -> list[LogRow]:
    """Return a record's steps through pools, newest first."""
    statement = select(*_LOG).where(pool_log.c.record_id == record_id).order_by(pool_log.c.id.desc()).limit(MOST_STEPS)
    return [LogRow(*row) for row in unit.conn.execute(statement)]


def gave_up(unit: ReadUnit, user_id: str, record_ids: Collection[str]) -> dict[str, datetime]:
    """Return record id → when somebody had to do without it last, for those that he had."""
    columns = pool_log.c
    rows = unit.conn.execute(
        select(columns.record_id, func.max(columns.at))
        .where(columns.record_id.in_(list(record_ids)), columns.from_id == user_id)
        .group_by(columns.record_id)
    )
    return {row[0]: row[1] for row in rows}


def taken_since(unit: ReadUnit, pool_id: str, user_id: str, since: datetime) -> int:
    """Return how many records somebody took out of a pool himself since then."""
    columns = pool_log.c
    statement = select(func.count()).where(
        columns.pool_id == pool_id, columns.to_id == user_id, columns.at >= since, columns.did == "claimed"
    )
    return int(unit.conn.scalar(statement) or 0)


def is_due(unit: ReadUnit, *, now: datetime) -> bool:
    """Tell whether any entry has to be looked at: asked every second, so that an idle clock writes nothing."""
    statement = select(pool_entries.c.record_id).where(pool_entries.c.next_at <= now).limit(1)
    return unit.conn.execute(statement).first() is not None


def due(uow: UnitOfWork, *, now: datetime, most: int) -> list[EntryRow]:
    """Return entries that have to be looked at, the oldest first, locked for this unit."""
    statement = select(*_ENTRY).where(pool_entries.c.next_at <= now).order_by(pool_entries.c.next_at).limit(most)
    if uow.dialect == "postgresql":
        statement = statement.with_for_update(skip_locked=True)
    return [EntryRow(*row) for row in uow.conn.execute(statement)]


def owned_by_leavers(unit: ReadUnit, *, most: int) -> list[str]:
    """Return records of people who have left, as far as that was not noticed yet."""
    columns = pool_entries.c
    statement = (
        select(columns.record_id)
        .join(users, users.c.id == columns.owner_id)
        .where(users.c.status.in_(LEFT), columns.owner_left_at.is_(None))
        .limit(most)
    )
    return list(unit.conn.scalars(statement))


def note_leaving(uow: UnitOfWork, record_ids: Collection[str], *, now: datetime) -> int:
    """Mark entries whose owner has left, so that they are looked at; return how many."""
    columns = pool_entries.c
    statement = update(pool_entries).where(columns.record_id.in_(list(record_ids)), columns.owner_left_at.is_(None))
    return uow.conn.execute(statement.values(owner_left_at=now, next_at=now)).rowcount


def has_left(unit: ReadUnit, user_id: str) -> bool:
    """Tell whether somebody does not work here any more."""
    status = unit.conn.scalar(select(users.c.status).where(users.c.id == user_id))
    return status is None or status in LEFT


def last_activity(unit: ReadUnit, record_id: str, owner_id: str, since: datetime) -> datetime | None:
    """Return when the owner of a record last changed it or said something about it."""
    change = select(func.max(record_history.c.at)).where(
        record_history.c.record_id == record_id, record_history.c.actor_kind == "member",
        record_history.c.actor_id == owner_id, record_history.c.at > since,
    )  # fmt: skip
    said = select(func.max(comments.c.at)).where(
        comments.c.record_id == record_id, comments.c.actor_kind == "member", comments.c.actor_id == owner_id,
        comments.c.at > since, comments.c.deleted_at.is_(None),
    )  # fmt: skip
    found = [one for one in (unit.conn.scalar(change), unit.conn.scalar(said)) if one is not None]
    return max(found) if found else None


def is_told(unit: ReadUnit, key: str) -> bool:
    """Tell whether a notification of this key was made."""
    statement = select(notifications.c.id).where(notifications.c.dedupe == key)
    return unit.conn.execute(statement).first() is not None


def look_again(uow: UnitOfWork, record_ids: Collection[str], *, now: datetime) -> None:
    """Let entries be looked at as soon as can be."""
    if record_ids:
        statement = update(pool_entries).where(pool_entries.c.record_id.in_(list(record_ids)))
        uow.conn.execute(statement.values(next_at=now))


def app_titles(unit: ReadUnit, app_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return app id → its id, key and title."""
    statement = (
        select(apps.c.id, apps.c.key, definitions.c.title)
        .join(definitions, and_(definitions.c.app_id == apps.c.id, definitions.c.kind == "app"))
        .where(apps.c.id.in_(list(app_ids)))
    )
    return {row.id: {"id": row.id, "key": row.key, "title": row.title or {}} for row in unit.conn.execute(statement)}
