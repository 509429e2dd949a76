"""The hall: which pools somebody sees, what lies in them, and how it stands with one record."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from formloom.platform.access.lent import Lent, LentAccess
from formloom.platform.access.policy import Access, Act, requires
from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.errors import NotFound
from formloom.platform.records import listing
from formloom.platform.records.queries import pages, people
from formloom.platform.records.queries.pages import Page, Query
from formloom.platform.records.queries.rows import read_one
from formloom.platform.records.record import Record
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.definition_store import FormCatalog
from formloom.workflows.pools.keeping import ahead_of
from formloom.workflows.pools.policy import POOLS, Pool, pool_for
from formloom.workflows.pools.rules import Outlook
from formloom.workflows.queries import pools as rows
from formloom.workflows.queries.pools import EntryRow, LogRow

MOST_POOLS = 200


@dataclass(frozen=True, slots=True)
class Place:
    """A pool as one member finds it."""

    pool: Pool
    form: FormVersion
    may_claim: bool
    may_manage: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with one record: in which pool it waits, or what lies ahead of whoever holds it."""

    place: Place
    entry: EntryRow | None
    owner_id: str | None
    ahead: Outlook
    log: list[LogRow]


@requires(Act.POOL_LIST)
def places(unit: ReadUnit, actor: Member, catalog: FormCatalog, *, app_id: str | None = None) -> list[Place]:
    """Return the pools that a member sees, in the order of apps and places."""
    forms: dict[tuple[str, str], None] = {}
    for definition, document in store.published(unit, "pool", app_id=app_id)[:MOST_POOLS]:
        forms[(definition.app_id, str(document.get("form")))] = None
    found: list[Place] = []
    for app, key in forms:
        try:
            form = catalog.in_app(unit, app, key)
        except NotFound:  # a form that is gone leaves its pools behind
            continue
        found += _seen(unit, actor, form)
    return found


def enter(unit: ReadUnit, actor: Member, catalog: FormCatalog, pool_id: str, *, as_owner: bool = False) -> Place:
    """Return the pool of that id as a member finds it; owners of its records find it in any case. Raises NotFound."""
    definition = store.find(unit, pool_id)
    if definition.kind != "pool" or definition.version is None:
        raise NotFound
    document = store.version(unit, definition.id, definition.version).document
    form = catalog.in_app(unit, definition.app_id, str(document.get("form")))
    pool = next((one for one in POOLS.of(unit, form) if one.id == pool_id), None)
    if pool is None:
        raise NotFound
    found = _place(unit, actor, form, pool)
    if found is None and as_owner and Access.of(unit, actor).can(Act.RECORD_READ, form=form):
        found = Place(pool, form, may_claim=False, may_manage=False)
    if found is None:
        raise NotFound
    return found


@requires(Act.POOL_READ)
def page(
    unit: ReadUnit, actor: Member, catalog: FormCatalog, pool_id: str, query: Query, *, mine: bool = False
) -> tuple[Place, Page, frozenset[str]]:
    """Return a page of what lies in a pool, or of what the member holds of it, and the fields that he sees.

    Raises NotFound, BadQuery.
    """
    place = enter(unit, actor, catalog, pool_id)
    lent = Lent(place.pool.owned_by(actor.user_id)) if mine else Lent(place.pool.waiting, place.pool.masked)
    found = listing.page_of_lent(unit, actor, place.form, query, lent)
    return place, found, LentAccess(Access.of(unit, actor), lent).readable(place.form)


def count(unit: ReadUnit, place: Place, now: datetime) -> int:
    """Return how many records lie in a pool."""
    return pages.count(unit, place.form, Query(filter=place.pool.waiting, setting=Setting(now=now)))


def masked(unit: ReadUnit, actor: Member, place: Place, record: Record, locale: str) -> dict[str, str]:
    """Return field → what is shown of a masked value, for fields that the member's groups let him read."""
    readable = Access.of(unit, actor).readable(place.form)
    shown = {}
    for name in sorted(place.pool.masked & readable):
        value, item = record.values.get(name), place.form.field(name)
        if value is not None:
            shown[name] = item.type.mask(item.type.display(value, item.cfg, locale))
    return shown


@requires(Act.POOL_READ)
def standing(unit: ReadUnit, actor: Member, form: FormVersion, record_id: str, *, now: datetime) -> Standing | None:
    """Return how it stands with a record that lies in a pool which the member sees, or that he may read; else None.

    Raises NotFound for a record that he may not know of.
    """
    record = read_one(unit, form, record_id)
    pools = POOLS.of(unit, form)
    if record is None:
        raise NotFound
    pool = pool_for(pools, record.values, now)
    owner = record.values.get(pool.owner) if pool else None
    place = _place(unit, actor, form, pool) if pool else None
    if not (place and owner is None) and not _reads(unit, actor, form, record_id):
        raise NotFound
    if pool is None:
        return None
    entry = rows.entries_of(unit, [record_id]).get(record_id)
    ahead = Outlook()
    if entry is not None and owner is not None:
        ahead = ahead_of(unit, form, pool, refreshed(unit, pool, entry), record.values, now)
    found = place or Place(pool, form, may_claim=False, may_manage=False)
    return Standing(found, entry, owner, ahead, rows.steps_of(unit, record_id))


def refreshed(unit: ReadUnit, pool: Pool, entry: EntryRow) -> EntryRow:
    """Return the entry of a held record with what its owner did last, comments included."""
    if pool.followed_by or entry.owner_id is None or pool.terms.unfollowed is None:
        return entry
    last = rows.last_activity(unit, entry.record_id, entry.owner_id, entry.since)
    return replace(entry, followed_at=max(last, entry.followed_at or last)) if last else entry


def lies_in(unit: ReadUnit, place: Place, record: Record, now: datetime) -> bool:
    """Tell whether a record without an owner lies in this pool and in no other."""
    found = pool_for(POOLS.of(unit, place.form), record.values, now)
    return found is not None and found.id == place.pool.id


def names(unit: ReadUnit, ids: Iterable[str | None]) -> dict[str, str]:
    """Return what members are called."""
    return people.user_names(unit, {one for one in ids if one})


def entries(unit: ReadUnit, record_ids: Collection[str]) -> dict[str, EntryRow]:
    """Return record id → its entry."""
    return rows.entries_of(unit, record_ids) if record_ids else {}


def _seen(unit: ReadUnit, actor: Member, form: FormVersion) -> list[Place]:
    found = (_place(unit, actor, form, pool) for pool in POOLS.of(unit, form))
    return [one for one in found if one is not None]


def _place(unit: ReadUnit, actor: Member, form: FormVersion, pool: Pool) -> Place | None:
    access = Access.of(unit, actor)
    if not access.can(Act.RECORD_READ, form=form):
        return None
    manages = pool.manage.has(actor) or access.can(Act.DEFINITION_EDIT, app=form.app_id)
    if not manages and not pool.see.has(actor):
        return None
    return Place(pool, form, may_claim=pool.mode == "claim" and pool.claim.has(actor), may_manage=manages)


def _reads(unit: ReadUnit, actor: Member, form: FormVersion, record_id: str) -> bool:
    access = Access.of(unit, actor)
    if not access.can(Act.RECORD_READ, form=form):
        return False
    own = access.rows(form, Act.RECORD_READ)
    return read_one(unit, form, record_id, rows=own, setting=Setting(me=actor.user_id)) is not None
