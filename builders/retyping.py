"""What a change of a field's type would do to the values that are there, tried before anything is published.

Tried on every distinct value of the published column that the caller may see (up to a bound), with how many records
have it, so the counts are those of the conversion itself (`records/conversion.py`). Settings that the new type needs
and that the values tell (options, decimal places) are proposed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from formloom.platform.access.policy import Access, Act
from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.definitions.kinds.base import World
from formloom.platform.definitions.kinds.registry import KINDS
from formloom.platform.kernel.actors import Actor, System
from formloom.platform.kernel.errors import Invalid, NotFound
from formloom.platform.kernel.text import LocalizedText
from formloom.platform.records import listing
from formloom.platform.records.conversion import Converter, Outcome
from formloom.platform.records.lookups import clean_context
from formloom.platform.records.queries.groups import Dimension, Measure
from formloom.platform.records.queries.pages import Query
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.definition_store import Definition, FormCatalog

MOST_DISTINCT = 2_000
MOST_SAMPLES = 8
MOST_FAULTS = 10
_MAY_COME = frozenset({"no_options", "no_label", "bad_default"})


@dataclass(frozen=True, slots=True)
class Sample:
    """One value as it is, what it becomes, why it does not fit, and in how many records it stands."""

    before: str
    after: str
    records: int
    why: LocalizedText | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """How a change of type goes. `records` counts those with a value; None when the caller may not see them."""

    records: int | None
    converts: int = 0
    fails: int = 0
    untried: int = 0
    stays: bool = False
    """The values stay in their column as they are."""
    samples: list[Sample] = field(default_factory=list)
    faults: list[Sample] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    """Proposed for the new type."""


def trial(
    unit: ReadUnit, actor: Actor, catalog: FormCatalog, definition: Definition, entry: Mapping[str, Any],
    *, now: datetime, locale: str, propose: bool = True,
) -> Trial:  # fmt: skip
    """Try the field document `entry` on the values of the published field of the same id. Raises Invalid."""
    faults = KINDS.get("form").check({"title": {}, "fields": [entry]}, World())
    severe = [one for one in faults if one.severity == "error" and one.code not in _MAY_COME and one.field != "title"]
    if severe:
        raise Invalid(findings=severe)
    try:
        form = catalog.current(unit, definition.id)
    except NotFound:
        return Trial(0)
    old = form.by_id.get(str(entry["id"]))
    if old is None or not old.type.is_stored:
        return Trial(0)
    found = _values(unit, actor, form, old)
    if found is None:
        return Trial(None)
    return _tried(unit, form, old, entry, found, now=now, locale=locale, propose=propose)


def _tried(
    unit: ReadUnit, form: FormVersion, old: Field, entry: Mapping[str, Any], found: list[tuple[Any, int]],
    *, now: datetime, locale: str, propose: bool,
) -> Trial:  # fmt: skip
    seen, rest = found[:MOST_DISTINCT], sum(count for _value, count in found[MOST_DISTINCT:])
    ctx = clean_context(unit, System("convert"), form, now=now, locale=locale, owner="")
    made = built(form, entry)
    records = sum(count for _value, count in found)
    if made.column_meaning == old.column_meaning:
        return Trial(records, converts=records, stays=True)
    if not made.type.is_stored or made.type.is_generated:
        return Trial(records, fails=records)
    values = [value for value, _count in seen]
    settings = _proposed(unit, old, made, ctx, values) if propose and not rest else {}
    if settings:
        made = built(form, {**entry, **settings})
    outcomes = Converter(unit, old, made, ctx).outcomes(values)
    tried = [(one, count) for one, (_value, count) in zip(outcomes, seen, strict=True)]
    fitting = [(one, count) for one, count in tried if one.value is not None]
    failing = [(one, count) for one, count in tried if one.value is None]
    return Trial(
        records, converts=sum(count for _one, count in fitting), fails=sum(count for _one, count in failing),
        untried=rest, settings=settings,
        samples=[_sample(one, count, made, locale) for one, count in fitting[:MOST_SAMPLES]],
        faults=[_sample(one, count, made, locale) for one, count in failing[:MOST_FAULTS]],
    )  # fmt: skip


def _values(unit: ReadUnit, actor: Actor, form: FormVersion, old: Field) -> list[tuple[Any, int]] | None:
    """Return the distinct values with their counts, most frequent first; None for who may not see them."""
    access = Access.of(unit, actor)
    if not access.can(Act.RECORD_READ, form=form) or old.id not in access.readable(form):
        return None
    counted = listing.aggregate(
        unit, actor, form, [Dimension(old.id)], [Measure("count")], Query(setting=Setting(zone=form.zone)),
        most=10 * MOST_DISTINCT,
    )  # fmt: skip
    groups = [(old.type.revive(row.group[old.id], old.cfg), int(row.measures[0])) for row in counted]
    return sorted((one for one in groups if one[0] is not None), key=lambda one: -one[1])


def _proposed(unit: ReadUnit, old: Field, made: Field, ctx: Any, values: list[Any]) -> dict[str, Any]:
    """Return the settings that the values ask for and that the document does not have."""
    texts = [one.shown for one in Converter(unit, old, old, ctx).outcomes(values)]
    return {
        name: value for name, value in made.type.settings_for([text for text in texts if text]).items()
        if value not in (None, []) and made.document.get(name) in (None, [])
    }  # fmt: skip


def built(form: FormVersion, entry: Mapping[str, Any]) -> Field:
    """Return a field as it would stand in `form`, which is published."""
    alone = FormVersion.build(
        form_id=form.form_id, app_id=form.app_id, app_key=form.app_key, key=form.key, version=form.version,
        document={"fields": [dict(entry)]}, table=form.table, columns={}, zone=form.zone,
    )  # fmt: skip
    return alone.fields[0]


def _sample(one: Outcome, count: int, made: Field, locale: str) -> Sample:
    after = "" if one.value is None else made.type.display(one.value, made.cfg, locale)
    return Sample(one.shown[:200], after[:200], count, one.why)
