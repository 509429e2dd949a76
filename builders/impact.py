"""What depends on a field, and how many records a change would touch: asked before it is made.

Where a field is used is read from the drafts of the app (`life.field_usages`). Records are counted by one query for
all asked fields, over the rows and fields that the caller may see; who may not see them is told None, not zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from formloom.builders import life, retyping
from formloom.builders.life import UsedIn
from formloom.platform.access.policy import Access, Act
from formloom.platform.definitions.change import Change
from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.form import FormVersion
from formloom.platform.definitions.words import entries_by
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.errors import Invalid, NotFound
from formloom.platform.records import listing
from formloom.platform.records.queries.groups import Dimension, Measure
from formloom.platform.records.queries.pages import Query
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.definition_store import Definition, FormCatalog

MOST_RETYPED = 10


@dataclass(frozen=True, slots=True)
class FieldImpact:
    """One field: where it is used, and how many records hold a value (None: not for the caller to know)."""

    field: str
    uses: list[UsedIn]
    records: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """A change with the records that it touches and, for a change of type, those whose value does not fit."""

    change: Change
    records: int | None = None
    fails: int | None = None


def of_fields(
    unit: ReadUnit, actor: Actor, catalog: FormCatalog, definition_id: str, fields: Sequence[str]
) -> list[FieldImpact]:
    """Return what depends on each of these fields of a form. Raises NotFound, Forbidden."""
    uses = life.field_usages(unit, actor, definition_id)
    counts = _filled(unit, actor, _published(unit, catalog, definition_id), fields)
    return [FieldImpact(name, [one for one in uses if one.usage.field == name], counts[name]) for name in fields]


def of_changes(
    unit: ReadUnit, actor: Actor, catalog: FormCatalog, definition: Definition, document: Mapping[str, Any],
    changes: Sequence[Change], *, now: datetime, locale: str,
) -> list[Counted]:  # fmt: skip
    """Return the changes from what is published to `document`, those that touch data with their counts."""
    form = _published(unit, catalog, definition.id) if definition.kind == "form" else None
    if form is None:
        return [Counted(one) for one in changes]
    touched = [_field_of(one) for one in changes if one.affects_data]
    filled = _filled(unit, actor, form, [name for name in dict.fromkeys(touched) if name])
    entries = entries_by(document.get("fields"), "id")
    told: list[Counted] = []
    trials = 0
    for change in changes:
        name = _field_of(change) if change.affects_data else ""
        counted = Counted(change, filled.get(name)) if name else Counted(change)
        if name and change.value is not None:
            counted = replace(counted, records=_holding(unit, actor, form, name, change.value))
        elif name and change.kind == "changed" and counted.records and trials < MOST_RETYPED:
            trials += 1
            counted = replace(counted, fails=_failing(unit, actor, catalog, definition, entries[name], now, locale))
        told.append(counted)
    return told


def _field_of(change: Change) -> str:
    head, _, rest = change.path.partition("/")
    return rest.split("/")[0] if head == "fields" else ""


def _published(unit: ReadUnit, catalog: FormCatalog, definition_id: str) -> FormVersion | None:
    try:
        return catalog.current(unit, definition_id)
    except NotFound:
        return None


def _filled(
    unit: ReadUnit, actor: Actor, form: FormVersion | None, fields: Sequence[str]
) -> dict[str, int | None]:  # fmt: skip
    """Return how many records hold a value of each field."""
    counts: dict[str, int | None] = dict.fromkeys(fields, 0)
    stored = [name for name in fields if form and name in form.by_id and form.field(name).type.is_stored]
    if form is None or not stored:
        return counts
    readable = _readable(unit, actor, form)
    counts.update(dict.fromkeys((name for name in stored if name not in readable), None))
    asked = [name for name in stored if name in readable]
    if asked:
        measures = [Measure("count", name) for name in asked]
        [row] = listing.aggregate(unit, actor, form, [], measures, Query(setting=Setting(zone=form.zone)))
        counts.update({name: int(found) for name, found in zip(asked, row.measures, strict=True)})
    return counts


def _holding(unit: ReadUnit, actor: Actor, form: FormVersion, name: str, value: str) -> int | None:
    """Return how many records have chosen an option; one query for a field's options would need their combinations."""
    if name not in _readable(unit, actor, form):
        return None
    item = form.field(name)
    rows = listing.aggregate(
        unit, actor, form, [Dimension(name)], [Measure("count")], Query(setting=Setting(zone=form.zone)),
        most=10 * retyping.MOST_DISTINCT,
    )  # fmt: skip
    held = ((row.group[name], int(row.measures[0])) for row in rows)
    return sum(count for found, count in held if found == value or (item.kind == "choices" and value in (found or ())))


def _failing(
    unit: ReadUnit, actor: Actor, catalog: FormCatalog, definition: Definition, entry: Mapping[str, Any],
    now: datetime, locale: str,
) -> int | None:  # fmt: skip
    try:
        tried = retyping.trial(unit, actor, catalog, definition, entry, now=now, locale=locale, propose=False)
    except Invalid:
        return None
    return tried.fails if tried.records is not None else None


def _readable(unit: ReadUnit, actor: Actor, form: FormVersion) -> frozenset[str]:
    access = Access.of(unit, actor)
    return access.readable(form) if access.can(Act.RECORD_READ, form=form) else frozenset()
