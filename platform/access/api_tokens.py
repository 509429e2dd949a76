"""API tokens: bearer secrets that act as the person who made them.

A token is shown once. It can do what its person can do at this moment, and dies with the person's account or
with a forgotten password.
"""

from dataclasses import dataclass
from datetime import datetime

from formloom.platform.access import audit
from formloom.platform.access.policy import Act, requires
from formloom.platform.access.queries import credentials
from formloom.platform.access.queries import people as rows
from formloom.platform.access.queries.credentials import ApiTokenRow
from formloom.platform.access.secrets import digest, new_api_secret
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.errors import NotFound
from formloom.platform.kernel.ids import new_id
from formloom.platform.storage import access_epoch
from formloom.platform.storage.database import ReadUnit, UnitOfWork


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token; the only moment at which its secret is known."""

    id: str
    name: str
    secret: str


@requires(Act.TOKEN_LIST)
def list_own(unit: ReadUnit, actor: Member) -> list[ApiTokenRow]:
    """Return the caller's live tokens."""
    return credentials.tokens_of(unit, actor.user_id)


@requires(Act.TOKEN_CREATE)
def create(
    uow: UnitOfWork, actor: Member, name: str, *, now: datetime, expires_at: datetime | None = None
) -> MadeToken:
    """Make a token for the caller."""
    return _make(uow, actor, actor.user_id, name, now=now, expires_at=expires_at)


@requires(Act.TOKEN_REVOKE)
def revoke(uow: UnitOfWork, actor: Member, token_id: str, *, now: datetime) -> None:
    """Revoke one of the caller's tokens, at once. Raises NotFound."""
    if not credentials.revoke_token(uow, actor.user_id, token_id, now):
        raise NotFound
    access_epoch.advance(uow)
    audit.note(uow, actor, Act.TOKEN_REVOKE, "token", token_id, now=now)


def create_for(uow: UnitOfWork, email_key: str, name: str, *, now: datetime) -> MadeToken:
    """Make a token for the active person of that address. Raises NotFound. For the command line."""
    row = rows.by_email(uow, email_key)
    if row is None or row.status != "active":
        raise NotFound
    return _make(uow, None, row.id, name, now=now, expires_at=None)


def _make(
    uow: UnitOfWork, actor: Member | None, user_id: str, name: str, *, now: datetime, expires_at: datetime | None
) -> MadeToken:
    made = MadeToken(new_id(), name.strip() or "API", new_api_secret())
    credentials.add_token(
        uow,
        {
            "id": made.id,
            "user_id": user_id,
            "name": made.name,
            "token_hash": digest(made.secret),
            "hint": made.secret[:8] + "…",
            "created_at": now,
            "expires_at": expires_at,
        },
    )
    audit.note(uow, actor, Act.TOKEN_CREATE, "token", made.id, {"user": user_id}, now=now)
    return made
