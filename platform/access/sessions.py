"""Signing in and out.

Verifying a password is slow on purpose and must not hold up the writers, so signing in has three steps:

    with db.read() as unit:
        claim = find(unit, email)
    if not claim.verify(password):          # outside any transaction, equally slow for nobody
        raise SignInRefused()
    opened = db.write(lambda uow: open_session(uow, claim, now=now))

Between the steps the person may be disabled or change the password; `open_session` looks again.
"""

from dataclasses import dataclass
from datetime import datetime

from formloom.platform.access import passwords
from formloom.platform.access.emails import email_key
from formloom.platform.access.errors import SignInRefused
from formloom.platform.access.identity import LIFETIME
from formloom.platform.access.queries import credentials, people
from formloom.platform.access.secrets import digest, new_secret
from formloom.platform.kernel.errors import Unauthenticated
from formloom.platform.storage import access_epoch
from formloom.platform.storage.database import ReadUnit, UnitOfWork


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody says to be this user; `user_id` is None when there is no such user, which nobody must notice."""

    user_id: str | None
    password_hash: passwords.PasswordHash | None
    auth_epoch: int

    def verify(self, password: str) -> bool:
        """Tell whether the password proves the claim. Slow, and equally slow for nobody."""
        return passwords.verify(self.password_hash, password)

    def still_holds(self, row: people.UserRow) -> bool:
        """Tell whether the user is as when the claim was looked up."""
        return row.auth_epoch == self.auth_epoch and row.password_hash == self.password_hash

    def fresh_hash(self, password: str) -> passwords.PasswordHash | None:
        """Return a hash to store instead of an outdated one, or None. Slow when it is."""
        if self.password_hash is None or not passwords.is_outdated(self.password_hash):
            return None
        return passwords.rehash(password)


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A new session; the only moment at which its secret is known."""

    secret: str
    csrf_token: str
    user_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Origin:
    """From where a session was opened, for its owner to recognise it."""

    ip: str = ""
    user_agent: str = ""


UNKNOWN_ORIGIN = Origin()


def find(unit: ReadUnit, email: str) -> Claim:
    """Return the claim to be the user of that address."""
    row = people.by_email(unit, email_key(email))
    if row is None or row.status != "active" or row.password_hash is None:
        return Claim(None, None, 0)
    return Claim(row.id, passwords.PasswordHash(row.password_hash), row.auth_epoch)


def open_session(
    uow: UnitOfWork,
    claim: Claim,
    *,
    now: datetime,
    origin: Origin = UNKNOWN_ORIGIN,
    replaces: str | None = None,
    fresh_hash: passwords.PasswordHash | None = None,
) -> OpenedSession:
    """Open a session for a verified claim; the session of the secret `replaces`, if any, ends.

    Raises SignInRefused when the person changed since the claim was looked up.
    """
    row = None if claim.user_id is None else people.lock(uow, claim.user_id)
    if row is None or row.status != "active" or not claim.still_holds(row):
        raise SignInRefused
    if fresh_hash is not None:
        people.change(uow, row.id, {"password_hash": fresh_hash})
    if replaces is not None:
        close_session(uow, replaces)
    return start(uow, row.id, row.auth_epoch, now=now, origin=origin)


def start(
    uow: UnitOfWork, user_id: str, auth_epoch: int, *, now: datetime, origin: Origin = UNKNOWN_ORIGIN
) -> OpenedSession:
    """Store a new session of a user who was just identified."""
    opened = OpenedSession(new_secret(), new_secret(), user_id, now + LIFETIME)
    credentials.remove_expired_sessions(uow, now)
    credentials.add_session(
        uow,
        {
            "token_hash": digest(opened.secret),
            "user_id": user_id,
            "csrf_token": opened.csrf_token,
            "auth_epoch": auth_epoch,
            "created_at": now,
            "seen_at": now,
            "expires_at": opened.expires_at,
            "ip": origin.ip[:64],
            "user_agent": origin.user_agent[:300],
        },
    )
    people.change(uow, user_id, {"seen_at": now})
    return opened


def close_session(uow: UnitOfWork, secret: str) -> None:
    """End a session; nothing happens when it has ended already."""
    credentials.remove_session(uow, digest(secret))
    access_epoch.advance(uow)


def find_own(unit: ReadUnit, user_id: str) -> Claim:
    """Return the claim of a signed-in user to be himself, for asking the password again.

    Raises Unauthenticated when the user is gone.
    """
    row = people.by_id(unit, user_id)
    if row is None or row.password_hash is None:
        raise Unauthenticated
    return Claim(row.id, passwords.PasswordHash(row.password_hash), row.auth_epoch)
