"""What a file is, and the form in it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from python_calamine import CalamineError

from formloom.builders.intake import surveyjs, table, xlsform
from formloom.builders.intake.outline import FormUnreadable, LeftOut, Outline
from formloom.platform.records.imports.sheet import open_book

MAX_BYTES = 5_000_000
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_NO_FIELDS = "no fields"


@dataclass(frozen=True, slots=True)
class Intake:
    """A form that was read: its document, what kind of file it came from, what has no place in it."""

    source: str
    document: dict[str, Any]
    left_out: list[LeftOut]


def read_form(path: Path, name: str, locale: str) -> Intake:
    """Return the form that a file holds: an XLSForm, a SurveyJS document, or any table.

    `name` is the file's, for a title. Raises FileUnreadable, FormUnreadable.
    """
    outline = _outline(path, Path(name).stem[:200] or "form", locale)
    if not outline.fields:
        raise FormUnreadable(why=_NO_FIELDS)
    return Intake(outline.source, outline.document(), outline.left_out)


def _outline(path: Path, title: str, locale: str) -> Outline:
    with path.open("rb") as source:
        begin = source.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
    if begin[:4] in {_ZIP, _OLE}:
        try:
            names = open_book(path).sheet_names
            return xlsform.read(path, locale, title) if "survey" in names else table.read(path, locale, title)
        except CalamineError as fault:
            raise FormUnreadable(why=str(fault)[:200]) from fault
    if begin[:1] == b"{":
        return surveyjs.read(_json(path), locale, title)
    return table.read(path, locale, title)


def _json(path: Path) -> Any:
    try:
        return orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as fault:
        raise FormUnreadable(why=str(fault)[:200]) from fault
