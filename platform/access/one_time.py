"""One-time links: the set-up of the installation, invitations, forgotten passwords.

A link is good once and for a while. Using it is one conditional update, so of two who open it at the same
moment one is refused. A newer link of the same purpose for the same person takes the older one out of use.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from formloom.platform.access.errors import TokenRefused
from formloom.platform.access.queries import credentials
from formloom.platform.access.secrets import digest, new_secret
from formloom.platform.storage.database import ReadUnit, UnitOfWork


class Purpose(StrEnum):
    """What a one-time link is for."""

    SETUP = "setup"
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a purpose, not a secret


LIFETIMES = {
    Purpose.SETUP: timedelta(hours=24),
    Purpose.INVITATION: timedelta(hours=72),
    Purpose.PASSWORD_RESET: timedelta(hours=1),
}


@dataclass(frozen=True, slots=True)
class OneTime:
    """A good link: for whom, and until when."""

    user_id: str | None
    expires_at: datetime


def issue(uow: UnitOfWork, purpose: Purpose, user_id: str | None, *, now: datetime) -> str:
    """Make a link and return its secret, which nobody can find out again."""
    secret = new_secret()
    withdraw(uow, purpose, user_id)
    credentials.add_one_time(
        uow,
        {
            "token_hash": digest(secret),
            "purpose": purpose.value,
            "user_id": user_id,
            "created_at": now,
            "expires_at": now + LIFETIMES[purpose],
        },
    )
    return secret


def look_up(unit: ReadUnit, purpose: Purpose, secret: str, *, now: datetime) -> OneTime:
    """Return the link without using it. Raises TokenRefused."""
    row = credentials.one_time(unit, digest(secret), purpose.value, now)
    if row is None:
        raise TokenRefused
    return OneTime(row.user_id, row.expires_at)


def redeem(uow: UnitOfWork, purpose: Purpose, secret: str, *, now: datetime) -> OneTime:
    """Use the link up and return it. Raises TokenRefused."""
    row = credentials.use_one_time(uow, digest(secret), purpose.value, now)
    if row is None:
        raise TokenRefused
    return OneTime(row.user_id, row.expires_at)


def withdraw(uow: UnitOfWork, purpose: Purpose, user_id: str | None) -> None:
    """Take every link of that purpose for that person out of use."""
    credentials.remove_one_time(uow, purpose.value, user_id)
