"""The records that somebody may choose in a field that leads to another form, found by what they say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.platform.access.policy import Access, Act, requires
from formloom.platform.definitions.fields.base import CleanContext, ValueInvalid
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.definitions.row_names import field_name
from formloom.platform.kernel.actors import Actor, Public
from formloom.platform.kernel.errors import NotFound
from formloom.platform.kernel.jsontypes import JSONObject, JSONValue
from formloom.platform.records.queries import child_rows, linked
from formloom.platform.records.queries.linked import Asking
from formloom.platform.records.relations.copying import filled
from formloom.platform.records.relations.naming import LinkedName, names_of, texts_of, title_of
from formloom.platform.records.relations.targets import Sight, sight
from formloom.platform.records.relations.weaving import ids_at
from formloom.platform.storage.database import ReadUnit

MOST_IN_LIST = 200
MOST = MOST_IN_LIST + 1
"""Whoever asks for one more than a list holds learns that there are more."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One record to choose: its name, what else is shown of it, and what choosing it fills in."""

    id: str
    title: str
    shown: list[str]
    fill: dict[str, JSONValue]


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: words, and the record that is being filled in, as clean values."""

    words: str = ""
    values: Mapping[str, Any] | None = None
    limit: int = 50
    ids: Sequence[str] = ()
    """Where there are any, nothing but these is found, each with the rows that it brings along."""


@requires(Act.FORM_OPEN)
def choices(
    unit: ReadUnit, actor: Actor, form: FormVersion, field_id: str, search: Search, *, now: datetime, locale: str
) -> list[Choice]:
    """Return the records that a member may choose in a field. Raises NotFound for a field he may not see."""
    if Access.of(unit, actor).field(form, field_name(field_id)) == "hidden":
        raise NotFound
    return _found(unit, actor, field_id, form, search, now=now, locale=locale)


@requires(Act.FORM_OPEN)
def names_in(
    unit: ReadUnit, actor: Actor, form: FormVersion, given: Sequence[Choice], locale: str
) -> dict[str, LinkedName]:
    """Return id → name of the records that stand in what choosing fills in, as far as the actor may read them."""
    ids = {name: {one for choice in given for one in ids_at(choice.fill, name)} for name in form.leading}
    return names_of(unit, actor, form, ids, locale)


@requires(Act.FORM_SUBMIT)
def choices_for_visitors(
    unit: ReadUnit, actor: Public, form: FormVersion, field_id: str, search: Search, *, now: datetime, locale: str
) -> list[Choice]:
    """Return what a visitor may choose: by the named fields alone. Raises NotFound."""
    return _found(unit, actor, field_id, form, search, now=now, locale=locale)


def is_searchable(unit: ReadUnit, actor: Actor, form: FormVersion, item: Field) -> bool:
    """Tell whether an actor can find records by words: what he sees of them has a text."""
    seen = sight(unit, actor, form, item)
    return seen is not None and bool(_searched(seen, item))


def understood(form: FormVersion, raw: Mapping[str, Any], ctx: CleanContext) -> dict[str, Any]:
    """Return the clean values of what is being filled in; what does not fit yet is left out."""
    found: dict[str, Any] = {}
    for item in form.stored:
        given = raw.get(item.id)
        if given in (None, "", []):
            continue
        try:
            found[item.id] = item.type.clean(given, item.cfg, ctx)
        except ValueInvalid:
            continue
    return found


def asking_form(form: FormVersion, field_id: str) -> FormVersion:
    """Return the form whose values stand beside a field: that of the rows, for a column of a sub-form."""
    outer = form.by_id.get(field_name(field_id))
    return outer.rows if "." in field_id and outer is not None and outer.rows is not None else form


def _found(
    unit: ReadUnit, actor: Actor, name: str, form: FormVersion, search: Search, *, now: datetime, locale: str
) -> list[Choice]:
    item = form.leading.get(name)
    if item is None:
        raise NotFound
    seen = sight(unit, actor, form, item)
    if seen is None:
        return []
    asking = Asking(asking_form(form, name), search.values or {})
    these: JSONObject = {"field": "id", "op": "in", "value": list(search.ids)} if search.ids else {}
    where = {"all": [one for one in (item.cfg["filter"], these) if one]}
    records = linked.matching(
        unit, seen.form, where=where if where["all"] else {}, rows=seen.rows, asking=asking, setting=seen.at(now),
        words=search.words.strip()[:200], fields=_searched(seen, item), limit=min(search.limit, MOST),
    )  # fmt: skip
    if search.ids:
        origins = {str(rule["from_"]) for rule in item.cfg.get("fill") or () if rule["columns"] and rule.get("from_")}
        child_rows.load(unit, seen.form, records, origins)
    return [
        Choice(
            record.id, title_of(seen, record, locale), texts_of(seen, record, item.cfg["show"], locale),
            filled(unit, actor, form, name, seen.form, record, locale, with_rows=bool(search.ids)),
        )
        for record in records
    ]  # fmt: skip


def _searched(seen: Sight, item: Field) -> list[str]:
    """Return the text fields in which words are looked for: what the records are called by and what is shown."""
    title = seen.form.title_field
    names = [*([title] if title else []), *item.cfg["show"]]
    numbers = [one.id for one in seen.form.stored if one.type.id == "serial"]
    texts = {one.id for one in seen.form.stored if one.kind == "text"} & seen.readable
    return [name for name in dict.fromkeys([*names, *numbers]) if name in texts]
