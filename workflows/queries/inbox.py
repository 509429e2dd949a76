"""Notifications of one member, and the addresses under which flows listen."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import hooks, notifications


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification."""

    id: str
    text: dict[str, str]
    form_id: str | None
    record_id: str | None
    at: datetime
    read_at: datetime | None
    path: str | None


def notices(unit: ReadUnit, user_id: str, *, limit: int = 50) -> list[Notice]:
    """Return a member's notifications, newest first."""
    columns = notifications.c
    rows = unit.conn.execute(
        select(columns.id, columns.text, columns.form_id, columns.record_id, columns.at, columns.read_at, columns.path)
        .where(columns.user_id == user_id)
        .order_by(columns.id.desc())
        .limit(limit)
    )
    return [Notice(*row) for row in rows]


def unread(unit: ReadUnit, user_id: str) -> int:
    """Return how many notifications a member has not read."""
    statement = select(func.count()).where(notifications.c.user_id == user_id, notifications.c.read_at.is_(None))
    return int(unit.conn.scalar(statement) or 0)


def mark_read(uow: UnitOfWork, user_id: str, ids: Sequence[str] | None, *, now: datetime) -> None:
    """Mark a member's notifications as read; all of them with `ids` None."""
    statement = update(notifications).where(notifications.c.user_id == user_id, notifications.c.read_at.is_(None))
    if ids is not None:
        statement = statement.where(notifications.c.id.in_(list(ids)))
    uow.conn.execute(statement.values(read_at=now))


def hook_of(unit: ReadUnit, token: str) -> tuple[str, str | None] | None:
    """Return (flow id, secret) of a listening address, or None."""
    row: Any = unit.conn.execute(
        select(hooks.c.flow_id, hooks.c.secret).where(hooks.c.token == token[:60])
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def hook_for(uow: UnitOfWork, flow_id: str, *, now: datetime) -> str:
    """Return the token under which a flow listens, making it at first."""
    known = uow.conn.scalar(select(hooks.c.token).where(hooks.c.flow_id == flow_id))
    if known is not None:
        return str(known)
    token = secrets.token_urlsafe(24)
    uow.conn.execute(hooks.insert().values(token=token, flow_id=flow_id, created_at=now))
    return token
