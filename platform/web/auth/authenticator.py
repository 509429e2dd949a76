"""Finds out who sent a request: a session cookie or a bearer token.

A cookie alone never authorises a write. The browser attaches it to whatever any page makes it send, so a write
also needs the session's CSRF token in a header, and must not come from another site. On routes that are open to
everybody (a public form, signing in) a cookie without the token counts for nothing instead of being refused:
a member who fills a public form is a visitor there.
"""

import logging
from datetime import datetime

from flask import Request, current_app

from formloom.platform.access.errors import CsrfRefused
from formloom.platform.access.identity import Identities, Proof, note_use
from formloom.platform.access.secrets import same
from formloom.platform.kernel.errors import Unauthenticated
from formloom.platform.kernel.settings import Settings
from formloom.platform.storage.database import Assumption, Database
from formloom.platform.web.auth.cookies import session_secret
from formloom.platform.web.identity import Identity
from formloom.platform.web.route import RouteSpec
from formloom.platform.web.security import SAFE_METHODS, refuse_other_sites

CSRF_HEADER = "X-CSRF-Token"
_log = logging.getLogger(__name__)


class RequestAuthenticator:
    """The `Authenticator` of the installation."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self._db = db
        self._settings = settings
        self._identities = Identities()

    def __call__(self, request: Request, now: datetime, *, from_memory: bool = False) -> Identity | None:
        """Return the caller, or None for nobody. Raises Unauthenticated, CsrfRefused."""
        bearer = _bearer(request)
        secret = session_secret(request, self._settings) if bearer is None else bearer
        if secret is None:
            return None
        proof, assumption = self._prove(secret, now, is_token=bearer is not None, from_memory=from_memory)
        if proof is None and bearer is not None:
            raise Unauthenticated
        if proof is None or not self._is_meant(request, proof):
            return None
        self._note_use(proof, now)
        return Identity(proof.member, proof.via, proof.csrf_token, proof.key, assumption)

    def _prove(
        self, secret: str, now: datetime, *, is_token: bool, from_memory: bool
    ) -> tuple[Proof | None, Assumption | None]:
        via = "token" if is_token else "session"
        known = self._identities.remembered(secret, now) if from_memory else None
        if known is not None and known[0].via == via and not known[0].is_due(now):
            return known
        find = self._identities.by_token if is_token else self._identities.by_session
        with self._db.read() as unit:
            return find(unit, secret, now), None

    def _is_meant(self, request: Request, proof: Proof) -> bool:
        """Tell whether a cookie counts for this request; a token always does. Raises CsrfRefused."""
        if proof.via == "token" or request.method in SAFE_METHODS:
            return True
        try:
            _demand_csrf(request, proof, self._settings.base_url)
        except CsrfRefused:
            if _is_for_members(request):
                raise
            return False
        return True

    def _note_use(self, proof: Proof, now: datetime) -> None:
        if not proof.is_due(now):
            return
        self._identities.noted(proof, now)
        try:
            self._db.write(lambda uow: note_use(uow, proof, now=now))
        except Exception:  # noqa: BLE001 - a full disk must not keep anybody from reading
            _log.exception("the use of a credential could not be noted")


def _bearer(request: Request) -> str | None:
    """Return the bearer token that a request carries, or None when it carries none."""
    scheme, _, secret = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return (secret.strip() or None) if scheme.lower() == "bearer" else None


def _demand_csrf(request: Request, proof: Proof, base_url: str) -> None:
    refuse_other_sites(request, base_url)
    if not same(request.headers.get(CSRF_HEADER, ""), proof.csrf_token or "\0"):
        raise CsrfRefused


def _is_for_members(request: Request) -> bool:
    routes: list[RouteSpec] = current_app.extensions["formloom.routes"]
    return any(route.who == "member" for route in routes if route.endpoint == request.endpoint)
