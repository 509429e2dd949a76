"""What the values of a field become when its type changes: through what a person reads, as a spreadsheet would.

A value goes out as the old type writes it into a cell and comes in as the new type reads one, so text "12.50" becomes
a number, a label the option of that name, and a name the member. What does not fit is told, never guessed.

    outcomes = Converter(unit, before, after, ctx).outcomes(values)

Pure but for the names of people and departments, which are looked up once for a batch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.platform.definitions.fields.base import CleanContext, ValueInvalid
from formloom.platform.definitions.fields.members import SEPARATORS
from formloom.platform.definitions.form import Field
from formloom.platform.kernel.text import LocalizedText, joined, resolve
from formloom.platform.records.queries import people
from formloom.platform.storage.database import ReadUnit

NOTHING = {"zh-CN": "转换后没有内容", "en": "Nothing is left of it"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one value becomes: a clean value, or None and why."""

    shown: str
    value: Any = None
    why: LocalizedText | None = None


class Converter:
    """Turns clean values of one field into those of another."""

    def __init__(self, unit: ReadUnit, before: Field, after: Field, ctx: CleanContext) -> None:
        self._unit = unit
        self._before = before
        self._after = after
        self._ctx = ctx

    def outcomes(self, values: Sequence[Any]) -> list[Outcome]:
        """Return what each value becomes; None stays None and is no fault."""
        shown = self._shown(values)
        known = self._ids([one for one in shown if one])
        return [self._outcome(value, text, known) for value, text in zip(values, shown, strict=True)]

    def _outcome(self, value: Any, text: str, known: Mapping[str, str]) -> Outcome:
        if value is None:
            return Outcome("")
        kind, cfg = self._after.type, self._after.cfg
        try:
            if kind.who is None:
                made = kind.parse_cell(text, cfg, self._ctx)
            else:
                ids = [known.get(name.casefold(), name) for name in self._names(text)]
                made = kind.clean(ids[0] if kind.value_kind == kind.who else ids, cfg, self._ctx) if ids else None
        except ValueInvalid as fault:
            return Outcome(text, None, {locale: _said(words, fault.params) for locale, words in fault.message.items()})
        return Outcome(text, made, NOTHING if made is None else None)

    def _shown(self, values: Sequence[Any]) -> list[str]:
        kind, cfg, locale = self._before.type, self._before.cfg, self._ctx.locale
        if kind.who is None:
            return ["" if one is None else _text(kind.export_cell(one, cfg, locale)) for one in values]
        ids = {found for one in values for found in kind.ids_in(one)}
        if kind.who == "user":
            names: Mapping[str, str] = people.user_names(self._unit, ids)
        else:
            titles = people.department_titles(self._unit, ids)
            names = {one: resolve(title, locale) for one, title in titles.items()}
        return [joined((names.get(found) or found for found in kind.ids_in(one)), locale) for one in values]

    def _ids(self, texts: Sequence[str]) -> Mapping[str, str]:
        who = self._after.type.who
        if who is None:
            return {}
        names = {name for text in texts for name in self._names(text)}
        if names and who == "record":
            return self._ctx.called(self._after.id, names)
        found = people.ids_by_name if who == "user" else people.departments_by_title
        return found(self._unit, names) if names else {}

    def _names(self, text: str) -> list[str]:
        kind = self._after.type
        parts = [text] if kind.value_kind == kind.who else SEPARATORS.split(text)
        return [part.strip() for part in parts if part.strip()]


def _text(cell: object) -> str:
    return cell.strftime("%Y-%m-%d %H:%M:%S") if isinstance(cell, datetime) else str(cell)


def _said(words: str, params: Mapping[str, object]) -> str:
    try:
        return words.format(**params)
    except (KeyError, IndexError, ValueError):
        return words
