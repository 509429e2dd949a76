"""Changing a password: knowing the old one, or by a link when it is forgotten.

Whoever changes it knowingly stays signed in and nothing else does. After a forgotten one nothing survives:
every session ends and every API token is revoked, since somebody else may have been inside.
"""

from datetime import datetime

from formloom.platform.access import audit, one_time, sessions
from formloom.platform.access.emails import email_key
from formloom.platform.access.errors import PasswordWrong, TokenRefused
from formloom.platform.access.letters import PASSWORD_RESET, Letters
from formloom.platform.access.one_time import Purpose
from formloom.platform.access.passwords import PasswordHash
from formloom.platform.access.policy import Act, requires
from formloom.platform.access.queries import credentials
from formloom.platform.access.queries import people as rows
from formloom.platform.access.queries import settings as values
from formloom.platform.access.settings import organisation_name
from formloom.platform.kernel.actors import Actor, Member
from formloom.platform.kernel.errors import NotFound
from formloom.platform.storage import access_epoch
from formloom.platform.storage.database import ReadUnit, UnitOfWork


@requires(Act.PASSWORD_CHANGE)
def change(
    uow: UnitOfWork,
    actor: Member,
    claim: sessions.Claim,
    password_hash: PasswordHash,
    *,
    now: datetime,
    origin: sessions.Origin = sessions.UNKNOWN_ORIGIN,
) -> sessions.OpenedSession:
    """Set a new password for a claim that was verified with the old one; every other session ends.

    Raises PasswordWrong when the password changed meanwhile.
    """
    row = rows.lock(uow, actor.user_id)
    if row is None or claim.user_id != row.id or claim.password_hash != row.password_hash:
        raise PasswordWrong
    auth_epoch = _set(uow, row, password_hash, now)
    audit.note(uow, actor, Act.PASSWORD_CHANGE, "user", row.id, now=now)
    return sessions.start(uow, row.id, auth_epoch, now=now, origin=origin)


@requires(Act.PASSWORD_FORGOT)
def forgot(uow: UnitOfWork, email: str, letters: Letters, *, now: datetime) -> None:
    """Send a link to whoever has that address. Nothing tells the caller whether anybody has."""
    values.write(uow, "password_forgot_at", now.isoformat())  # one write for everybody, so that time tells nothing
    row = rows.by_email(uow, email_key(email))
    if row is None or row.status != "active" or row.password_hash is None or letters.send is None:
        return
    url = letters.link("/reset/" + one_time.issue(uow, Purpose.PASSWORD_RESET, row.id, now=now))
    letter = PASSWORD_RESET.filled(organisation=organisation_name(uow), url=url)
    letters.post(uow, row.email, letter, row.locale, now)


@requires(Act.USER_CHANGE)
def make_link(uow: UnitOfWork, actor: Actor, user_id: str, letters: Letters, *, now: datetime) -> str:
    """Return a link by which an active person chooses a new password, to hand over. Raises NotFound."""
    row = rows.by_id(uow, user_id)
    if row is None or row.status != "active" or row.password_hash is None:
        raise NotFound
    audit.note(uow, actor, Act.PASSWORD_FORGOT, "user", user_id, now=now)
    return letters.link("/reset/" + one_time.issue(uow, Purpose.PASSWORD_RESET, user_id, now=now))


def whose(unit: ReadUnit, secret: str, *, now: datetime) -> tuple[str, ...]:
    """Return what is no secret of the person behind a reset link, to refuse it as a password. Raises TokenRefused."""
    row = rows.by_id(unit, one_time.look_up(unit, Purpose.PASSWORD_RESET, secret, now=now).user_id or "")
    if row is None:
        raise TokenRefused
    return (row.email, row.name)


@requires(Act.PASSWORD_RESET)
def reset(uow: UnitOfWork, secret: str, password_hash: PasswordHash, *, now: datetime) -> None:
    """Set a new password by a link. Every session ends and every API token dies. Raises TokenRefused."""
    link = one_time.redeem(uow, Purpose.PASSWORD_RESET, secret, now=now)
    row = rows.lock(uow, link.user_id or "")
    if row is None or row.status != "active":
        raise TokenRefused
    _set(uow, row, password_hash, now)
    credentials.revoke_tokens_of(uow, row.id, now)
    audit.note(uow, None, Act.PASSWORD_RESET, "user", row.id, now=now)


def _set(uow: UnitOfWork, row: rows.UserRow, password_hash: PasswordHash, now: datetime) -> int:
    auth_epoch = row.auth_epoch + 1
    rows.change(uow, row.id, {"password_hash": password_hash, "auth_epoch": auth_epoch, "updated_at": now})
    credentials.remove_sessions_of(uow, row.id)
    one_time.withdraw(uow, Purpose.PASSWORD_RESET, row.id)
    access_epoch.advance(uow)
    return auth_epoch
