"""Answers that other forms give a visitor: while he fills in the page, and when he sends it without them.

Only what the builder opened is asked (`records/relations/defaults.py`), by answers that must match exactly. Whoever
asks too often is told nothing more for a while; his page can still be sent, and what was not found stays empty.
"""

from collections.abc import Mapping
from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import TooMany
from formloom.platform.records.lookups import clean_context
from formloom.platform.records.relations import defaults
from formloom.platform.records.relations.choosing import understood
from formloom.platform.records.service import owner_of
from formloom.platform.web.public.logic import as_typed
from formloom.platform.web.public.texts import say
from formloom.platform.web.public.visits import Visit
from formloom.platform.web.security import rates

TRIES = "30 per 10 minute"
"""So often may a network ask for one form."""
IN_VAIN = "300 per hour"
"""So often may a link be asked for what is not there, by everybody together."""


def script_part(form: FormVersion, locale: str) -> dict[str, Any]:
    """Return what the page's script needs to ask, for forms that are filled in so; nothing for others."""
    asked = [{"id": item.id, "keys": sorted(defaults.keys_of(item))} for item in defaults.for_visitors(form)]
    return {"linkage": asked, "filled_for_you": say("filled_for_you", locale)} if asked else {}


def given(visit: Visit, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page fills in beside these answers, null where there is nothing. Raises TooMany."""
    items = defaults.for_visitors(visit.form)
    keys = {name for item in items for name in defaults.keys_of(item)}
    rates().spend(TRIES, "linkage", visit.form.form_id, visit.network)
    rates().check(IN_VAIN, "linkage-vain", visit.link.token)
    with visit.rt.db.read() as unit:
        ctx = clean_context(
            unit, visit.visitor, visit.form, now=visit.now, locale=visit.locale, owner=owner_of(visit.visitor)
        )
        typed = understood(visit.form, {name: raw.get(name) for name in keys}, ctx)
        found = defaults.defaults_for_visitors(
            unit, visit.visitor, visit.form, typed, now=visit.now, locale=visit.locale
        )
    if found and all(value is None for value in found.values()):
        rates().spend(IN_VAIN, "linkage-vain", visit.link.token)
    return {
        item.id: None if (value := found.get(item.id)) is None else as_typed(item, item.type.dump(value, item.cfg))
        for item in items
    }


def prepared(visit: Visit, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a submission so that the pipeline fills in what was left empty.

    That is a question like any other: a network that has asked too often gets nothing in its place.
    """
    empty = {item.id: item for item in defaults.for_visitors(visit.form) if values.get(item.id) in (None, "", [])}
    kept = {name: value for name, value in values.items() if name not in empty}
    if not any(defaults.is_asked_for_visitors(item, kept) for item in empty.values()):
        return dict(values)
    try:
        rates().spend(TRIES, "linkage", visit.form.form_id, visit.network)
    except TooMany:
        return {**values, **dict.fromkeys(empty)}
    return kept
