"""Reading a table from a file: CSV in the encodings and with the separators that offices use, and Excel.

    sheet = open_sheet(path)
    sheet.columns            # ("Name", "Mail", "#3") — every name once
    for number, cells in sheet.rows(): ...

Every cell is text, whatever the file held; a row's number is the one a spreadsheet shows beside it. Empty rows are
passed over. Texts that an export of ours guarded with an apostrophe lose it again.
"""

import csv
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from formloom.platform.records.imports import encoding
from formloom.platform.records.imports.encoding import GUESS, Reading
from formloom.platform.records.imports.faults import (
    MAX_COLUMNS,
    MAX_ROWS,
    BookBroken,
    NoHeader,
    QuotesBroken,
    TooManyColumns,
    TooManyRows,
)

Row = tuple[int, list[str]]
LONGEST_CELL = 1_000_000
EXACT_BELOW = 1e15
MAX_UNPACKED_BYTES = 500 * 1_048_576
"""An Excel file is a zip; one that unpacks to more than this is not opened."""
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_GUARDED = frozenset("=+-@|%＝＋－＠\t\r\n")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with named columns."""

    columns: tuple[str, ...]
    header_at: int
    read: Callable[[], Iterator[Row]]
    reading: Reading | None = None
    """How the text was read; None for Excel."""

    def rows(self) -> Iterator[Row]:
        """Yield row numbers with cells, the header left out. Raises FileUnreadable in the middle of a broken file."""
        width = len(self.columns)
        for number, cells in self.read():
            if number > self.header_at and any(cell.strip() for cell in cells):
                yield number, [_unguarded(cell) for cell in (*cells, *[""] * (width - len(cells)))]


@dataclass(frozen=True, slots=True)
class Survey:
    """What one walk through a sheet found."""

    columns: tuple[str, ...]
    first: list[list[str]]
    total: int
    reading: Reading | None = None


def open_sheet(path: Path, wanted: Reading = GUESS) -> Sheet:
    """Open a file as a table; a text is read as `wanted`. Raises FileUnreadable."""
    with path.open("rb") as source:
        begin = source.read(4)
    reading = None if begin in {_ZIP, _OLE} else encoding.settled(path, wanted)
    reader = _book_reader(path) if reading is None else _text_reader(path, reading)
    at, header = next(((number, cells) for number, cells in reader() if any(map(str.strip, cells))), (1, []))
    return Sheet(_named(header), at, reader, reading)


def survey(path: Path, wanted: Reading = GUESS, *, rows: int = 20) -> Survey:
    """Walk through the whole file once: its columns, its first rows, how many rows. Raises FileUnreadable."""
    sheet = open_sheet(path, wanted)
    width, total, first = len(sheet.columns), 0, []
    for _number, cells in sheet.rows():
        total += 1
        if total > MAX_ROWS:
            raise TooManyRows(limit=f"{MAX_ROWS:,}")
        if total <= rows:
            first.append(cells[:width])
    return Survey(sheet.columns, first, total, sheet.reading)


def _text_reader(path: Path, reading: Reading) -> Callable[[], Iterator[Row]]:
    def read() -> Iterator[Row]:
        with path.open(encoding=reading.encoding, newline="") as source:
            reader = csv.reader(source, delimiter=reading.separator or ",", strict=True)
            try:
                yield from enumerate(reader, 1)
            except csv.Error as fault:
                raise QuotesBroken(line=reader.line_num) from fault

    return read


def open_book(path: Path) -> CalamineWorkbook:
    """Open an Excel file that does not unpack to something enormous. Raises BookBroken."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as book:
                if sum(entry.file_size for entry in book.infolist()) > MAX_UNPACKED_BYTES:
                    raise BookBroken
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, zipfile.BadZipFile, OSError) as fault:
        raise BookBroken from fault


def _book_reader(path: Path) -> Callable[[], Iterator[Row]]:
    try:
        sheet = open_book(path).get_sheet_by_index(0)
    except (CalamineError, IndexError, OSError) as fault:
        raise BookBroken from fault

    def read() -> Iterator[Row]:
        lead = sheet.start[0] if sheet.start else 0
        rows: Iterable[Sequence[Any]] = sheet.iter_rows()
        for number, cells in enumerate(rows, 1 - lead if lead else 1):
            if number >= 1:
                yield number, [text_of(cell) for cell in cells]

    return read


def _named(header: Sequence[str]) -> tuple[str, ...]:
    """Return one name for each column, each once; a column without a name is called by its place."""
    cells = [cell.strip()[:200] for cell in header]
    while cells and not cells[-1]:
        cells.pop()
    if not cells:
        raise NoHeader
    if len(cells) > MAX_COLUMNS:
        raise TooManyColumns(limit=MAX_COLUMNS)
    names: dict[str, None] = {}
    for place, cell in enumerate(cells, 1):
        name, again = cell or f"#{place}", 1
        while name in names:
            again += 1
            name = f"{cell or f'#{place}'} ({again})"
        names[name] = None
    return tuple(names)


def _unguarded(cell: str) -> str:
    if cell[:1] == "'" and len(cell) > 1:
        rest = cell[1:]
        if rest[0] in _GUARDED or rest.lstrip(" \"'\ufeff\u00a0\u3000\u200b")[:1] in _GUARDED:
            return rest
    return cell


def text_of(cell: Any) -> str:
    """Return an Excel cell as an office would write it: whole numbers without a point, days without midnight."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT_BELOW:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    return "" if cell is None else str(cell)


csv.field_size_limit(LONGEST_CELL)
