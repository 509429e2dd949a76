"""The records that somebody may choose in a field that leads to another form, found by what they say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.platform.access.policy import Access, Act, requires
from formloom.platform.definitions.fields.base import CleanContext, ValueInvalid
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.kernel.actors import Actor, Public
from formloom.platform.kernel.errors import NotFound
from formloom.platform.kernel.jsontypes import JSONValue
from formloom.platform.records.queries import linked
from formloom.platform.records.queries.linked import Asking
from formloom.platform.records.relations.copying import filled
from formloom.platform.records.relations.naming import texts_of, title_of
from formloom.platform.records.relations.targets import Sight, sight
from formloom.platform.storage.database import ReadUnit

MOST = 200


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


@requires(Act.FORM_OPEN)
def choices(
    unit: ReadUnit, actor: Actor, form: FormVersion, field_id: str, search: Search, *, now: datetime, locale: str
) -> list[Choice]:
    """Return the records that a member may choose in a field. Raises NotFound for a field he may not see."""
    if Access.of(unit, actor).field(form, field_id) == "hidden":
        raise NotFound
    return _found(unit, actor, _leading(form, field_id), form, search, now=now, locale=locale)


@requires(Act.FORM_SUBMIT)
def choices_for_visitors(
    unit: ReadUnit, actor: Public, form: FormVersion, field_id: str, search: Search, *, now: datetime, locale: str
) -> list[Choice]:
    """Return what a visitor may choose: by the named fields alone. Raises NotFound."""
    return _found(unit, actor, _leading(form, field_id), form, search, now=now, locale=locale)


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


def _leading(form: FormVersion, field_id: str) -> Field:
    item = form.by_id.get(field_id)
    if item is None or item.type.who != "record":
        raise NotFound
    return item


def _found(
    unit: ReadUnit, actor: Actor, item: Field, form: FormVersion, search: Search, *, now: datetime, locale: str
) -> list[Choice]:
    seen = sight(unit, actor, form, item)
    if seen is None:
        return []
    asking = Asking(form, search.values or {})
    records = linked.matching(
        unit, seen.form, where=item.cfg["filter"], rows=seen.rows, asking=asking, setting=seen.at(now),
        words=search.words.strip()[:200], fields=_searched(seen, item), limit=min(search.limit, MOST),
    )  # fmt: skip
    return [
        Choice(
            record.id, title_of(seen, record, locale), texts_of(seen, record, item.cfg["show"], locale),
            filled(unit, actor, form, item, seen.form, record, locale),
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
