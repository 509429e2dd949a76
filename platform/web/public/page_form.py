"""A form version as a WTForms form: one question per field, in the order of the form."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms.form import BaseForm

from formloom.platform.definitions.fields.own_answers import is_own
from formloom.platform.definitions.fields.rows import MAX_ROWS
from formloom.platform.definitions.fields.settings import MARK
from formloom.platform.definitions.form import Field as FormField
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import Finding
from formloom.platform.web.public.controls import CLASSES, Compound, Uploads
from formloom.platform.web.public.questions import OneOf, Question
from formloom.platform.web.public.rows import Rows
from formloom.platform.web.public.texts import say

_CELL = re.compile(r"([a-z][a-z0-9_]{0,39})\.([0-9]{1,3})\.([A-Za-z0-9_.-]{1,120})")
_BUTTON = re.compile(r"([a-z][a-z0-9_]{0,39})(\+|-[0-9]{1,3})")
_PART = re.compile(r"([a-z][a-z0-9_]{0,39})\.([A-Za-z0-9_-]{1,40})(?:\.([A-Za-z0-9_-]{1,40}))?")


class PageForm(BaseForm):  # type: ignore[misc]  # WTForms has no types
    """The questions of one page, by field id. A `BaseForm`, since a field may have any name, also `data`."""

    def __init__(
        self, form: FormVersion, locale: str, *, sent: Any = None, values: Mapping[str, Any],
        asked: Iterable[FormField] | None = None, prefix: str = "",
    ) -> None:  # fmt: skip
        conditional = form.conditional_fields()
        super().__init__(
            {
                item.id: CLASSES.get(_control(item), Question)(
                    item=item, locale=locale, is_conditional=item.id in conditional
                )
                for item in (shown_fields(form) if asked is None else asked)
            },
            prefix=prefix,
        )
        self.locale = locale
        self.row_id = ""
        """The id of the row of a sub-form that these are the questions of, where it is there already."""
        self.process(formdata=sent, data={name: value for name, value in values.items() if name in self})
        for question in self:
            if isinstance(question, Rows):
                question.open(PageForm)

    def __iter__(self) -> Any:
        return iter(self._fields.values())

    def hang(self, findings: Iterable[Finding]) -> list[dict[str, str]]:
        """Hang findings on their questions; return the summary: what to say and where it leads."""
        summary = []
        for found in findings:
            words = found.words(self.locale)
            question = self._asked(found.field)
            if question is None:
                summary.append({"text": words, "to": ""})
                continue
            text = must_words(question) if found.code == "required" else words
            question.errors = [*question.errors, text]
            said = text if found.code == "required" else _with_label(question, words)
            summary.append({"text": f"{_row_words(found.field, self.locale)}{said}", "to": question.focus_id})
        return summary

    def _asked(self, place: str | None) -> Question | None:
        """Return the question that a finding is about: one of the page, or the cell of a row."""
        name, _, inside = (place or "").partition("/")
        question: Question | None = self._fields.get(name)
        cell = question.cell(inside) if inside and isinstance(question, Rows) else None
        return cell or question


def shown_fields(form: FormVersion) -> list[FormField]:
    """Return the fields of the public page, in order; of computed ones those that can be computed from the others."""
    drawn = [item for item in form.fields if item.public and _control(item) != "none"]
    live = form.live_formulas({item.id for item in drawn}) if not form.is_rows else {item.id for item in drawn}
    return [item for item in drawn if item.id in live or not item.type.is_generated]


def is_left_out_when_empty(item: FormField) -> bool:
    """Tell whether a browser sends nothing at all for the field when nothing is chosen."""
    return issubclass(CLASSES.get(_control(item), Question), (OneOf, Uploads, Compound, Rows))


def takes_many(item: FormField) -> bool:
    """Tell whether the field's inputs make a list, however many there are."""
    return CLASSES.get(_control(item), Question).takes_many


def with_parts(form: FormVersion, inputs: "MultiDict[str, Any]") -> "MultiDict[str, Any]":
    """Return the inputs with those called `field.part` gathered into one object for each field; empty ones are none."""
    kept, inputs = rows_of(form, inputs)
    objects: dict[str, dict[str, Any]] = {}
    for name, values in inputs.lists():
        found = _PART.fullmatch(name or "")
        if found is None or found[1] not in form.by_id:
            kept.setlist(name, values)
        elif filled := [one for one in values if one != ""]:
            _put(objects.setdefault(found[1], {}), found[2], found[3], filled)
    for name, parts in objects.items():
        if form.by_id[name].cfg.get("own_answer"):
            kept.setlist(name, _with_own(kept.getlist(name), parts.get("own")))
        else:
            kept.add(name, parts)
    return kept


def _with_own(chosen: list[Any], text: Any) -> list[Any]:
    """Return what was chosen with what was written beside it; who writes without choosing chooses by that."""
    if not isinstance(text, str) or not text.strip():
        return chosen
    return [*(one for one in chosen if one != "" and not is_own(one)), f"{MARK}{text}"]


