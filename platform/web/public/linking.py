"""Records of other forms that a visitor may choose, by the fields that the builder named.

As many as a list holds stand on the page. Where there are more, or where another answer decides which, they are found
by words: the page's script asks as somebody types, and without it a button sends the page and gets it back with what
was found, all answers kept. What was chosen stays, whatever is found next.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from formloom.platform.definitions.conditions.tree import fields_of
from formloom.platform.definitions.fields.linking import MINE
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.kernel.ids import is_id
from formloom.platform.records.lookups import clean_context
from formloom.platform.records.relations.choosing import (
    MOST_IN_LIST,
    Choice,
    Search,
    choices_for_visitors,
    is_searchable,
    understood,
)
from formloom.platform.records.service import owner_of
from formloom.platform.storage.database import ReadUnit
from formloom.platform.web.public.controls import Linked, LinkedMany
from formloom.platform.web.public.page_form import PageForm
from formloom.platform.web.public.rows import Rows
from formloom.platform.web.public.texts import say
from formloom.platform.web.public.visits import Visit
from formloom.platform.web.security import rates

FOUND = 20
"""So many of those that are found by words are shown; more words find fewer."""
LEAST, LONGEST = 2, 100
"""How many characters somebody has to type to find something."""
RATE = "120 per 5 minute"
ASKS, WORDS, DRAWN = "_find", "_find.", "_found."
"""The button beside the words of a question, the words, and those that what stands there was found by."""
KEPT = "—"
"""Stands for a record that was chosen and can't be chosen any more: it stays unless something else is taken."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: id and label of each record, and what is said about it; `has_more` than a list holds."""

    records: list[tuple[str, str]]
    note: str
    has_more: bool = False


def place(visit: Visit, questions: PageForm, sought: Mapping[str, str] | None = None, *, asked: str = "") -> None:
    """Give each question that leads to another form what can be chosen beside the answers of the page.

    `sought` are the words by which somebody looks for records, by field; `asked` is the field that he looks in now.
    """
    waiting = [one for one in questions if isinstance(one, (Linked, LinkedMany))]
    inside = [
        (f"{one.item.id}.{cell.item.id}", cell) for one in questions if isinstance(one, Rows) for cell in _links(one)
    ]
    if not waiting and not inside:
        return
    raw = {one.item.id: one.data for one in questions if one.item.type.is_stored}
    with visit.rt.db.read() as unit:
        finder = _Finder(visit, unit, raw)
        offered: dict[str, dict[str, str]] = {}
        for name, cell in inside:  # all rows of a sub-form offer the same, as many as a list holds
            if name not in offered:
                offered[name] = finder.listed(name)
            kept = {one: KEPT for one in cell.chosen if is_id(one) and one not in offered[name]}
            cell.records = _sorted(offered[name] | kept)
        for question in waiting:
            words = _short((sought or {}).get(question.item.id, ""))
            found = finder.found(question.item.id, words)
            known = dict(found.records)
            chosen = [one for one in question.chosen if is_id(one)]
            named = finder.named(question.item.id, [one for one in chosen if one not in known])
            kept = {one: known.get(one) or named.get(one) or KEPT for one in chosen}
            question.records = [*_sorted(kept), *_sorted({one: known[one] for one in known if one not in kept})]
            if not (found.has_more or words or depends_on(question.item)) or not is_searchable(
                unit, visit.visitor, visit.form, question.item
            ):
                question.records = _sorted(known | kept)
                continue
            question.is_searched, question.words, question.note_found = True, words, found.note
            question.is_asked = question.item.id == asked


def script_part(questions: PageForm) -> dict[str, Any]:
    """Return what the page's script needs to look for records, for pages where that is done; nothing for others."""
    searched = [one.item for one in questions if isinstance(one, (Linked, LinkedMany)) and one.is_searched]
    if not searched:
        return {}
    found = [{"id": item.id, "keys": depends_on(item), "many": item.kind == "records"} for item in searched]
    return {"choosing": found, "find_failed": say("find_failed", questions.locale)}


def find(visit: Visit, field_id: str, words: str, raw: Mapping[str, Any], ids: Sequence[str]) -> Found:
    """Return what the page's script asks for: by words, or what `ids` are called. Raises NotFound, TooMany."""
    rates().spend(RATE, "find", visit.form.form_id, visit.network)
    item = visit.form.by_id.get(field_id)
    with visit.rt.db.read() as unit:
        finder = _Finder(visit, unit, {name: raw.get(name) for name in depends_on(item)} if item else {})
        if ids:
            return Found(_sorted(finder.named(field_id, ids)), "")
        return finder.found(field_id, _short(words))


