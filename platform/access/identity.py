"""Who is calling: from a session cookie or a bearer token to a member, on every request.

The answer is kept in memory under the digest of the secret and is good for as long as the access epoch stands
still, and never longer than a minute; everything that changes a person, a role, a session or a token begins a
new epoch in the same transaction. So a revocation holds at the next request, in every process, and an ordinary
request costs one row.

    with db.read() as unit:
        proof = identities.by_session(unit, cookie, now)

A session ends after twelve hours without use, after fourteen days in any case, and when the `auth_epoch` of
its user has moved on. A disabled user has no identity, whatever secret comes.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from formloom.platform.access.queries import credentials, people
from formloom.platform.access.secrets import API_PREFIX, digest
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.text import LOCALES
from formloom.platform.storage import access_epoch
from formloom.platform.storage.database import Assumption, ReadUnit, UnitOfWork

IDLE = timedelta(hours=12)
LIFETIME = timedelta(days=14)
TOUCH_EVERY = timedelta(minutes=10)
_TRUST = timedelta(minutes=1)
_KEPT = 2_000
_ACTIVE = "active"


@dataclass(frozen=True, slots=True)
class Proof:
    """A member, and the credential that proved it. `key` names the credential without revealing it."""

    member: Member
    via: Literal["session", "token"]
    key: str
    csrf_token: str | None
    used_at: datetime | None
    until: datetime

    def is_due(self, now: datetime) -> bool:
        """Tell whether the use of the credential should be noted again."""
        return self.used_at is None or now - self.used_at >= TOUCH_EVERY


class Identities:
    """Finds the member behind a secret; one per process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._epoch = ""
        self._known: OrderedDict[str, Proof] = OrderedDict()

    def by_session(self, unit: ReadUnit, secret: str, now: datetime) -> Proof | None:
        """Return the identity behind a session's secret, or None when there is none (any more)."""
        return self._find(unit, digest(secret), now, _from_session)

    def by_token(self, unit: ReadUnit, secret: str, now: datetime) -> Proof | None:
        """Return the identity behind an API token, or None when there is none (any more)."""
        if not secret.startswith(API_PREFIX):
            return None
        return self._find(unit, digest(secret), now, _from_token)

    def remembered(self, secret: str, now: datetime) -> tuple[Proof, Assumption] | None:
        """Return the identity that this secret had when it was last asked for, and on what it rests; or None."""
        with self._lock:
            known, epoch = self._known.get(digest(secret)), self._epoch
        if known is None or not epoch or now >= known.until:
            return None
        return known, access_epoch.still(epoch)

    def noted(self, proof: Proof, now: datetime) -> None:
        """Remember that the use of a credential is being written down, so that it is not done twice."""
        with self._lock:
            if proof.key in self._known:
                self._known[proof.key] = replace(proof, used_at=now)

    def _find(self, unit: ReadUnit, key: str, now: datetime, load: "_Loader") -> Proof | None:
        present = access_epoch.current(unit)
        with self._lock:
            if present != self._epoch:
                self._known.clear()
                self._epoch = present
            known = self._known.get(key)
        if known is not None and now < known.until:
            return known
        found = load(unit, key, now)
        if found is not None:
            self._keep(present, found)
        return found

    def _keep(self, present: str, found: Proof) -> None:
        with self._lock:
            if present != self._epoch or not present:
                return
            self._known[found.key] = found
            self._known.move_to_end(found.key)
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)


def note_use(uow: UnitOfWork, proof: Proof, *, now: datetime) -> None:
    """Write down that the credential was used, so that it does not run into its idle limit."""
    if proof.via == "session":
        credentials.touch_session(uow, proof.key, now)
    else:
        credentials.touch_token(uow, proof.key, now)
    people.change(uow, proof.member.user_id, {"seen_at": now})


def load_member(unit: ReadUnit, user_id: str) -> Member | None:
    """Return the active member of that id as an actor, for work done on their behalf; None when there is none."""
    row = people.by_id(unit, user_id)
    if row is None or row.status != _ACTIVE:
        return None
    return _member(unit, row.id, row.name, row.email, row.locale, is_admin=row.is_admin)


_Loader = Callable[[ReadUnit, str, datetime], Proof | None]


def _from_session(unit: ReadUnit, key: str, now: datetime) -> Proof | None:
    row = credentials.session(unit, key)
    if row is None or row.status != _ACTIVE or row.auth_epoch != row.user_epoch:
        return None
    ends_at = min(row.expires_at, row.seen_at + IDLE)
    if now >= ends_at:
        return None
    member = _member(unit, row.user_id, row.name, row.email, row.locale, is_admin=row.is_admin)
    return Proof(member, "session", key, row.csrf_token, row.seen_at, min(ends_at, now + _TRUST))


def _from_token(unit: ReadUnit, key: str, now: datetime) -> Proof | None:
    row = credentials.token(unit, key)
    if row is None or row.status != _ACTIVE or (row.expires_at is not None and now >= row.expires_at):
        return None
    member = _member(unit, row.user_id, row.name, row.email, row.locale, is_admin=row.is_admin)
    until = now + _TRUST if row.expires_at is None else min(row.expires_at, now + _TRUST)
    return Proof(member, "token", key, None, row.last_used_at, until)


def _member(unit: ReadUnit, user_id: str, name: str, email: str, locale: str, *, is_admin: bool) -> Member:
    roles, departments = people.memberships(unit, [user_id])
    return Member(
        user_id=user_id,
        name=name,
        email=email,
        locale=locale if locale in LOCALES else LOCALES[0],
        is_admin=is_admin,
        roles=frozenset(roles.get(user_id, ())),
        departments=_with_parents(unit, departments.get(user_id, [])),
    )


def _with_parents(unit: ReadUnit, department_ids: list[str]) -> frozenset[str]:
    """Return the departments and all above them: who works in a team works in its division, too."""
    if not department_ids:
        return frozenset()
    parents = people.parents(unit)
    found: set[str] = set()
    for start in department_ids:
        at: str | None = start
        while at is not None and at not in found:
            found.add(at)
            at = parents.get(at)
    return frozenset(found)
