"""The audit log: who did what to people, permissions, publications, packages and data leaving the house.

Every entry carries the hash of the one before it, and the newest hash stands beside the log, so an entry that
was changed, removed, swapped or cut off the end is found by `verify`. It is written in the transaction of the
act itself: there is no act without its entry and no entry without its act.

    audit.note(uow, actor, Act.USER_CHANGE, "user", user_id, {"status": "disabled"}, now=now)

Details name what changed, never a secret and never a record's values.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from formloom.platform.access.acts import Act
from formloom.platform.access.policy import requires
from formloom.platform.access.queries import audit as rows
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.jsontypes import JSONValue
from formloom.platform.storage.database import ReadUnit, UnitOfWork

_BEGINNING = "0" * 64


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found: how many entries, and the number of the first that does not fit."""

    entries: int
    broken_at: int | None = None
    reason: str | None = None

    @property
    def ok(self) -> bool:
        return self.broken_at is None


def note(
    uow: UnitOfWork,
    actor: Actor | None,
    act: Act,
    object_kind: str,
    object_id: str | None,
    detail: Mapping[str, JSONValue] | None = None,
    *,
    now: datetime,
    ip: str | None = None,
) -> None:
    """Add one entry. `actor` is None for what happens before anybody is known."""
    seq, previous = rows.head(uow, locked=True) or (0, _BEGINNING)
    entry = rows.AuditRow(
        seq=seq + 1,
        at=now,
        actor_kind=actor.kind if actor else "nobody",
        actor_id=actor.id if actor else None,
        ip=ip,
        act=act.value,
        object_kind=object_kind,
        object_id=object_id,
        detail=dict(detail or {}),
        prev_hash=previous,
        hash="",
    )
    rows.add(uow, replace(entry, hash=_hash(entry)))


@requires(Act.AUDIT_VERIFY)
def verify(unit: ReadUnit, actor: Actor) -> Verdict:  # noqa: ARG001 - the guard reads the actor
    """Walk the whole log and tell whether it is as it was written."""
    count, previous = 0, _BEGINNING
    for entry in rows.walk(unit):
        count += 1
        if entry.seq != count:
            return Verdict(count, count, "missing")
        if entry.prev_hash != previous or entry.hash != _hash(entry):
            return Verdict(count, entry.seq, "changed")
        previous = entry.hash
    head = rows.head(unit) or (0, _BEGINNING)
    return Verdict(count) if head == (count, previous) else Verdict(count, count + 1, "truncated")


def _hash(entry: rows.AuditRow) -> str:
    content = [
        entry.seq, entry.at.isoformat(timespec="microseconds"), entry.actor_kind, entry.actor_id, entry.ip, entry.act,
        entry.object_kind, entry.object_id, entry.detail, entry.prev_hash,
    ]  # fmt: skip
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