def sought(inputs: Any) -> dict[str, str]:
    """Return the words that stand in a page that was sent, by field."""
    return {
        name.removeprefix(WORDS): text
        for name, text in inputs.items()
        if (name or "").startswith(WORDS) and text.strip()
    }


def asked(form: FormVersion, inputs: Any) -> str:
    """Return the field in which a page that was sent looks for records; empty for a page that is meant to be sent.

    Somebody who pressed Enter behind his words is looking too, as long as he chose nothing and the words are new.
    """
    if ASKS in inputs:
        return str(inputs[ASKS])
    for name, words in sought(inputs).items():
        is_new = len(words.strip()) >= LEAST and words != inputs.get(DRAWN + name, "")
        if is_new and name in form.by_id and not any(inputs.getlist(name)):
            return name
    return ""


def is_about_finding(name: str | None) -> bool:
    """Tell whether an input of a page is no answer but words to look for."""
    return name is not None and name.startswith((ASKS, DRAWN))


def count(visit: Visit) -> None:
    """Count a page that was sent to look for records. Raises TooMany."""
    rates().spend(RATE, "find", visit.form.form_id, visit.network)


def depends_on(item: Field) -> list[str]:
    """Return the fields of this form whose answers decide what can be chosen."""
    return sorted(name.removeprefix(MINE) for name in fields_of(item.cfg.get("filter") or {}) if name.startswith(MINE))


class _Finder:
    """Looks for records beside the answers of one page."""

    def __init__(self, visit: Visit, unit: ReadUnit, raw: Mapping[str, Any]) -> None:
        self._visit, self._unit = visit, unit
        ctx = clean_context(
            unit, visit.visitor, visit.form, now=visit.now, locale=visit.locale, owner=owner_of(visit.visitor)
        )
        self._values = understood(visit.form, raw, ctx)

    def found(self, field_id: str, words: str) -> Found:
        """Return what can be chosen in a field: found by words, or all of them as long as a list holds them."""
        locale = self._visit.locale
        if len(words) >= LEAST:
            some = self._choices(field_id, Search(words, self._values, FOUND + 1))
            note = say("find_more", locale, n=FOUND) if len(some) > FOUND else _counted(len(some), locale)
            return Found(_sorted(_labels(some[:FOUND])), note)
        every = self._choices(field_id, Search("", self._values, MOST_IN_LIST + 1))
        if len(every) <= MOST_IN_LIST:
            return Found(_sorted(_labels(every)), _counted(len(every), locale))
        item = self._visit.form.by_id[field_id]
        if not is_searchable(self._unit, self._visit.visitor, self._visit.form, item):
            return Found(_sorted(_labels(every[:MOST_IN_LIST])), "", has_more=True)
        return Found([], say("find_least", locale, n=LEAST), has_more=True)

    def named(self, field_id: str, ids: Collection[str]) -> dict[str, str]:
        """Return what those of the records are called that can be chosen."""
        known = [one for one in ids if is_id(one)][:MOST_IN_LIST]
        return _labels(self._choices(field_id, Search("", self._values, MOST_IN_LIST, ids=known))) if known else {}

    def listed(self, column: str) -> dict[str, str]:
        """Return what can be chosen in a column of a sub-form, whatever stands in a row."""
        return _labels(self._choices(column, Search("", {}, MOST_IN_LIST)))

    def _choices(self, field_id: str, search: Search) -> list[Choice]:
        visit = self._visit
        return choices_for_visitors(
            self._unit, visit.visitor, visit.form, field_id, search, now=visit.now, locale=visit.locale
        )


def _links(question: Rows) -> Iterator[Linked]:
    """Yield the cells of rows, and of the row that is copied, that lead to another form."""
    for line in (*question.lines, question.empty):
        yield from (cell for cell in line if isinstance(cell, Linked))


def _short(words: str) -> str:
    return words.strip()[:LONGEST]


def _counted(found: int, locale: str) -> str:
    return say("find_none" if not found else "find_some", locale, n=found)


def _labels(choices: Sequence[Choice]) -> dict[str, str]:
    return {one.id: _label(one) for one in choices}


def _sorted(labels: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(labels.items(), key=lambda pair: pair[1])


def _label(one: Choice) -> str:
    texts = [one.title, *(text for text in one.shown if text != one.title)]
    return " · ".join(text for text in texts if text) or "—"
