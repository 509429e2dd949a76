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
from formloom.platform.storage.database import Database
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

    def __call__(self, request: Request, now: datetime) -> Identity | None:
        """Return the caller, or None for nobody. Raises Unauthenticated, CsrfRefused."""
        proof = self._by_token(request, now) if _has_bearer(request) else self._by_cookie(request, now)
        if proof is None:
            return None
        self._note_use(proof, now)
        return Identity(proof.member, proof.via, proof.csrf_token, proof.key)

    def _by_token(self, request: Request, now: datetime) -> Proof:
        secret = request.headers["Authorization"].split(" ", 1)[1].strip()
        with self._db.read() as unit:
            proof = self._identities.by_token(unit, secret, now)
        if proof is None:
            raise Unauthenticated
        return proof

    def _by_cookie(self, request: Request, now: datetime) -> Proof | None:
        secret = session_secret(request, self._settings)
        if secret is None:
            return None
        with self._db.read() as unit:
            proof = self._identities.by_session(unit, secret, now)
        if proof is None or request.method in SAFE_METHODS:
            return proof
        try:
            _demand_csrf(request, proof, self._settings.base_url)
        except CsrfRefused:
            if _is_for_members(request):
                raise
            return None
        return proof

    def _note_use(self, proof: Proof, now: datetime) -> None:
        if not proof.is_due(now):
            return
        self._identities.noted(proof, now)
        try:
            self._db.write(lambda uow: note_use(uow, proof, now=now))
        except Exception:  # noqa: BLE001 - a full disk must not keep anybody from reading
            _log.exception("the use of a credential could not be noted")


def _has_bearer(request: Request) -> bool:
    return request.headers.get("Authorization", "").lower().startswith("bearer ")


def _demand_csrf(request: Request, proof: Proof, base_url: str) -> None:
    refuse_other_sites(request, base_url)
    if not same(request.headers.get(CSRF_HEADER, ""), proof.csrf_token or "\0"):
        raise CsrfRefused


def _is_for_members(request: Request) -> bool:
    routes: list[RouteSpec] = current_app.extensions["formloom.routes"]
    return any(route.who == "member" for route in routes if route.endpoint == request.endpoint)
