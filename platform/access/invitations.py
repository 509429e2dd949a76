"""Inviting people, and accepting an invitation."""

from dataclasses import dataclass
from datetime import datetime

from formloom.platform.access import audit, one_time, people, sessions
from formloom.platform.access.emails import email_key
from formloom.platform.access.errors import EmailTaken, TokenRefused
from formloom.platform.access.letters import INVITATION, Letters
from formloom.platform.access.one_time import Purpose
from formloom.platform.access.passwords import PasswordHash
from formloom.platform.access.people import NewPerson
from formloom.platform.access.policy import Act, requires
from formloom.platform.access.queries import people as rows
from formloom.platform.access.settings import organisation_name
from formloom.platform.kernel.actors import Actor, Member
from formloom.platform.storage import access_epoch
from formloom.platform.storage.database import ReadUnit, UnitOfWork


@dataclass(frozen=True, slots=True)
class Invited:
    """Who was invited; `url` is given when no mail leaves, for the administrator to hand over."""

    user_id: str
    url: str | None

    @property
    def is_sent(self) -> bool:
        return self.url is None


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an invited person sees before accepting."""

    email: str
    name: str
    organisation: str
    expires_at: datetime


@requires(Act.USER_INVITE)
def invite(uow: UnitOfWork, actor: Actor, person: NewPerson, letters: Letters, *, now: datetime) -> Invited:
    """Invite a person; inviting somebody again who has not accepted yet makes a new link. Raises EmailTaken."""
    row = rows.by_email(uow, email_key(person.email))
    if row is not None and row.status != "invited":
        raise EmailTaken
    if row is None:
        user_id = people.insert(uow, person, status="invited", password_hash=None, now=now)
    else:
        user_id = row.id
        _update(uow, user_id, person, now)
    url = letters.link("/invite/" + one_time.issue(uow, Purpose.INVITATION, user_id, now=now))
    inviter = actor.name if isinstance(actor, Member) else organisation_name(uow)
    letter = INVITATION.filled(inviter=inviter, organisation=organisation_name(uow), url=url)
    sent = letters.post(uow, people.get(uow, user_id).email, letter, person.locale, now)
    audit.note(uow, actor, Act.USER_INVITE, "user", user_id, {"roles": list(person.roles)}, now=now)
    return Invited(user_id, None if sent else url)


@requires(Act.INVITATION_READ)
def read(unit: ReadUnit, secret: str, *, now: datetime) -> Invitation:
    """Return whom an invitation is for. Raises TokenRefused."""
    link = one_time.look_up(unit, Purpose.INVITATION, secret, now=now)
    row = rows.by_id(unit, link.user_id or "")
    if row is None or row.status != "invited":
        raise TokenRefused
    return Invitation(row.email, row.name, organisation_name(unit), link.expires_at)


@requires(Act.INVITATION_ACCEPT)
def accept(
    uow: UnitOfWork, secret: str, name: str, password_hash: PasswordHash, *, now: datetime, origin: sessions.Origin
) -> sessions.OpenedSession:
    """Make the invited person active and sign them in. Raises TokenRefused."""
    link = one_time.redeem(uow, Purpose.INVITATION, secret, now=now)
    row = rows.lock(uow, link.user_id or "")
    if row is None or row.status != "invited":
        raise TokenRefused
    values = {"name": name.strip() or row.name, "password_hash": password_hash, "status": "active", "updated_at": now}
    rows.change(uow, row.id, values)
    access_epoch.advance(uow)
    audit.note(uow, None, Act.INVITATION_ACCEPT, "user", row.id, now=now)
    return sessions.start(uow, row.id, row.auth_epoch, now=now, origin=origin)


def _update(uow: UnitOfWork, user_id: str, person: NewPerson, now: datetime) -> None:
    named = {"name": person.name.strip()} if person.name.strip() else {}
    rows.change(uow, user_id, {**named, "locale": person.locale, "is_admin": person.is_admin, "updated_at": now})
    rows.set_roles(uow, user_id, people.role_ids(uow, person.roles))
    rows.set_departments(uow, user_id, people.department_ids(uow, person.departments))
    access_epoch.advance(uow)
