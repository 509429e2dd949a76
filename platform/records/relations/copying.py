"""A value of one form's record as a field of another takes it."""

from collections.abc import Collection
from typing import Any

from formloom.platform.access.policy import Access
from formloom.platform.definitions.fields.base import CleanContext, ValueInvalid
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.kernel.actors import Actor, Public
from formloom.platform.kernel.jsontypes import JSONValue
from formloom.platform.records.record import Record
from formloom.platform.records.relations.naming import spoken
from formloom.platform.storage.database import ReadUnit


def _all(ids: Collection[str]) -> Collection[str]:
    return ids


TRUSTED = CleanContext(users=_all, departments=_all, records=lambda _field, ids: ids)
"""Ids that stand in a record were judged when they came there."""


def copied(unit: ReadUnit, theirs: FormVersion, record: Record, name: str, ours: Field, locale: str) -> Any:
    """Return the clean value for the field `ours` of what stands in a field of another form's record.

    A text takes the value as people read it; what doesn't fit is left empty.
    """
    item = theirs.by_id.get(name)
    value = record.values.get(name) if item else getattr(record, name, None)
    if value is None:
        return None
    if item is None:
        raw: Any = value.isoformat() if hasattr(value, "isoformat") else value
    elif ours.kind == "text" and item.kind != "text":
        raw = spoken(unit, theirs, item, value, locale)
    else:
        raw = item.type.dump(value, item.cfg)
    try:
        return None if raw in ("", None) else ours.type.clean(raw, ours.cfg, TRUSTED)
    except ValueInvalid:
        return None


def filled(
    unit: ReadUnit, actor: Actor, form: FormVersion, item: Field, theirs: FormVersion, record: Record, locale: str
) -> dict[str, JSONValue]:
    """Return what choosing a record in the field `item` fills in, as the API shows it; a visitor learns it nowhere."""
    rules = item.cfg.get("fill") or ()
    if not rules or isinstance(actor, Public):
        return {}
    rights = Access.of(unit, actor).fields(form)
    found: dict[str, JSONValue] = {}
    for rule in rules:
        ours = form.by_id.get(rule["to"])
        if ours is not None and rights.get(ours.id, "hidden") != "hidden":
            found[ours.id] = ours.type.dump(copied(unit, theirs, record, rule["from_"], ours, locale), ours.cfg)
    return found
