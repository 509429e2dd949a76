"""What the public page says about seats: how many are left, what is full, how long the line is."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.platform.records import seats
from formloom.platform.records.queries import seats as queries
from formloom.platform.storage.database import ReadUnit
from formloom.platform.web.public.page_form import PageForm
from formloom.platform.web.public.texts import say


@dataclass(frozen=True, slots=True)
class Seating:
    """How the seats of one field stand."""

    taken: Mapping[Any, tuple[int, int]]
    seats: Any
    has_line: bool
    held: frozenset[Any] = frozenset()
    """What the record that is changed has a seat of already."""

    def is_full(self, one: Any) -> bool:
        """Tell whether nobody gets a seat of this value at once."""
        quota = self.seats.of(one)
        taken, waiting = self.taken.get(one, (0, 0))
        return quota is not None and one not in self.held and (taken >= quota or waiting > 0)

    def note(self, one: Any, locale: str) -> str:
        """Return what stands beside the value."""
        quota = self.seats.of(one)
        taken, waiting = self.taken.get(one, (0, 0))
        if quota is None:
            return ""
        if self.is_full(one):
            return say("full_may_wait", locale, n=waiting) if self.has_line else say("option_full", locale)
        return say("seats_left", locale, n=quota - taken) if self.seats.is_told else ""


def place(
    unit: ReadUnit, form: FormVersion, questions: PageForm, record: Mapping[str, Any] = MappingProxyType({})
) -> None:
    """Tell the questions how their seats stand; `record` has the clean values of one that is being changed."""
    for item, line in seats.limited(form):
        question = questions._fields.get(item.id)
        if question is None:
            continue
        own = item.type.seats(item.cfg)
        many = (
            queries.all_counts(unit, form, item, line)
            if own.one_only
            else queries.counts(unit, form, item, list(own.by_value), None)
        )
        question.seating = Seating(many, own, line is not None, own.taken_by(record.get(item.id)))
