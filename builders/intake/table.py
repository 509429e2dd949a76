"""A form out of a table: each column is a field, its type inferred from what stands below its head."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from formloom.builders.intake.outline import Outline, options
from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.records.imports.sheet import survey

SAMPLE = 500
MOST_OPTIONS = 12
LONG_TEXT = 80
_DATE = re.compile(r"\d{4}([-/.年])\d{1,2}([-/.月])\d{1,2}日?")
_MOMENT = re.compile(_DATE.pattern + r"[ T]\d{1,2}:\d{2}(:\d{2})?")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,8})?")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"1[3-9]\d{9}|\+\d[\d -]{6,18}\d")
_WEB = re.compile(r"https?://\S+", re.IGNORECASE)
_YES_NO = frozenset({"是", "否", "yes", "no", "true", "false", "有", "无", "y", "n"})


def read(path: Path, locale: str, title: str) -> Outline:
    """Return the form of a spreadsheet or CSV file. Raises FileUnreadable."""
    found = survey(path, rows=SAMPLE)
    outline = Outline("table", {locale: title})
    for place, name in enumerate(found.columns):
        cells = [row[place].strip() for row in found.first if place < len(row) and row[place].strip()]
        is_required = name.endswith("*") or "必填" in name
        type_id, settings = inferred(name, cells)
        outline.add(type_id, name, {locale: name.rstrip("* ")}, required=is_required or None, **settings)
    return outline


def inferred(name: str, cells: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Return the type and settings that fit every cell; by the column's name when there are none."""
    if not cells:
        return _by_name(name), {}
    for type_id, fits in _SHAPES:
        if all(fits(cell) for cell in cells):
            return type_id, _decimals(cells) if type_id == "number" else {}
    distinct = list(dict.fromkeys(cells))
    if len(distinct) <= MOST_OPTIONS and len(cells) >= 3 * len(distinct) and max(map(len, distinct)) <= LONG_TEXT:
        return "select", {"options": options((one, {}) for one in sorted(distinct))}
    return ("textarea" if any(len(cell) > LONG_TEXT or "\n" in cell for cell in cells) else "text"), {}


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda cell: pattern.fullmatch(cell) is not None


_SHAPES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("boolean", lambda cell: cell.casefold() in _YES_NO),
    ("phone", _matches(_PHONE)),
    ("number", lambda cell: _NUMBER.fullmatch(cell) is not None and not re.match(r"-?0\d", cell)),
    ("datetime", _matches(_MOMENT)),
    ("date", _matches(_DATE)),
    ("email", _matches(_MAIL)),
    ("url", _matches(_WEB)),
)
"""In the order in which they are tried. A number with a leading zero is a name, not a quantity."""


def _decimals(cells: Sequence[str]) -> dict[str, Any]:
    return {"decimals": max(len(cell.partition(".")[2]) for cell in cells)}


def _by_name(name: str) -> str:
    """Return the type whose longest word stands in the name; one line of text when none does."""
    lower, best, length = name.lower(), "text", 1
    for kind in FIELD_TYPES:
        if not kind.is_stored or kind.is_generated or kind.value_kind in {"choice", "choices"}:
            continue
        for word in (*kind.label.values(), *kind.keywords):
            stands = (
                word in name if re.search(r"[\u4e00-\u9fff]", word) else re.search(rf"\b{re.escape(word)}\b", lower)
            )
            if stands and len(word) > length:
                best, length = kind.id, len(word)
    return best
