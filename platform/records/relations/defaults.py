"""Values that stand in a new record because they stand in another form: data linkage.

    {"form": "customer", "where": {"field": "phone", "op": "eq", "value": {"ref": "my:phone"}}, "take": "name"}

takes the name of the newest customer with the same phone.

Visitors are given nothing unless the builder says so (`"visitors": true`), and then only by what they typed: every
comparison is exact (`kinds/relations.py` refuses others), and nothing is asked while one of their answers is missing.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from formloom.platform.access.policy import Access, Act, requires
from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.fields.linking import exact_keys
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.kernel.actors import Actor, Public
from formloom.platform.kernel.jsontypes import JSONValue
from formloom.platform.records.queries import linked
from formloom.platform.records.queries.linked import Asking
from formloom.platform.records.relations.copying import copied
from formloom.platform.records.relations.targets import named
from formloom.platform.storage.database import ReadUnit


def default_of(unit: ReadUnit, asking: Asking, item: Field, *, now: datetime, locale: str) -> Any:
    """Return the clean value that another form gives for a field of the record that asks, or None."""
    wanted: Mapping[str, Any] = item.document["default_from"]
    theirs = named(unit, asking.form, wanted["form"])
    if theirs is None:
        return None
    found = linked.matching(
        unit, theirs, where=wanted["where"], rows=None, asking=asking, setting=Setting(now=now, zone=theirs.zone),
        limit=1,
    )  # fmt: skip
    return copied(unit, theirs, found[0], wanted["take"], item, locale) if found else None


@requires(Act.FORM_OPEN)
def defaults(
    unit: ReadUnit, actor: Actor, form: FormVersion, values: Mapping[str, Any], *, now: datetime, locale: str
) -> dict[str, JSONValue]:
    """Return what other forms give for the fields that a member may fill, beside what he has filled in so far."""
    writable = Access.of(unit, actor).writable(form, Act.RECORD_CREATE)
    found: dict[str, JSONValue] = {}
    known = dict(values)
    for item in form.defaulted:
        if item.id not in writable:
            continue
        value = default_of(unit, Asking(form, known), item, now=now, locale=locale)
        found[item.id] = item.type.dump(value, item.cfg)
        if value is not None:
            known.setdefault(item.id, value)
    return found


@requires(Act.FORM_SUBMIT)
def defaults_for_visitors(
    unit: ReadUnit, _actor: Public, form: FormVersion, values: Mapping[str, Any], *, now: datetime, locale: str
) -> dict[str, Any]:
    """Return the clean values that other forms give a visitor who typed these: one for each field that is asked."""
    found: dict[str, Any] = {}
    for item in for_visitors(form):
        known = {**values, **{name: value for name, value in found.items() if values.get(name) is None}}
        if is_asked_for_visitors(item, known):
            found[item.id] = default_of(unit, Asking(form, known), item, now=now, locale=locale)
    return found


def for_visitors(form: FormVersion) -> list[Field]:
    """Return the fields of the public page that are filled in for visitors too."""
    return [item for item in form.defaulted if item.public and item.document["default_from"].get("visitors")]


def keys_of(item: Field) -> Collection[str]:
    """Return the fields by whose answers a visitor's record is found; none where it is not an exact match."""
    return exact_keys(item.document["default_from"]["where"]) or ()


def is_asked_for_visitors(item: Field, values: Mapping[str, Any]) -> bool:
    """Tell whether another form is asked for a field of the public page: opened, and answered."""
    keys = keys_of(item) if item.document["default_from"].get("visitors") else ()
    return bool(keys) and all(values.get(name) not in (None, "", []) for name in keys)
