"""Reading use cases: pages, groups, names. The actor's rows and hidden fields are part of the query itself."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from formloom.platform.access.lent import Lent, LentAccess
from formloom.platform.access.policy import Access, Act, requires
from formloom.platform.definitions.conditions.tree import parse
from formloom.platform.definitions.fields.base import FieldType, Who
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.definitions.row_names import field_name
from formloom.platform.kernel.actors import Actor, Member
from formloom.platform.kernel.errors import Finding
from formloom.platform.kernel.text import joined, resolve
from formloom.platform.records.inside import ids_in, linked_in
from formloom.platform.records.queries import groups, pages, people
from formloom.platform.records.queries.groups import Dimension, GroupRow, Measure
from formloom.platform.records.queries.pages import BadQuery, Page, Query
from formloom.platform.records.record import Record
from formloom.platform.records.relations.naming import LinkedName, names_of
from formloom.platform.storage.database import ReadUnit

RESERVED = frozenset({"id", "rev", "created_at", "created_by", "updated_at", "updated_by"})
UNKNOWN = {"zh-CN": "没有字段“{name}”", "en": "There is no field '{name}'"}
"""What is said of a field that is hidden and of one that is not there, in the same words."""


@dataclass(frozen=True, slots=True)
class Names:
    """Whom ids in values mean."""

    people: dict[str, str]
    departments: dict[str, dict[str, str]]
    records: dict[str, LinkedName]

    def of(self, who: Who, one: str, locale: str) -> str | None:
        """Return what an id is called, or None where it has no name for the reader."""
        if who == "user":
            return self.people.get(one)
        if who == "department":
            return resolve(self.departments.get(one), locale) or None
        found = self.records.get(one)
        return found.title or None if found else None

    def dump(self) -> dict[str, Any]:
        """Return the names as the API shows them."""
        return {
            "people": self.people, "departments": self.departments,
            "linked": {one: {"title": name.title, "deleted": name.deleted} for one, name in self.records.items()},
        }  # fmt: skip


@requires(Act.RECORD_READ)
def page(unit: ReadUnit, actor: Actor, form: FormVersion, query: Query) -> Page:
    """Return a page of the records that the actor may see. Raises BadQuery, ConditionInvalid, FieldUnknown."""
    access = Access.of(unit, actor)
    named = [name.removeprefix("-") for name in query.sort]
    return pages.page(unit, form, _limited(access, actor, form, query, named))


@requires(Act.RECORD_READ)
def page_of_lent(unit: ReadUnit, actor: Actor, form: FormVersion, query: Query, lent: Lent) -> Page:
    """Return a page of the records that are lent to the actor; what is hidden of them can't be asked for either.

    Raises BadQuery, ConditionInvalid, FieldUnknown.
    """
    access = LentAccess(Access.of(unit, actor), lent)
    named = [name.removeprefix("-") for name in query.sort]
    return pages.page(unit, form, _limited(access, actor, form, query, named))


@requires(Act.RECORD_DELETE)
def trash(unit: ReadUnit, actor: Actor, form: FormVersion, query: Query) -> Page:
    """Return a page of deleted records."""
    access = Access.of(unit, actor)
    limited = _limited(access, actor, form, replace(query, deleted=True), [], act=Act.RECORD_DELETE)
    return pages.page(unit, form, limited)


@requires(Act.RECORD_READ)
def aggregate(
    unit: ReadUnit, actor: Actor, form: FormVersion, dimensions: Sequence[Dimension], measures: Sequence[Measure],
    query: Query, *, zone: ZoneInfo | None = None, most: int = groups.MAX_GROUPS,
) -> list[GroupRow]:  # fmt: skip
    """Return group rows over the records that the actor may see; days are those of `zone`, else the form's.

    Raises BadAggregate, FieldUnknown.
    """
    access = Access.of(unit, actor)
    named = [one.field for one in dimensions] + [one.field for one in measures if one.field]
    limited = _limited(access, actor, form, query, named)
    return groups.aggregate(unit, form, dimensions, measures, limited, zone=zone or form.zone, most=most)


@requires(Act.RECORD_READ)
def matching_ids(unit: ReadUnit, actor: Actor, form: FormVersion, query: Query, *, most: int) -> list[str]:
    """Return the ids of the visible records that meet the query."""
    access = Access.of(unit, actor)
    return pages.ids(unit, form, _limited(access, actor, form, query, []), most=most)


def names_in(
    unit: ReadUnit, actor: Actor, form: FormVersion, records: Iterable[Record], readable: Collection[str], locale: str
) -> Names:
    """Return the names behind every id in the records: in two queries, and one for each form that is led to."""
    users: set[str] = set()
    departments: set[str] = set()
    links: dict[str, set[str]] = {}
    leading = [name for name in form.leading if field_name(name) in readable]
    for record in records:
        users.update(one for one in (record.created_by, record.updated_by) if one)
        for who, one in ids_in(form, record.values, readable):
            if who != "record":
                (users if who == "user" else departments).add(one)
        for name in leading:
            links.setdefault(name, set()).update(linked_in(form, record.values, name))
    return _named(unit, actor, form, users, departments, links, locale)


def in_words(item: Field, value: Any, locale: str, names: Names) -> str:
    """Return a value as people read it; people, departments and records by their names."""
    kind: FieldType[Any] = item.type
    if kind.who is None:
        return kind.display(value, item.cfg, locale)
    return joined((name for one in kind.ids_in(value) if (name := names.of(kind.who, one, locale))), locale)


def names_in_groups(unit: ReadUnit, actor: Actor, form: FormVersion, rows: Iterable[GroupRow], locale: str) -> Names:
    """Return the names behind every id in the keys of groups."""
    users: set[str] = set()
    departments: set[str] = set()
    links: dict[str, set[str]] = {}
    for row in rows:
        for name, key in row.group.items():
            who = form.by_id[name].type.who if name in form.by_id else "user" if name.endswith("_by") else None
            if who is None:
                continue
            ids = {key} if isinstance(key, str) else set(key or ())
            if who == "record":
                links.setdefault(name, set()).update(ids)
            else:
                (users if who == "user" else departments).update(ids)
    return _named(unit, actor, form, users, departments, links, locale)


def _named(
    unit: ReadUnit, actor: Actor, form: FormVersion, users: set[str], departments: set[str],
    links: dict[str, set[str]], locale: str,
) -> Names:  # fmt: skip
    return Names(
        people.user_names(unit, users), people.department_titles(unit, departments),
        names_of(unit, actor, form, links, locale),
    )  # fmt: skip


def _limited(
    access: Access, actor: Actor, form: FormVersion, query: Query, named: Collection[str],
    *, act: Act = Act.RECORD_READ,
) -> Query:  # fmt: skip
    readable = access.readable(form)
    parse(query.filter, {name: kind for name, kind in form.value_kinds().items() if field_name(name) in readable})
    access.guard_condition(query.filter, form)
    for name in named:
        if name not in RESERVED and name not in readable:
            raise BadQuery(findings=[Finding("unknown_field", UNKNOWN, field=name[:40], params={"name": name[:40]})])
    texts = tuple(item.id for item in form.stored if item.kind == "text" and item.id in readable)
    me = actor.id if isinstance(actor, Member) else None
    setting = replace(query.setting, me=me)
    return replace(query, rows=access.rows(form, act), setting=setting, search_fields=texts)
