"""What records of another form are called: in cells, in choices, in files; and the way back from a name."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.kernel.actors import Actor, System
from formloom.platform.kernel.text import joined, resolve
from formloom.platform.records.queries import linked, people
from formloom.platform.records.record import Record
from formloom.platform.records.relations.targets import Sight, sight
from formloom.platform.storage.database import ReadUnit

_HOUSE = System("relations")


@dataclass(frozen=True, slots=True)
class LinkedName:
    """What a linked record is called, and whether it is in the trash."""

    title: str
    deleted: bool = False


def names_of(
    unit: ReadUnit, actor: Actor, form: FormVersion, ids: Mapping[str, Collection[str]], locale: str
) -> dict[str, LinkedName]:
    """Return id → name of linked records, `ids` given by field; what the actor may not read has none.

    One query for each form that is led to.
    """
    wanted: dict[str, tuple[Sight, set[str]]] = {}
    for name, some in ids.items():
        found = sight(unit, actor, form, form.leading[name]) if some else None
        if found is not None:
            wanted.setdefault(found.form.form_id, (found, set()))[1].update(some)
    return {
        record.id: LinkedName(title_of(seen, record, locale), deleted)
        for seen, some in wanted.values()
        for record, deleted in linked.by_ids(unit, seen.form, sorted(some), rows=seen.rows, setting=seen.setting)
    }


def title_of(seen: Sight, record: Record, locale: str) -> str:
    """Return what a record is called for somebody with this sight: its title field, else its number, else nothing."""
    for name in _naming_fields(seen.form):
        value = record.values.get(name)
        if name in seen.readable and value is not None:
            return seen.form.display(name, value, locale)[:300]
    return ""


def texts_of(seen: Sight, record: Record, fields: Iterable[str], locale: str) -> list[str]:
    """Return what stands in the fields as people read it, as far as they may be seen and hold no ids."""
    items = [seen.form.field(name) for name in fields if name in seen.readable and name in seen.form.by_id]
    shown = [
        item.type.display(value, item.cfg, locale)
        for item in items
        if item.type.is_stored and item.type.who is None and (value := record.values.get(item.id)) is not None
    ]
    return [text[:200] for text in shown if text]


def ids_called(unit: ReadUnit, actor: Actor, form: FormVersion, item: Field, names: Collection[str]) -> dict[str, str]:
    """Return name, folded → id, of records that are called so by their title, number or a unique field.

    A number or unique value counts before a title; a title that two records share is left out.
    """
    seen = sight(unit, actor, form, item)
    if seen is None:
        return {}
    fields = [name for name in _calling_fields(seen.form) if name in seen.readable]
    found: dict[str, dict[str, set[str]]] = {name: {} for name in fields}
    rows = linked.called(unit, seen.form, sorted(names), fields=fields, rows=seen.rows, setting=seen.setting)
    for name, text, record_id in rows:
        found[name].setdefault(text.casefold(), set()).add(record_id)
    known: dict[str, str] = {}
    for name in fields:
        for text, ids in found[name].items():
            if len(ids) == 1:
                known.setdefault(text, next(iter(ids)))
    return known


def spoken(unit: ReadUnit, form: FormVersion, item: Field, value: Any, locale: str) -> str:
    """Return a value as people read it, whoever they are: ids of people, departments and records by their names."""
    if item.type.who is None:
        return item.type.display(value, item.cfg, locale)
    return said(item, value, told(unit, form, item.id, item, item.type.ids_in(value), locale), locale)


def told(
    unit: ReadUnit, form: FormVersion, name: str, item: Field, ids: Collection[str], locale: str
) -> Mapping[str, str]:
    """Return id → name of the people, departments or records in a field of `form`, or in its column `name`."""
    if item.type.who == "user":
        return people.user_names(unit, ids)
    if item.type.who == "department":
        return {one: resolve(title, locale) for one, title in people.department_titles(unit, ids).items()}
    return {one: found.title for one, found in names_of(unit, _HOUSE, form, {name: ids}, locale).items()}


def said(item: Field, value: Any, names: Mapping[str, str], locale: str) -> str:
    """Return a value that holds ids by their names."""
    return joined((name for one in item.type.ids_in(value) if (name := names.get(one))), locale)


def _naming_fields(form: FormVersion) -> list[str]:
    chosen = form.title_field
    named = [chosen] if chosen and form.by_id[chosen].type.who is None else []
    return [*named, *(item.id for item in form.stored if item.type.id == "serial")]


def _calling_fields(form: FormVersion) -> list[str]:
    own = [item.id for item in form.stored if item.kind == "text" and (item.unique or item.type.id == "serial")]
    title = form.title_field
    return [*own, *([title] if title and title not in own and form.by_id[title].kind == "text" else [])]
