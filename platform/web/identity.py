"""Who is calling: the port between the routes and the sign-in room."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from flask import Request

from formloom.platform.kernel.actors import Member
from formloom.platform.storage.database import Assumption


@dataclass(frozen=True, slots=True)
class Identity:
    """A member and the way he proved who he is."""

    member: Member
    via: Literal["session", "token"]
    csrf_token: str | None = None
    session_hash: str | None = None
    assumption: Assumption | None = None
    """What this identity rests on, where it was only remembered; see `Database.assuming`."""


class Authenticator(Protocol):
    """Finds out who sent a request."""

    def __call__(self, request: Request, now: datetime, *, from_memory: bool = False) -> Identity | None:
        """Return the caller, or None for nobody; `from_memory` allows an identity that is still to be proved.

        Checks the CSRF header of session-authenticated writes. Raises Unauthenticated for a bad or dead token,
        Forbidden for a failed CSRF check.
        """
        ...
