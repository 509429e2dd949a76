"""The records of another form that match a record while it is looked at or filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.platform.access.policy import Access, Act, requires
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.errors import NotFound
from formloom.platform.kernel.text import LocalizedText
from formloom.platform.records.queries import linked
from formloom.platform.records.queries.linked import Asking
from formloom.platform.records.record import Record
from formloom.platform.records.relations.naming import spoken, title_of
from formloom.platform.records.relations.targets import Sight, sight
from formloom.platform.storage.database import ReadUnit


@dataclass(frozen=True, slots=True)
class Match:
    """One record: what it is called, and what stands in the fields that are shown."""

    id: str
    title: str
    texts: list[str]


@dataclass(frozen=True, slots=True)
class Matches:
    """What a query found: the labels of its fields, and the records."""

    labels: list[LocalizedText]
    records: list[Match]


@requires(Act.FORM_OPEN)
def matches(
    unit: ReadUnit, actor: Actor, form: FormVersion, field_id: str, values: Mapping[str, Any], *, now: datetime,
    locale: str,
) -> Matches:  # fmt: skip
    """Return the records that the actor may read among those that a query finds. Raises NotFound."""
    item = form.by_id.get(field_id)
    if item is None or not item.type.lists_matches or Access.of(unit, actor).field(form, field_id) == "hidden":
        raise NotFound
    seen = sight(unit, actor, form, item)
    if seen is None:
        return Matches([], [])
    columns = _columns(seen, item)
    records = linked.matching(
        unit, seen.form, where=item.cfg["filter"], rows=seen.rows, asking=Asking(form, values), setting=seen.at(now),
        limit=item.cfg["limit"],
    )  # fmt: skip
    shown = [
        Match(one.id, title_of(seen, one, locale), [_text(unit, seen, one, column, locale) for column in columns])
        for one in records
    ]
    return Matches([column.label for column in columns], shown)


def _columns(seen: Sight, item: Field) -> list[Field]:
    """Return the fields that are shown and may be seen; what links on to a third form is left out."""
    known = [seen.form.by_id[name] for name in item.cfg["show"] if name in seen.readable & seen.form.field_ids]
    return [one for one in known if one.type.is_stored and one.type.who != "record"]


def _text(unit: ReadUnit, seen: Sight, record: Record, column: Field, locale: str) -> str:
    value = record.values.get(column.id)
    return "" if value is None else spoken(unit, seen.form, column, value, locale)[:200]
