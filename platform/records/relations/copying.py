"""A value of one form's record as a field of another takes it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from formloom.platform.access.policy import Access
from formloom.platform.definitions.fields.base import CleanContext, ValueInvalid
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.definitions.row_names import column_name, field_name
from formloom.platform.kernel.actors import Actor, Public
from formloom.platform.kernel.jsontypes import JSONValue
from formloom.platform.records.record import Record
from formloom.platform.records.relations.naming import said, spoken, told
from formloom.platform.storage.database import ReadUnit


def _all(ids: Collection[str]) -> Collection[str]:
    return ids


TRUSTED = CleanContext(users=_all, departments=_all, records=lambda _field, ids: ids)
"""Ids that stand in a record were judged when they came there."""


def copied(
    unit: ReadUnit, theirs: FormVersion, record: Record, name: str, ours: Field, locale: str,
    names: Mapping[str, str] | None = None,
) -> Any:  # fmt: skip
    """Return the clean value for the field `ours` of what stands in a field of another form's record.

    A text takes the value as people read it, ids by their `names` where those are known; what doesn't fit is left
    empty.
    """
    item = theirs.by_id.get(name)
    value = record.values.get(name) if item else getattr(record, name, None)
    if value is None:
        return None
    if item is None:
        raw: Any = value.isoformat() if hasattr(value, "isoformat") else value
    elif ours.kind == "text" and item.kind != "text":
        raw = spoken(unit, theirs, item, value, locale) if names is None else said(item, value, names, locale)
    else:
        raw = item.type.dump(value, item.cfg)
    try:
        return None if raw in ("", None) else ours.type.clean(raw, ours.cfg, TRUSTED)
    except ValueInvalid:
        return None


def brought(
    unit: ReadUnit, theirs: FormVersion, records: Sequence[Record], rule: Mapping[str, Any], ours: Field, locale: str
) -> list[dict[str, Any]]:
    """Return the rows that chosen records bring into the sub-form `ours`, as the API shows them: those of one of their
    sub-forms, which were read before, or one row of each.
    """
    origin, inside = rule.get("from_"), _lines_of(theirs, rule)
    if inside is None or ours.rows is None:
        return []
    lines = list(_lines(records, origin))
    pairs = [
        (one["from_"], target, _names(unit, theirs, inside, lines, one["from_"], origin, locale, target))
        for one in rule["columns"] if (target := ours.rows.by_id.get(one["to"])) is not None
    ]  # fmt: skip
    return [
        {
            target.id: target.type.dump(value, target.cfg)
            for name, target, names in pairs
            if (value := copied(unit, inside, line, name, target, locale, names)) is not None
        }
        for line in lines
    ]


def _lines_of(theirs: FormVersion, rule: Mapping[str, Any]) -> FormVersion | None:
    """Return the fields out of which rows are made: those of the form, or the columns of one of its sub-forms."""
    if rule.get("from_") is None:
        return theirs
    outer = theirs.by_id.get(rule["from_"])
    return outer.rows if outer else None


def _lines(records: Sequence[Record], origin: str | None) -> Iterator[Record]:
    for record in records:
        rows = record.values.get(origin) if origin else None
        yield from (replace(record, values=row) for row in rows) if isinstance(rows, list) else ()
        if origin is None:
            yield record


def _names(
    unit: ReadUnit, theirs: FormVersion, inside: FormVersion, lines: Sequence[Record], name: str, origin: str | None,
    locale: str, target: Field,
) -> Mapping[str, str] | None:  # fmt: skip
    """Return the names of all that stands in a field of the lines, where a text takes them: asked for at once."""
    item = inside.by_id.get(name)
    if item is None or item.type.who is None or target.kind != "text":
        return None
    ids = {one for line in lines if (value := line.values.get(name)) is not None for one in item.type.ids_in(value)}
    return told(unit, theirs, column_name(origin, name) if origin else name, item, sorted(ids), locale) if ids else {}


def filled(
    unit: ReadUnit, actor: Actor, form: FormVersion, name: str, theirs: FormVersion, record: Record, locale: str,
    *, with_rows: bool = False,
) -> dict[str, JSONValue]:  # fmt: skip
    """Return what choosing a record in a field fills in beside it, as the API shows it; a visitor learns it nowhere.

    The rows that it brings come only `with_rows`, when those of the record were read.
    """
    rules = form.leading[name].cfg.get("fill") or ()
    if not rules or isinstance(actor, Public):
        return {}
    rights, outer = Access.of(unit, actor).fields(form), form.by_id[field_name(name)]
    inside = outer.rows if outer.rows is not None and name != outer.id else None
    found: dict[str, JSONValue] = {}
    for rule in rules:
        ours = (inside or form).by_id.get(rule["to"])
        if ours is None or rights.get(outer.id if inside else ours.id, "hidden") == "hidden":
            continue
        if rule["columns"]:
            if with_rows and inside is None:
                found[ours.id] = brought(unit, theirs, [record], rule, ours, locale)
        else:
            found[ours.id] = ours.type.dump(copied(unit, theirs, record, rule["from_"], ours, locale), ours.cfg)
    return found
