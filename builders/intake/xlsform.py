"""A form out of an XLSForm: the sheets `survey`, `choices` and `settings` of an Excel file.

Source: https://xlsform.org/en/ (question types, `relevant`, `constraint`, `label::language`).
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from formloom.builders.intake.expressions import tree_of
from formloom.builders.intake.outline import FormUnreadable, Outline, options, shortened
from formloom.platform.kernel.text import LocalizedText
from formloom.platform.records.imports.sheet import open_book, text_of

Row = Mapping[str, str]
MAX_ROWS = 5_000
FEW = 6
_PLAIN = {
    "text": "text", "integer": "number", "decimal": "number", "range": "number", "note": "note", "date": "date",
    "time": "time", "datetime": "datetime", "image": "image", "file": "file", "audio": "file", "video": "file",
    "geopoint": "location", "barcode": "barcode", "hidden": "hidden", "acknowledge": "consent", "trigger": "boolean",
}  # fmt: skip
_OF_THE_HOUSE = frozenset({
    "start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "username", "email", "audit",
})  # fmt: skip
_KNOWN_ANYWAY = {"zh-CN": "平台自行记录", "en": "recorded by the platform itself"}
_NESTED = {"zh-CN": "子表单里不能再有重复组", "en": "a repeated group inside another has no place here"}
_UNSAID = ("calculation", "choice_filter", "read_only", "readonly", "repeat_count")
_BOUND = re.compile(r"\.\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)")
_PATTERN = re.compile(r"regex\(\s*\.\s*,\s*(?:'([^']*)'|\"([^\"]*)\")\s*\)")


def read(path: Path, locale: str, title: str) -> Outline:
    """Return the form of an XLSForm. Raises FileUnreadable, FormUnreadable."""
    book = open_book(path)
    rows = {name: list(_rows(book, name)) for name in ("survey", "choices", "settings") if name in book.sheet_names}
    if not rows.get("survey"):
        raise FormUnreadable(why="survey")
    settings = rows.get("settings") or [{}]
    outline = Outline("xlsform", {locale: settings[0].get("form_title") or title})
    _Reader(outline, _lists(rows.get("choices", []), locale), locale).read(rows["survey"])
    return outline


def _rows(book: Any, name: str) -> Iterator[Row]:
    head: list[str] = []
    for number, cells in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=True)):
        texts = [text_of(cell).strip() for cell in cells]
        if not head:
            head = [text.lower().replace(" ::", "::").replace(":: ", "::") for text in texts]
        elif any(texts) and number <= MAX_ROWS:
            yield {column: text for column, text in zip(head, texts, strict=False) if column and text}


def _lists(rows: list[Row], locale: str) -> dict[str, list[tuple[str, LocalizedText]]]:
    found: dict[str, list[tuple[str, LocalizedText]]] = {}
    for row in rows:
        name = row.get("list_name") or row.get("list name") or ""
        found.setdefault(name, []).append((row.get("name") or row.get("value") or "", _words(row, "label", locale)))
    return found


def _words(row: Row, column: str, locale: str) -> dict[str, str]:
    """Return the texts of `column` and `column::Language (code)` by language of ours."""
    found = {locale: row[column]} if row.get(column) else {}
    for name, text in row.items():
        if name.startswith(f"{column}::"):
            language = name.partition("::")[2]
            is_chinese = re.search(r"\(zh|chinese|中文|汉语", language) is not None
            found.setdefault("zh-CN" if is_chinese else "en" if re.search(r"\(en|english", language) else locale, text)
    return {one: re.sub(r"\$\{[^}]*\}", "…", text) for one, text in found.items()}


class _Reader:
    def __init__(self, outline: Outline, lists: Mapping[str, list[tuple[str, LocalizedText]]], locale: str) -> None:
        self._outline = outline
        self._lists = lists
        self._locale = locale
        self._conditions: list[tuple[str, str, str]] = []
        self._repeats = 0
        self._around: tuple[Outline, Row, str] | None = None
        """The form around the repeated group that is being read, and the group's own row and name."""

    def read(self, rows: list[Row]) -> None:
        for row in rows:
            self._row(row)
        for what, target, expression in self._conditions:  # now that every name is known
            tree = tree_of(expression, self._outline.ids, self._outline.kinds())
            self._outline.rule(what, target, tree, f"{target}: {expression}")

    def _row(self, row: Row) -> None:
        kind, name = " ".join(row.get("type", "").split()), row.get("name") or row.get("type", "")
        word = kind.lower().replace("begin ", "begin_").replace("end ", "end_").split(" ")[0]
        if word in {"begin_repeat", "end_repeat"}:
            self._repeat(row, name, begins=word == "begin_repeat")
        elif self._repeats > 1 or word in {"", "end_group"}:
            return
        elif word in _OF_THE_HOUSE:
            self._outline.leave_out(name, _KNOWN_ANYWAY)
        else:
            self._question(row, word, kind, name)

    def _repeat(self, row: Row, name: str, *, begins: bool) -> None:
        """Enter or leave a repeated group, whose questions become the columns of a sub-form."""
        self._repeats = max(0, self._repeats + (1 if begins else -1))
        if begins and self._repeats == 1:
            self._around = self._outline, row, name
            self._outline = Outline(self._outline.source)
        elif begins:
            self._outline.leave_out(name, _NESTED)
        elif self._repeats == 0 and self._around is not None:
            inside, (self._outline, row, name), self._around = self._outline, self._around, None
            made = self._outline.add_rows(name, _words(row, "label", self._locale) or {self._locale: name}, inside)
            if made is not None and row.get("relevant"):
                self._conditions.append(("show", made, row["relevant"]))
            if row.get("repeat_count"):
                self._outline.leave_setting(name, "repeat_count")

    def _question(self, row: Row, word: str, kind: str, name: str) -> None:
        type_id, settings = self._typed(row, word, kind)
        label = _words(row, "label", self._locale) or {self._locale: name}
        if type_id == "note":
            settings["text"] = label
        made = self._outline.add(
            type_id, name, label, help=shortened(_words(row, "hint", self._locale), 2000), **settings
        )
        if made is None:
            return
        self._required(row, made)
        if row.get("relevant") and self._around is not None:
            self._outline.leave_setting(name, "relevant")
        elif row.get("relevant"):
            self._conditions.append(("show", made, row["relevant"]))
        for column in _UNSAID:
            if row.get(column) and word != "calculate":
                self._outline.leave_setting(name, column)

    def _typed(self, row: Row, word: str, kind: str) -> tuple[str, dict[str, Any]]:
        if word == "begin_group":
            return "section", {}
        if word in {"select_one", "select_multiple", "rank"}:
            return self._choice(row, word, kind)
        type_id = _PLAIN.get(word, word)
        if type_id == "text" and "multiline" in row.get("appearance", ""):
            type_id = "textarea"
        settings: dict[str, Any] = {"decimals": 0} if word == "integer" else {}
        return type_id, {**settings, **_bounds(row, type_id), **_default(row, type_id)}

    def _choice(self, row: Row, word: str, kind: str) -> tuple[str, dict[str, Any]]:
        name = kind.split(" ")[1] if " " in kind else ""
        choices = options(self._lists.get(name, []))
        is_open = kind.endswith("or_other")
        if word == "rank":
            if is_open:
                self._outline.leave_setting(row.get("name", name), "or_other")
            return "ranking", {"options": choices}
        is_short = len(choices) <= FEW and "minimal" not in row.get("appearance", "")
        single, several = ("radio", "checkboxes") if is_short else ("select", "multiselect")
        return (single if word == "select_one" else several), {"options": choices, "own_answer": is_open or None}

    def _required(self, row: Row, made: str) -> None:
        wanted = row.get("required", "").lower()
        if wanted in {"yes", "true", "true()", "1"}:
            self._outline.fields[-1]["required"] = True
        elif wanted not in {"", "no", "false", "false()", "0"} and self._around is None:
            self._conditions.append(("require", made, row["required"]))


def _bounds(row: Row, type_id: str) -> dict[str, Any]:
    """Return what a `constraint` says that a setting can say: bounds of a number, the pattern of a text."""
    constraint = row.get("constraint", "")
    if type_id == "number":
        found = {"min" if sign.startswith(">") else "max": number for sign, number in _BOUND.findall(constraint)}
        for part in row.get("parameters", "").replace(",", " ").split():
            key, _, value = part.partition("=")
            if key in {"start", "end"}:
                found.setdefault("min" if key == "start" else "max", value)
        return found
    pattern = _PATTERN.search(constraint)
    if pattern is None or type_id not in {"text", "textarea"}:
        return {}
    return {"pattern": pattern[1] or pattern[2]}


def _default(row: Row, type_id: str) -> dict[str, Any]:
    value = row.get("default", "")
    return (
        {"default": value} if value and "(" not in value and type_id in {"text", "textarea", "number", "date"} else {}
    )
