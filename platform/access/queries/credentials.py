"""Sessions, API tokens and one-time links: rows found by the digest of a secret."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Select, bindparam, delete, insert, select, update

from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import api_tokens, one_time_tokens, sessions, users


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session together with its user, as one look at the database sees both."""

    token_hash: str
    csrf_token: str
    auth_epoch: int
    seen_at: datetime
    expires_at: datetime
    user_id: str
    name: str
    email: str
    locale: str
    is_admin: bool
    status: str
    user_epoch: int


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A live API token together with its user."""

    token_hash: str
    last_used_at: datetime | None
    expires_at: datetime | None
    user_id: str
    name: str
    email: str
    locale: str
    is_admin: bool
    status: str


@dataclass(frozen=True, slots=True)
class ApiTokenRow:
    """An API token as its owner sees it."""

    id: str
    name: str
    hint: str | None
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class OneTimeRow:
    """A one-time link."""

    purpose: str
    user_id: str | None
    payload: dict[str, Any] | None
    expires_at: datetime


_USER = (users.c.name, users.c.email, users.c.locale, users.c.is_admin, users.c.status)
_ONE_TIME = tuple(one_time_tokens.c[name] for name in OneTimeRow.__dataclass_fields__)
_SESSION: Select[Any] = (
    select(
        sessions.c.token_hash, sessions.c.csrf_token, sessions.c.auth_epoch, sessions.c.seen_at, sessions.c.expires_at,
        sessions.c.user_id, *_USER, users.c.auth_epoch,
    )
    .join_from(sessions, users, users.c.id == sessions.c.user_id)
    .where(sessions.c.token_hash == bindparam("digest"))
)  # fmt: skip
_TOKEN: Select[Any] = (
    select(api_tokens.c.token_hash, api_tokens.c.last_used_at, api_tokens.c.expires_at, api_tokens.c.user_id, *_USER)
    .join_from(api_tokens, users, users.c.id == api_tokens.c.user_id)
    .where(api_tokens.c.token_hash == bindparam("digest"), api_tokens.c.revoked_at.is_(None))
)


def session(unit: ReadUnit, digest: str) -> SessionRow | None:
    """Return the session of that digest, or None."""
    row = unit.conn.execute(_SESSION, {"digest": digest}).one_or_none()
    return None if row is None else SessionRow(*row)


def add_session(uow: UnitOfWork, values: dict[str, Any]) -> None:
    """Insert one session."""
    uow.conn.execute(insert(sessions).values(**values))


def touch_session(uow: UnitOfWork, digest: str, now: datetime) -> None:
    """Note that the session was used."""
    uow.conn.execute(update(sessions).where(sessions.c.token_hash == digest).values(seen_at=now))


def remove_session(uow: UnitOfWork, digest: str) -> None:
    """Delete one session."""
    uow.conn.execute(delete(sessions).where(sessions.c.token_hash == digest))


def remove_sessions_of(uow: UnitOfWork, user_id: str) -> None:
    """Delete every session of a user."""
    uow.conn.execute(delete(sessions).where(sessions.c.user_id == user_id))


def remove_expired_sessions(uow: UnitOfWork, now: datetime) -> None:
    """Delete the sessions whose last day has passed."""
    uow.conn.execute(delete(sessions).where(sessions.c.expires_at <= now))


def token(unit: ReadUnit, digest: str) -> TokenRow | None:
    """Return the live API token of that digest, or None."""
    row = unit.conn.execute(_TOKEN, {"digest": digest}).one_or_none()
    return None if row is None else TokenRow(*row)


def tokens_of(unit: ReadUnit, user_id: str) -> list[ApiTokenRow]:
    """Return the live API tokens of a user, newest first."""
    wanted = (
        select(
            api_tokens.c.id, api_tokens.c.name, api_tokens.c.hint, api_tokens.c.created_at,
            api_tokens.c.last_used_at, api_tokens.c.expires_at,
        )
        .where(api_tokens.c.user_id == user_id, api_tokens.c.revoked_at.is_(None))
        .order_by(api_tokens.c.created_at.desc(), api_tokens.c.id.desc())
    )  # fmt: skip
    return [ApiTokenRow(*row) for row in unit.conn.execute(wanted)]


def add_token(uow: UnitOfWork, values: dict[str, Any]) -> None:
    """Insert one API token."""
    uow.conn.execute(insert(api_tokens).values(**values))


def touch_token(uow: UnitOfWork, digest: str, now: datetime) -> None:
    """Note that the API token was used."""
    uow.conn.execute(update(api_tokens).where(api_tokens.c.token_hash == digest).values(last_used_at=now))


def revoke_token(uow: UnitOfWork, user_id: str, token_id: str, now: datetime) -> bool:
    """Revoke one of the user's live tokens; tell whether there was one."""
    mine = (api_tokens.c.id == token_id, api_tokens.c.user_id == user_id, api_tokens.c.revoked_at.is_(None))
    return uow.conn.execute(update(api_tokens).where(*mine).values(revoked_at=now)).rowcount == 1


def revoke_tokens_of(uow: UnitOfWork, user_id: str, now: datetime) -> None:
    """Revoke every API token of a user."""
    live = (api_tokens.c.user_id == user_id, api_tokens.c.revoked_at.is_(None))
    uow.conn.execute(update(api_tokens).where(*live).values(revoked_at=now))


def add_one_time(uow: UnitOfWork, values: dict[str, Any]) -> None:
    """Insert one one-time link."""
    uow.conn.execute(insert(one_time_tokens).values(**values))


def one_time(unit: ReadUnit, digest: str, purpose: str, now: datetime) -> OneTimeRow | None:
    """Return a one-time link that is still good, or None."""
    return _one_time(unit, select(*_ONE_TIME).where(*_good(digest, purpose, now)))


def use_one_time(uow: UnitOfWork, digest: str, purpose: str, now: datetime) -> OneTimeRow | None:
    """Take a good one-time link out of use and return it; None when there is none, or another was faster."""
    used = update(one_time_tokens).where(*_good(digest, purpose, now)).values(used_at=now)
    return _one_time(uow, used.returning(*_ONE_TIME))


def remove_one_time(uow: UnitOfWork, purpose: str, user_id: str | None) -> None:
    """Delete the links of that purpose that were made for this user (None: for nobody in particular)."""
    owner = one_time_tokens.c.user_id.is_(None) if user_id is None else one_time_tokens.c.user_id == user_id
    uow.conn.execute(delete(one_time_tokens).where(one_time_tokens.c.purpose == purpose, owner))


def _good(digest: str, purpose: str, now: datetime) -> tuple[Any, ...]:
    link = one_time_tokens.c
    return (link.token_hash == digest, link.purpose == purpose, link.used_at.is_(None), link.expires_at > now)


def _one_time(unit: ReadUnit, statement: Executable) -> OneTimeRow | None:
    row = unit.conn.execute(statement).one_or_none()
    return None if row is None else OneTimeRow(*row)
