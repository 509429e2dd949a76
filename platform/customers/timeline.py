"""Everything between one customer and the house, as far as somebody may see it.

A touchpoint is as visible as its record: whoever may not read the form, the row or the field does not learn from the
timeline what it would have told. A customer of whom nothing is visible is not found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from formloom.platform.access.policy import Access, Act, requires
from formloom.platform.customers.queries import timelines
from formloom.platform.customers.queries.timelines import CustomerRow, TouchRow
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.errors import NotFound
from formloom.platform.kernel.ids import is_id
from formloom.platform.records import listing
from formloom.platform.records.activity import seen_of
from formloom.platform.records.queries.pages import Query
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.definition_store import FormCatalog

CHUNK = 200
MAX_CHUNKS = 10
"""Of how many touchpoints a page is picked at most; the rest is behind its cursor."""


@dataclass(frozen=True, slots=True)
class Touch:
    """One touchpoint that the actor may see."""

    id: str
    kind: str
    channel: str
    at: datetime
    form: FormVersion
    record_id: str
    data: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """One customer and a page of what happened; `next` continues it."""

    customer_id: str
    name: str | None
    keys: tuple[tuple[str, str], ...]
    touches: list[Touch]
    next: str | None


@requires(Act.CUSTOMER_READ)
def timeline(
    unit: ReadUnit, actor: Actor, catalog: FormCatalog, customer_id: str, *, limit: int = 50, cursor: str | None = None
) -> Timeline:
    """Return a customer's touchpoints, newest first.

    Raises NotFound for an unknown customer, and for one of whom the actor may see nothing.
    """
    customer = timelines.find(unit, customer_id) if is_id(customer_id) else None
    if customer is None:
        raise NotFound
    sight = _Sight(unit, actor, catalog)
    found: list[Touch] = []
    before = cursor
    for _ in range(MAX_CHUNKS):
        rows = timelines.touches(unit, customer.id, before=before, limit=CHUNK)
        shown = list(islice(sight.of(rows), limit - len(found)))
        found += shown
        is_full = len(found) == limit
        before = found[-1].id if is_full else rows[-1].id if len(rows) == CHUNK else None
        if is_full or before is None:
            break
    if not found and cursor is None and not sight.is_unlimited:
        raise NotFound
    return _told(customer, sight, found, before)


@dataclass(slots=True)
class _Sight:
    """What one actor sees of the forms that touchpoints lead to; each form is asked for once."""

    unit: ReadUnit
    actor: Actor
    catalog: FormCatalog
    forms: dict[str, FormVersion | None] = field(default_factory=dict)

    @property
    def is_unlimited(self) -> bool:
        return Access.of(self.unit, self.actor).can(Act.CUSTOMER_MERGE)

    def of(self, rows: Sequence[TouchRow]) -> list[Touch]:
        """Return the rows whose records are visible, in their order."""
        wanted: dict[str, list[str]] = {}
        for row in rows:
            wanted.setdefault(row.form_id, []).append(row.record_id)
        visible = {one for form_id, ids in wanted.items() for one in self._records(form_id, ids)}
        touches = []
        for row in rows:
            form = self.forms.get(row.form_id)
            if form is not None and row.record_id in visible:
                data = self._data(form, row.data)
                touches.append(Touch(row.id, row.kind, row.channel, row.at, form, row.record_id, data))
        return touches

    def reads(self, mapped: str) -> bool:
        """Tell whether one of the forms seen shows the field that names, mails or phones the customer."""
        access = Access.of(self.unit, self.actor)
        return any(
            (form.document.get("customer") or {}).get(mapped) in access.readable(form)
            for form in self.forms.values() if form is not None
        )  # fmt: skip

    def _records(self, form_id: str, ids: list[str]) -> list[str]:
        form = self._form(form_id)
        if form is None:
            return []
        condition = {"field": "id", "op": "in", "value": list(dict.fromkeys(ids))}
        return listing.matching_ids(self.unit, self.actor, form, Query(filter=condition), most=CHUNK)

    def _form(self, form_id: str) -> FormVersion | None:
        if form_id not in self.forms:
            try:
                form = self.catalog.find(self.unit, form_id)
            except NotFound:  # its app was removed; the touchpoints stay
                form = None
            may = form is not None and Access.of(self.unit, self.actor).can(Act.RECORD_READ, form=form)
            self.forms[form_id] = form if may else None
        return self.forms[form_id]

    def _data(self, form: FormVersion, data: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        return seen_of(form, data, Access.of(self.unit, self.actor).readable(form))


def _told(customer: CustomerRow, sight: _Sight, found: list[Touch], following: str | None) -> Timeline:
    everything = sight.is_unlimited
    name = customer.name if everything or sight.reads("name") else None
    keys = tuple(key for key in customer.keys if everything or sight.reads(key[0]))
    return Timeline(customer.id, name, keys, found, following)
