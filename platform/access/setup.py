"""The first run: one link, one administrator, then never again.

While nobody is there the start prints a link with a secret; only who has it can set the installation up, so
nobody on the network is faster than the person at the console. `formloom init` does the same without a browser.
"""

from dataclasses import dataclass
from datetime import datetime

from formloom.platform.access import audit, one_time, people, sessions
from formloom.platform.access.access import BUILDER_ROLE
from formloom.platform.access.errors import SetupDone
from formloom.platform.access.one_time import Purpose
from formloom.platform.access.passwords import PasswordHash
from formloom.platform.access.people import NewPerson
from formloom.platform.access.policy import Act, requires
from formloom.platform.access.queries import organisation as organisation_rows
from formloom.platform.access.queries import people as rows
from formloom.platform.access.queries import settings
from formloom.platform.kernel.ids import new_id
from formloom.platform.storage.database import ReadUnit, UnitOfWork

BUILDER_TITLE = {"zh-CN": "搭建者", "en": "Builder"}


@dataclass(frozen=True, slots=True)
class Installation:
    """What the wizard asks for."""

    organisation: str
    locale: str
    name: str
    email: str


@requires(Act.SETUP_READ)
def is_needed(unit: ReadUnit) -> bool:
    """Tell whether nobody has set this installation up yet."""
    return not rows.has_any(unit)


def issue_link_secret(uow: UnitOfWork, *, now: datetime) -> str | None:
    """Return the secret for a fresh set-up link, the older one being void; None when set-up is done."""
    if not is_needed(uow):
        return None
    return one_time.issue(uow, Purpose.SETUP, None, now=now)


@requires(Act.SETUP_RUN)
def run(
    uow: UnitOfWork,
    secret: str,
    wanted: Installation,
    password_hash: PasswordHash,
    *,
    now: datetime,
    origin: sessions.Origin = sessions.UNKNOWN_ORIGIN,
) -> sessions.OpenedSession:
    """Set the installation up by its link and sign the administrator in. Raises SetupDone, TokenRefused, Invalid."""
    if not is_needed(uow):
        raise SetupDone
    one_time.redeem(uow, Purpose.SETUP, secret, now=now)
    return sessions.start(uow, init_installation(uow, wanted, password_hash, now=now), 0, now=now, origin=origin)


def init_installation(uow: UnitOfWork, wanted: Installation, password_hash: PasswordHash, *, now: datetime) -> str:
    """Set the installation up and return the administrator's id. Raises SetupDone, Invalid.

    Unguarded by a link: for the command line, whose user owns the database anyway.
    """
    if not is_needed(uow):
        raise SetupDone
    settings.write(uow, "organisation", wanted.organisation.strip() or "Formloom")
    settings.write(uow, "locale", wanted.locale)
    settings.write(uow, "installed_at", now.isoformat())
    organisation_rows.add_role(
        uow, {"id": new_id(), "key": BUILDER_ROLE, "title": BUILDER_TITLE, "package_slug": None, "created_at": now}
    )
    first = NewPerson(wanted.email, wanted.name, wanted.locale, is_admin=True)
    user_id = people.insert(uow, first, status="active", password_hash=password_hash, now=now)
    one_time.withdraw(uow, Purpose.SETUP, None)
    audit.note(uow, None, Act.SETUP_RUN, "user", user_id, now=now)
    return user_id
