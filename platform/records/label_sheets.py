"""Sheets of labels, each with a QR code and some lines of text, as PDF.

The sizes are those of the sheets that offices buy; any other is given in millimetres. Codes are drawn as shapes, never
as pictures, so they are sharp on every printer, with the quiet zone that the standard asks for (ISO/IEC 18004).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import segno
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from formloom.platform.kernel.text import LocalizedText
from formloom.platform.records.pdf import POINTS_PER_MM, Page, document, fitted, width_mm

MOST_LABELS = 300
MOST_LINES = 5
_QUIET = 4
_PADDING_MM = 2.5
_LEADING = 1.32


@dataclass(frozen=True, slots=True)
class Size:
    """How labels stand on a sheet, in millimetres."""

    page_width: float
    page_height: float
    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    gap_x: float = 0
    gap_y: float = 0


SIZES: Mapping[str, tuple[LocalizedText, Size]] = {
    "a4_3x8": (
        {"zh-CN": "A4，3 × 8（70 × 37 mm）", "en": "A4, 3 × 8 (70 × 37 mm)"},
        Size(210, 297, 3, 8, 70, 37, 0, 0.5),
    ),
    "a4_2x7": (
        {"zh-CN": "A4，2 × 7（99.1 × 38.1 mm）", "en": "A4, 2 × 7 (99.1 × 38.1 mm)"},
        Size(210, 297, 2, 7, 99.1, 38.1, 4.65, 15.15, 2.5),
    ),
    "a4_2x4": (
        {"zh-CN": "A4，2 × 4（99.1 × 67.7 mm）", "en": "A4, 2 × 4 (99.1 × 67.7 mm)"},
        Size(210, 297, 2, 4, 99.1, 67.7, 4.65, 13.1, 2.5),
    ),
}  # fmt: skip


def _mm(least: float, most: float, **more: Any) -> fields.Float:
    return fields.Float(validate=validate.Range(least, most), allow_nan=False, **more)


class SizeBody(Schema):
    """A sheet of another size, in millimetres."""

    page_width = _mm(30, 450, load_default=210)
    page_height = _mm(20, 650, load_default=297)
    columns = fields.Integer(required=True, validate=validate.Range(1, 12))
    rows = fields.Integer(required=True, validate=validate.Range(1, 30))
    width = _mm(15, 450, required=True)
    height = _mm(15, 650, required=True)
    left = _mm(0, 100, load_default=0)
    top = _mm(0, 100, load_default=0)
    gap_x = _mm(0, 50, load_default=0)
    gap_y = _mm(0, 50, load_default=0)

    @validates_schema
    def fits(self, data: Mapping[str, Any], **_more: Any) -> None:
        """Refuse labels that don't fit on the page."""
        across = data["left"] + data["columns"] * data["width"] + (data["columns"] - 1) * data["gap_x"]
        down = data["top"] + data["rows"] * data["height"] + (data["rows"] - 1) * data["gap_y"]
        if across > data["page_width"] + 0.05:
            raise ValidationError("The labels are wider than the page", "width")
        if down > data["page_height"] + 0.05:
            raise ValidationError("The labels are higher than the page", "height")


class SheetBody(Schema):
    """The sheet: a size that is known or one of one's own, and how many labels of the first page are gone already."""

    size = fields.String(load_default="a4_3x8", validate=validate.OneOf((*SIZES, "custom")))
    custom = fields.Nested(SizeBody)
    skip = fields.Integer(load_default=0, validate=validate.Range(0, 359))
    copies = fields.Integer(load_default=1, validate=validate.Range(1, 50))

    @validates_schema
    def is_whole(self, data: Mapping[str, Any], **_more: Any) -> None:
        """Ask for the measures of a size of one's own."""
        if data["size"] == "custom" and "custom" not in data:
            raise ValidationError("Missing data for required field.", "custom")


@dataclass(frozen=True, slots=True)
class Label:
    """What one label says: the address in its code, and its lines, the first one larger."""

    code: str
    lines: Sequence[str]


