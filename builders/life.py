"""The life of a definition: draft → check → diff → publish → roll back; where it is used; taking it away.

The same for every kind. Publishing a form also plans and runs the DDL of its table, in the same transaction.
A draft may have faults; what is published has none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from formloom.builders import query_pages
from formloom.builders.indexing import index_for
from formloom.builders.world import world_of
from formloom.platform.access import audit
from formloom.platform.access.policy import Act, demand
from formloom.platform.definitions.change import Change
from formloom.platform.definitions.diff import diff
from formloom.platform.definitions.form import FormVersion
from formloom.platform.definitions.kinds.base import ANY_FORM, ITSELF, Usage, World
from formloom.platform.definitions.kinds.registry import KINDS
from formloom.platform.kernel.actors import Actor, Member
from formloom.platform.kernel.errors import Conflict, Finding, Invalid, NotFound, TooLarge
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.kernel.text import LocalizedText
from formloom.platform.records import conversions, recomputing, service
from formloom.platform.storage import access_epoch
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.definition_store import Definition
from formloom.platform.storage.publishing import publish_form

MAX_KEYS = 20_000
Columns = Mapping[str, tuple[str, str]]
PERMISSION_KINDS = frozenset({"permission_group"})


class DraftHasFaults(Invalid):
    """A document with faults can't be published."""

    code = "draft_has_faults"
    message = {
        "zh-CN": "有 {count} 处需要先修改，才能发布",
        "en": "To change before this can be published: {count}",
    }


class InUse(Conflict):
    """Other definitions name this one."""

    code = "in_use"
    message = {
        "zh-CN": "还在 {count} 处使用，请先移除引用",
        "en": "Still used elsewhere ({count}); remove those uses first",
    }


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft with what was found in it, beside what is published."""

    definition: Definition
    document: dict[str, Any]
    published: dict[str, Any] | None
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class UsedIn:
    """One place in another definition that names this one."""

    definition: Definition
    usage: Usage
    place: LocalizedText | None = None
    """What the place is called, where it is none of the document."""


def create(
    uow: UnitOfWork, actor: Actor, app_id: str, kind: str, key: str, document: JSONObject, *, now: datetime
) -> Definition:
    """Store a new draft. Raises UnknownType, KeyTaken, TooLarge, Forbidden."""
    KINDS.get(kind)
    demand(uow, actor, _edit_act(kind), app=app_id)
    _bounded(document)
    made = store.create(uow, app_id=app_id, kind=kind, key=key, document=document, by=_author(actor), now=now)
    return store.find(uow, made)


def read_draft(unit: ReadUnit, actor: Actor, definition_id: str) -> Draft:
    """Return a draft with its findings. Raises NotFound, Forbidden."""
    found = _opened(unit, actor, definition_id, Act.DEFINITION_READ, with_draft=True)
    document = found.draft or {}
    published = store.version(unit, found.id, found.version).document if found.version else None
    return Draft(found, document, published, check(unit, found, document))


def put_draft(
    uow: UnitOfWork, actor: Actor, definition_id: str, document: JSONObject, *, if_rev: int | None, now: datetime
) -> tuple[int, list[Finding]]:
    """Replace a draft; return its revision and what was found in it. Raises NotFound, DraftStale, TooLarge."""
    found = _opened(uow, actor, definition_id)
    _bounded(document)
    rev = store.put_draft(uow, found.id, document, if_rev=if_rev, by=_author(actor), now=now)
    return rev, check(uow, found, document)


def check(unit: ReadUnit, definition: Definition, document: JSONObject, *, world: World | None = None) -> list[Finding]:
    """Return what is wrong or doubtful with a document in its app; `world` spares reading the app again."""
    seen = world or world_of(unit, definition.app_id, key=definition.key)
    found = KINDS.get(definition.kind).check(document, replace(seen, key=definition.key))
    is_online = definition.kind == "form" and definition.version is not None
    return [*found, *query_pages.findings(unit, definition.id, document)] if is_online else found


@dataclass(frozen=True, slots=True)
class Comparison:
    """What leads from one document of a definition to another; `from_published` when the first is what is in use."""

    definition: Definition
    after: dict[str, Any]
    changes: list[Change]
    from_published: bool


def compare(
    unit: ReadUnit, actor: Actor, definition_id: str, *, before: int | None = None, after: int | None = None
) -> Comparison:
    """Compare two versions; what is published stands for `before` None, the draft for `after` None.

    Raises NotFound, Forbidden.
    """
    found = _opened(unit, actor, definition_id, Act.DEFINITION_READ, with_draft=True)
    first = before or found.version
    old = store.version(unit, found.id, first).document if first else None
    new = store.version(unit, found.id, after).document if after else found.draft or {}
    return Comparison(found, new, diff(found.kind, old, new), first == found.version)


def publish(
    uow: UnitOfWork, actor: Actor, definition_id: str, *, now: datetime, note: str | None = None,
    world: World | None = None,
) -> int:  # fmt: skip
    """Make the draft the next version and return its number.

    Raises DraftHasFaults, DuplicatesExist, ConversionUnderWay.
    """
    found = _opened(uow, actor, definition_id, with_draft=True)
    demand(uow, actor, Act.DEFINITION_PUBLISH, app=found.app_id)
    document = found.draft or {}
    faults = [one for one in check(uow, found, document, world=world) if one.severity == "error"]
    if faults:
        raise DraftHasFaults(findings=faults, count=len(faults))
    if found.kind == "form":
        earlier = store.built_version(uow, found.id, found.version)

        def carry(unit: UnitOfWork, before: FormVersion, after: FormVersion, columns: Columns) -> None:
            conversions.carry_over(unit, actor, before, after, columns, now=now)

        version = publish_form(uow, found, document, by=_author(actor), now=now, note=note, carry=carry)
        number = version.version
        if earlier:
            query_pages.mend(uow, found.id, document)
            recomputing.plan(uow, actor, earlier, version, now=now)
            service.fill_seats(uow, version, now=now)
    else:
        number = store.add_version(uow, found.id, document, by=_author(actor), now=now, note=note)
    index_for(uow, found, document)
    access_epoch.advance(uow)
    audit.note(uow, actor, Act.DEFINITION_PUBLISH, found.kind, found.id, {"version": number}, now=now)
    return number


def versions(unit: ReadUnit, actor: Actor, definition_id: str) -> list[store.Version]:
    """Return every published version, newest first. Raises NotFound, Forbidden."""
    found = _opened(unit, actor, definition_id, Act.DEFINITION_READ)
    return store.versions(unit, found.id)


def roll_back(uow: UnitOfWork, actor: Actor, definition_id: str, number: int, *, now: datetime) -> int:
    """Publish an earlier version again, as a new one. Raises NotFound, DraftHasFaults."""
    found = _opened(uow, actor, definition_id)
    earlier = store.version(uow, found.id, number)
    store.put_draft(uow, found.id, earlier.document, if_rev=None, by=_author(actor), now=now)
    return publish(uow, actor, definition_id, now=now, note=f"↩ v{number}")


def usages(unit: ReadUnit, actor: Actor, definition_id: str, *, field: str | None = None) -> list[UsedIn]:
    """Return where the app's drafts name this definition, or one of its fields. Raises NotFound, Forbidden."""
    found = _opened(unit, actor, definition_id, Act.DEFINITION_READ)
    return [one for one in _usages(unit, found) if field is None or one.usage.field == field]