def raw_answers(
    form: FormVersion, typed: "MultiDict[str, str]", asked: Iterable[FormField] | None = None
) -> dict[str, Any]:
    """Return raw values by field id. A browser leaves out a group in which nothing is ticked: that is an answer too.

    `asked` are the questions of a page that changes a record; there an empty answer is never a suggestion's place.
    """
    fields = shown_fields(form) if asked is None else asked
    values: dict[str, Any] = {item.id: None for item in fields if is_left_out_when_empty(item)}
    for name in typed:
        item = form.by_id.get(name)
        given = typed.getlist(name)
        is_list = item is not None and takes_many(item)
        values[name] = [one for one in given if one] if is_list else given[0] if len(given) == 1 else given
    if asked is not None:
        return values
    return {name: value for name, value in values.items() if value not in (None, "", []) or not _suggests(form, name)}


def _suggests(form: FormVersion, name: str) -> bool:
    """Tell whether a formula gives what a page without a script could not suggest."""
    item = form.by_id.get(name)
    return item is not None and bool(item.document.get("default_formula"))


def rows_of(form: FormVersion, inputs: "MultiDict[str, Any]") -> "tuple[MultiDict[str, Any], MultiDict[str, Any]]":
    """Return what the inputs called `field.number.column` make, as a list of rows for each field, and the rest."""
    rows: dict[str, dict[int, MultiDict[str, Any]]] = {}
    made: MultiDict[str, Any] = MultiDict()
    if not form.with_rows:
        return made, inputs
    rest: MultiDict[str, Any] = MultiDict()
    for name, values in inputs.lists():
        found = _CELL.fullmatch(name or "")
        item = form.by_id.get(found[1]) if found else None
        if found is None or item is None or item.rows is None:
            rest.setlist(name, values)
        else:
            rows.setdefault(item.id, {}).setdefault(int(found[2]), MultiDict()).setlist(found[3], values)
    for field_id, lines in rows.items():
        inner: FormVersion = form.by_id[field_id].rows  # type: ignore[assignment]  # asked above
        made.add(field_id, [raw_answers(inner, with_parts(inner, lines[number])) for number in sorted(lines)])
    return made, rest


def with_own_rows(form: FormVersion, values: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
    """Return raw values whose rows name only rows that the record has, each once; others are new."""
    found = dict(values)
    for item in form.with_rows:
        given, there = found.get(item.id), current.get(item.id)
        free = {row["id"] for row in there} if isinstance(there, list) else set()
        if isinstance(given, list):
            found[item.id] = [_own_row(row, free) if isinstance(row, Mapping) else row for row in given]
    return found


def _own_row(row: Mapping[str, Any], free: set[str]) -> dict[str, Any]:
    named = row.get("id")
    is_own = isinstance(named, str) and named in free
    free.discard(str(named))
    return {name: value for name, value in row.items() if name != "id" or is_own}


def change_rows(form: FormVersion, typed: "MultiDict[str, Any]", what: str) -> None:
    """Do what a button beside the rows says: `items+` adds a row, `items-2` takes the third one away."""
    found = _BUTTON.fullmatch(what)
    item = form.by_id.get(found[1]) if found else None
    if found is None or item is None or item.rows is None:
        return
    rows = list(typed.get(item.id) or [])
    if found[2] == "+":
        rows = [*rows, {}][: item.cfg["max_rows"] or MAX_ROWS]
    elif int(found[2][1:]) < len(rows):
        del rows[int(found[2][1:])]
    typed.setlist(item.id, [rows])


def must_words(question: Question) -> str:
    """Return how an answer is asked for."""
    asked = question.asked_by or ("must_choose" if question.is_chosen else "must")
    return say(asked, question.locale, label=_quoted(question))


def _row_words(place: str | None, locale: str) -> str:
    """Return which row a finding is about, for the summary; nothing for one that is not about a row."""
    parts = (place or "").split("/")
    return say("row", locale, n=int(parts[1]) + 1) if len(parts) > 1 and parts[1].isdigit() else ""


def _quoted(question: Question) -> str:
    label = str(question.label.text).rstrip("?？:：*＊ ")
    return f"“{label}”" if question.locale == "zh-CN" else label


def _with_label(question: Question, words: str) -> str:
    label = str(question.label.text).rstrip("?？:：*＊ ")
    return f"{label}：{words}" if question.locale == "zh-CN" else f"{label}: {words}"


def _put(parts: dict[str, Any], name: str, inner: str | None, filled: list[str]) -> None:
    value = filled[0] if len(filled) == 1 else filled
    if inner is None:
        parts[name] = value
    elif isinstance(parts.setdefault(name, {}), dict):
        parts[name][inner] = value


def _control(item: FormField) -> str:
    return item.type.widget(item.cfg).control