def size_of(asked: Mapping[str, Any]) -> Size:
    """Return the size that a `SheetBody` asks for."""
    return Size(**asked["custom"]) if asked["size"] == "custom" else SIZES[asked["size"]][1]


def described() -> list[dict[str, Any]]:
    """Return the sizes that are known, for the catalogue."""
    return [{"id": name, "label": label, "places": size.columns * size.rows} for name, (label, size) in SIZES.items()]


def draw(labels: Iterable[Label], size: Size, *, title: str, skip: int = 0) -> bytes:
    """Return the sheets as PDF; `skip` places of the first page stay empty."""
    return document(_pages(iter(labels), size, skip % (size.columns * size.rows)), title)


def _pages(labels: Iterator[Label], size: Size, skip: int) -> Iterator[Page]:
    places = size.columns * size.rows
    while chunk := list(islice(labels, places - skip)):
        page = Page(size.page_width, size.page_height)
        for place, label in enumerate(chunk, skip):
            row, column = divmod(place, size.columns)
            x, y = size.left + column * (size.width + size.gap_x), size.top + row * (size.height + size.gap_y)
            _draw_label(page, label, x, y, size)
        skip = 0
        yield page


def _draw_label(page: Page, label: Label, x: float, y: float, size: Size) -> None:
    is_tall = size.height > size.width
    side = min(size.height, size.width) - 2 * _PADDING_MM
    side = min(side, size.height * 0.62) if is_tall else min(side, size.width * 0.5)
    quiet = _draw_code(page, label.code, x + _PADDING_MM, y + _PADDING_MM, side)
    if is_tall:
        room = size.width - 2 * _PADDING_MM
        _draw_lines(
            page, label.lines, x + _PADDING_MM, y + _PADDING_MM + side, room, size.height - side - 2 * _PADDING_MM
        )
    else:
        left = _PADDING_MM + side + max(0.0, _PADDING_MM - quiet)
        _draw_lines(
            page, label.lines, x + left, y + _PADDING_MM, size.width - left - _PADDING_MM, size.height - 2 * _PADDING_MM
        )


def _draw_code(page: Page, text: str, x: float, y: float, side: float) -> float:
    """Draw a code with its quiet zone into a square; return how wide that zone is."""
    rows = [tuple(row) for row in segno.make(text, error="m", micro=False, boost_error=True).matrix]
    cell = side / (len(rows) + 2 * _QUIET)
    start = _QUIET * cell
    page.fill(
        (x + start + first * cell, y + start + number * cell, (last - first) * cell, cell)
        for number, row in enumerate(rows)
        for first, last in _stretches(row)
    )
    return start


def _stretches(row: Sequence[int]) -> Iterator[tuple[int, int]]:
    first: int | None = None
    for place, dark in enumerate((*row, 0)):
        if dark and first is None:
            first = place
        elif not dark and first is not None:
            yield first, place
            first = None


def _draw_lines(page: Page, lines: Sequence[str], x: float, y: float, width: float, height: float) -> None:
    shown = [line for line in lines if line.strip()][:MOST_LINES]
    if not shown or width < 5:
        return
    biggest = min(12.0, height * POINTS_PER_MM / (len(shown) * _LEADING + 0.5))
    first = max(6.0, min(biggest, biggest * width / max(width, width_mm(shown[0], biggest) * 0.9)))
    sizes = [first, *[max(5.5, min(first * 0.78, biggest)) for _line in shown[1:]]]
    whole = sum(sizes) * _LEADING / POINTS_PER_MM
    foot = y + max(0.0, (height - whole) / 2)
    for line, size_pt in zip(shown, sizes, strict=True):
        foot += size_pt * _LEADING / POINTS_PER_MM
        if foot > y + height + 0.5:
            return
        page.write(x, foot - size_pt * 0.3 / POINTS_PER_MM, fitted(line, size_pt, width), size_pt)
