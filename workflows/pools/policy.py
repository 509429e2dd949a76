"""A pool document, ready to judge records: conditions compiled, numbers read, and what lies in it as one condition."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from formloom.platform.definitions.conditions.tree import parse
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.kernel.zones import midnight
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.definition_store import Definition
from formloom.platform.storage.per_epoch import PerForm
from formloom.workflows.business_time import calendar_of
from formloom.workflows.pools.rules import Days, Terms, counted_in, ordered
from formloom.workflows.sla.policy import Judge, judge

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Circle:
    """Everybody, or people by name, by role, by department."""

    everyone: bool
    users: frozenset[str]
    roles: frozenset[str]
    departments: frozenset[str]

    @classmethod
    def of(cls, said: Mapping[str, Any] | None, *, otherwise: bool = False) -> "Circle":
        """Read one; `otherwise` is whether everybody is meant where the document says nothing."""
        if said is None:
            return cls(otherwise, frozenset(), frozenset(), frozenset())
        parts = (frozenset(map(str, said.get(name) or ())) for name in ("users", "roles", "departments"))
        return cls(said.get("everyone") is True, *parts)

    def has(self, member: Member) -> bool:
        """Tell whether a member belongs to it."""
        is_named = member.user_id in self.users or bool(self.roles & member.roles)
        return self.everyone or is_named or bool(self.departments & member.departments)


@dataclass(frozen=True, slots=True)
class Pool:
    """A published pool. `takes` judges records without asking who owns them; `tree` is the same for queries."""

    definition: Definition
    document: Mapping[str, Any]
    owner: str
    terms: Terms
    takes: Judge
    tree: JSONObject
    counts: Judge
    is_won: Judge
    is_kept: Judge
    see: Circle
    claim: Circle
    manage: Circle
    mode: str
    batch: int
    calendar: str | None
    masked: frozenset[str]
    followed_by: str | None

    @property
    def id(self) -> str:
        return self.definition.id

    @property
    def waiting(self) -> JSONObject:
        """Return the condition of what lies in the pool."""
        return all_of([{"field": self.owner, "op": "empty"}, self.tree])

    def owned_by(self, user_id: str) -> JSONObject:
        """Return the condition of what somebody holds."""
        return all_of([{"field": self.owner, "op": "eq", "value": user_id}, self.tree])

    def held_by(self, user_id: str) -> JSONObject:
        """Return the condition of what somebody holds and what counts."""
        free = (self.document.get("limits") or {}).get("not_counted")
        return all_of([self.owned_by(user_id), {"not": free} if free else {}])

    def followed(self, form: FormVersion, values: Mapping[str, Any]) -> datetime | None:
        """Return what the record itself says about when somebody followed up."""
        value = values.get(self.followed_by) if self.followed_by else None
        if isinstance(value, datetime):
            return value
        return midnight(value, form.zone) if isinstance(value, date) else None


def all_of(parts: Iterable[Mapping[str, Any]]) -> JSONObject:
    """Return the condition that all parts hold, as flat as can be: trees may only be so deep."""
    flat: list[Any] = []
    for part in parts:
        flat += part["all"] if set(part) == {"all"} else [dict(part)] if part else []
    return {"all": flat} if flat else {}


def pool_for(pools: Iterable[Pool], values: Mapping[str, Any], at: datetime) -> Pool | None:
    """Return the first pool that takes a record with these clean values."""
    return next((pool for pool in pools if pool.takes(values, at)), None)


def days_of(unit: ReadUnit, form: FormVersion, pool: Pool) -> Days:
    """Return what counts the days of a pool."""
    return counted_in(calendar_of(unit, form.app_id, pool.calendar) if pool.calendar else None)


def _read_all(unit: ReadUnit, form: FormVersion) -> Sequence[Pool]:
    documents = [
        (definition, document)
        for definition, document in store.published(unit, "pool", app_id=form.app_id)
        if document.get("form") == form.key and document.get("enabled", True) is not False
    ]
    documents.sort(key=lambda one: (int(one[1].get("position") or 0), one[0].key))
    found: list[Pool] = []
    earlier: list[JSONObject] = []
    for definition, document in documents:
        try:
            found.append(_read(definition, document, form, earlier))
        except (FormloomError, ValueError, LookupError):  # one pool that the form outgrew must not stop the others
            _log.exception("pool %s can't be used", definition.key)
            continue
        earlier.append(dict(document.get("filter") or {}))
    return found


POOLS = PerForm(_read_all)
"""The published pools of forms that are switched on, in the order in which they are tried."""


def _read(
    definition: Definition, document: Mapping[str, Any], form: FormVersion, earlier: Sequence[JSONObject]
) -> Pool:
    limits, recycle = document.get("limits") or {}, document.get("recycle") or {}
    protection, assign = document.get("protection") or {}, document.get("assign") or {}
    unfollowed, unwon = recycle.get("unfollowed") or {}, recycle.get("unwon") or {}
    terms = Terms(
        per_day=limits.get("per_day"), holding=limits.get("holding"), cool_down=document.get("cool_down_days"),
        protection=protection.get("days"), unfollowed=unfollowed.get("days"), unwon=unwon.get("days"),
        owner_left=recycle.get("owner_left", True) is not False,
        warnings=ordered((document.get("warn") or {}).get("days") or ()),
    )  # fmt: skip
    free = judge(limits.get("not_counted"), form, otherwise=False)
    form.field(str(document["owner"]))
    tree = _tree(document.get("filter"), earlier)
    parse(all_of([{"field": str(document["owner"]), "op": "empty"}, tree]), form.value_kinds())
    return Pool(
        definition, document, str(document["owner"]), terms, judge(document.get("filter"), form),
        tree, lambda values, at: not free(values, at),
        judge(unwon.get("won"), form, otherwise=False), judge(protection.get("when"), form, otherwise=False),
        Circle.of(document.get("see"), otherwise=True), Circle.of(document.get("claim"), otherwise=True),
        Circle.of(document.get("manage")), str(assign.get("mode") or "claim"), int(limits.get("batch") or 20),
        document.get("calendar"), frozenset(document.get("masked") or ()), unfollowed.get("field"),
    )  # fmt: skip


def _tree(own: Mapping[str, Any] | None, earlier: Sequence[JSONObject]) -> JSONObject:
    """Return the condition of the records that are this pool's: its own, and that of no pool before it."""
    return all_of([own or {}, *({"not": tree or {"all": []}} for tree in earlier)])