def field_usages(unit: ReadUnit, actor: Actor, definition_id: str) -> list[UsedIn]:
    """Return where fields of a form are named, its own rules and formulas included. Raises NotFound, Forbidden."""
    found = _opened(unit, actor, definition_id, Act.DEFINITION_READ, with_draft=True)
    own = [UsedIn(found, usage) for usage in _references(found) if usage.key == ITSELF]
    asked = [
        UsedIn(found, Usage("form", ITSELF, f"links/{one.token}", one.field), one.place)
        for one in query_pages.uses(unit, found.id)
    ]
    return [*own, *asked, *(one for one in _usages(unit, found) if one.usage.field is not None)]


def opened_form(unit: ReadUnit, actor: Actor, definition_id: str) -> Definition:
    """Return a form that the actor may edit. Raises NotFound, Forbidden."""
    found = _opened(unit, actor, definition_id)
    if found.kind != "form":
        raise NotFound
    return found


def _usages(unit: ReadUnit, found: Definition) -> list[UsedIn]:
    """Return where other drafts of the app name a definition; a template's quotes are of the form that sends it."""
    others = [
        (other, _references(other))
        for other in store.listing(unit, app_id=found.app_id, with_draft=True)
        if other.id != found.id
    ]
    sent = {
        usage.key
        for _other, named in others
        if any(usage.kind == found.kind and usage.key == found.key for usage in named)
        for usage in named
        if usage.kind == "message_template"
    }
    return [
        UsedIn(other, usage)
        for other, named in others
        for usage in named
        if usage.kind == found.kind and (usage.key == found.key or (usage.key == ANY_FORM and other.key in sent))
    ]


def delete(uow: UnitOfWork, actor: Actor, definition_id: str, *, now: datetime) -> None:
    """Take a definition away; its versions and records stay until they are purged. Raises NotFound, InUse."""
    found = _opened(uow, actor, definition_id)
    demand(uow, actor, Act.DEFINITION_DELETE, app=found.app_id)
    used = usages(uow, actor, definition_id)
    if used:
        words = {"zh-CN": "{title}：{path}", "en": "{title}: {path}"}
        places = [
            Finding("in_use", words, None, {"title": one.definition.title.get("en", ""), "path": one.usage.path})
            for one in used[:20]
        ]
        raise InUse(findings=places, count=len(used))
    store.delete(uow, found.id, now=now)
    access_epoch.advance(uow)
    audit.note(uow, actor, Act.DEFINITION_DELETE, found.kind, found.id, {"key": found.key}, now=now)


def _references(definition: Definition) -> list[Usage]:
    try:
        return list(KINDS.get(definition.kind).references(definition.draft or {}))
    except (KeyError, TypeError, AttributeError, ValueError):  # a half-finished draft names what it can
        return []


def _opened(
    unit: ReadUnit, actor: Actor, definition_id: str, act: Act | None = None, *, with_draft: bool = False
) -> Definition:
    found = store.find(unit, definition_id, with_draft=with_draft)
    demand(unit, actor, act or _edit_act(found.kind), app=found.app_id)
    return found


def _edit_act(kind: str) -> Act:
    return Act.PERMISSION_EDIT if kind in PERMISSION_KINDS else Act.DEFINITION_EDIT


def _bounded(document: JSONObject) -> None:
    if not _fits(document, MAX_KEYS, 0)[0]:
        raise TooLarge(limit=f"{MAX_KEYS} entries")


def _fits(value: Any, left: int, depth: int) -> tuple[bool, int]:
    if depth > 32:
        return False, left
    if isinstance(value, (Mapping, list)):
        for inner in value.values() if isinstance(value, Mapping) else value:
            fits, left = _fits(inner, left - 1, depth + 1)
            if not fits or left < 0:
                return False, left
    return True, left


def _author(actor: Actor) -> str | None:
    return actor.user_id if isinstance(actor, Member) else None
