"""Records as a spreadsheet: CSV for machines and small offices, XLSX for everybody else.

The file holds what the actor may see and nothing else: rows and hidden fields are limited by the same query that
lists records. It is written page by page from one read unit, so neither its length nor a concurrent write matters.

No cell is ever a formula. In XLSX texts are typed as texts; in CSV, which knows no types, a text that a spreadsheet
would calculate gets an apostrophe in front. Numbers stay numbers, also negative ones.
"""

import csv
import io
import itertools
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import IO, Any, Literal
from zoneinfo import ZoneInfo

import xlsxwriter

from formloom.platform.access.policy import Access, Act, requires
from formloom.platform.definitions.form import Field, FormVersion, field_of
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.errors import Finding
from formloom.platform.kernel.text import joined
from formloom.platform.records import consents, listing
from formloom.platform.records.export_lines import Cell, Column, Layout, columns_of, lines_of, proof_key
from formloom.platform.records.listing import Names
from formloom.platform.records.queries.pages import BadQuery, Query
from formloom.platform.records.record import Record
from formloom.platform.storage.database import ReadUnit

Format = Literal["csv", "xlsx"]
PAGE = 500
EXACT_DIGITS = 15
"""More digits than this an Excel number can't hold; such numbers are written as text."""
LONGEST_CELL = 32_767
BESIDE = {
    "created_at": ("datetime", {"zh-CN": "创建时间", "en": "Created at"}),
    "created_by": ("user", {"zh-CN": "创建人", "en": "Created by"}),
    "updated_at": ("datetime", {"zh-CN": "更新时间", "en": "Updated at"}),
    "updated_by": ("user", {"zh-CN": "更新人", "en": "Updated by"}),
}
"""What stands beside the answers of every record: type and name. It is written where it is asked for."""
_TRIGGERS = frozenset("=+-@|%＝＋－＠\t\r\n")
_SKIPPED = " \"'\ufeff\u00a0\u3000\u200b"


def guarded(text: str) -> str:
    """Return `text` so that no spreadsheet calculates it: with an apostrophe in front where it would."""
    if not text:
        return text
    rest = text.lstrip(_SKIPPED)
    return f"'{text}" if text[0] in _TRIGGERS or rest[:1] in _TRIGGERS else text


@requires(Act.RECORD_EXPORT)
def write(
    unit: ReadUnit, actor: Actor, form: FormVersion, query: Query, target: IO[bytes],
    *, fields: Sequence[str] | None, kind: Format, locale: str, layout: Layout = "records",
    progress: Callable[[int], None] = lambda _done: None,
) -> int:  # fmt: skip
    """Write the records that meet `query` and that the actor may see into `target`; return how many lines they took.

    `fields` chooses the columns; None means all readable ones. Raises BadQuery, ConditionInvalid,
    """
    access = Access.of(unit, actor)
    readable = access.readable(form)
    for name in fields or ():
        if name not in readable and name not in BESIDE:
            raise BadQuery(
                findings=[Finding("unknown_field", listing.UNKNOWN, field="fields", params={"name": name[:40]})]
            )
    beside = {
        name: field_of({"id": name, "type": kind, "label": label}, form.zone) for name, (kind, label) in BESIDE.items()
    }
    chosen = (
        [beside.get(name) or form.field(name) for name in fields]
        if fields
        else [one for one in form.stored if one.id in readable]
    )
    columns = columns_of([item for item in chosen if item.type.is_stored], layout)
    header = [column.title(locale) for column in columns]
    rows = _counted(_rows(unit, actor, form, query, columns, layout, locale), progress)
    return (_write_csv if kind == "csv" else _write_xlsx)(target, header, rows)


@requires(Act.RECORD_EXPORT)
def texts(
    unit: ReadUnit, actor: Actor, form: FormVersion, query: Query, fields: Sequence[str], *, locale: str
) -> dict[str, tuple[dict[str, str], dict[str, Any]]]:  # fmt: skip
    """Return, by record, the words and the plain values of `fields`, as far as the actor may see both.

    Raises BadQuery for a field that is hidden from the actor or not there.
    """
    readable = Access.of(unit, actor).readable(form)
    unknown = [name for name in fields if name not in readable or not form.field(name).type.is_stored]
    if unknown:
        found = [
            Finding("unknown_field", listing.UNKNOWN, field=name[:40], params={"name": name[:40]}) for name in unknown
        ]
        raise BadQuery(findings=found)
    columns = [form.field(name) for name in fields]
    page = listing.page(unit, actor, form, replace(query, limit=PAGE))
    names = listing.names_in(unit, actor, form, page.records, frozenset(fields), locale)
    return {
        record.id: (
            {item.id: _words(_cell(item, record.values.get(item.id), names, locale, form.zone)) for item in columns},
            {name: value for name, value in form.dump(record.values).items() if name in fields},
        )
        for record in page.records
    }


def _words(cell: Cell) -> str:
    return (
        cell.strftime("%Y-%m-%d %H:%M")
        if isinstance(cell, datetime)
        else _plain(cell)
        if not isinstance(cell, str)
        else cell
    )


def _rows(
    unit: ReadUnit, actor: Actor, form: FormVersion, query: Query, columns: Sequence[Column], layout: Layout,
    locale: str,
) -> Iterator[list[Cell]]:  # fmt: skip
    readable = frozenset(item.id for column in columns if (item := column.of or column.item) is not None)
    following: Query | None = replace(query, limit=PAGE, cursor=None, offset=None, count=False)
    numbers = itertools.count(1)
    while following is not None:
        page = listing.page(unit, actor, form, following)
        names = listing.names_in(unit, actor, form, page.records, readable, locale)
        write_cell = partial(_cell, names=names, locale=locale, zone=form.zone)
        proofs = _proofs(unit, form, page.records, readable)
        for record in page.records:
            beside = {name: getattr(record, name) for name in BESIDE}
            values = {**record.values, **beside, **proofs.get(record.id, {})}
            yield from lines_of(values, next(numbers), columns, layout, write_cell)
        following = replace(following, cursor=page.next) if page.next else None


def _proofs(
    unit: ReadUnit, form: FormVersion, records: Sequence[Record], fields: Collection[str]
) -> dict[str, dict[str, Cell]]:
    """Return, by record, to which version of its consents somebody agrees now, and since when."""
    found: dict[str, dict[str, Cell]] = {}
    for (record_id, name), row in consents.standing(unit, form, [one.id for one in records], fields).items():
        at = row.at.astimezone(form.zone).replace(tzinfo=None)
        found.setdefault(record_id, {}).update(
            {proof_key(name, "version"): row.version or "", proof_key(name, "at"): at}
        )
    return found


def _counted(rows: Iterator[list[Cell]], progress: Callable[[int], None]) -> Iterator[list[Cell]]:
    for done, row in enumerate(rows, 1):
        yield row
        if done % PAGE == 0:
            progress(done)


def _cell(item: Field, value: Any, names: Names, locale: str, zone: ZoneInfo) -> Cell:
    if value is None:
        return ""
    if value is None:
        return ""
    if item.type.who is not None:
        return joined((names.of(item.type.who, one, locale) or one for one in item.type.ids_in(value)), locale)
    cell = item.type.export_cell(value, item.cfg, locale)
    return cell.astimezone(zone).replace(tzinfo=None) if isinstance(cell, datetime) else cell


def _write_csv(target: IO[bytes], header: Sequence[str], rows: Iterator[list[Cell]]) -> int:
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([guarded(title) for title in header])
    count = 0
    for row in rows:
        writer.writerow([_plain(cell) for cell in row])
        count += 1
    text.flush()
    text.detach()
    return count


def _plain(cell: Cell) -> str:
    if isinstance(cell, str):
        return guarded(cell)
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def _write_xlsx(target: IO[bytes], header: Sequence[str], rows: Iterator[list[Cell]]) -> int:
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    formats: dict[type, Any] = {
        datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        date: book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    sheet.freeze_panes(1, 0)
    for place, title in enumerate(header):
        sheet.write_string(0, place, title[:LONGEST_CELL], bold)
    count = 0
    for count, row in enumerate(rows, 1):
        for place, cell in enumerate(row):
            _write_cell(sheet, count, place, cell, formats)
    book.close()
    return count


def _write_cell(sheet: Any, row: int, place: int, cell: Cell, formats: dict[type, Any]) -> None:
    if isinstance(cell, bool):
        sheet.write_boolean(row, place, cell)
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, place, cell, formats[datetime])
    elif isinstance(cell, date):
        sheet.write_datetime(row, place, cell, formats[date])
    elif isinstance(cell, str):
        sheet.write_string(row, place, cell[:LONGEST_CELL])
    elif isinstance(cell, Decimal) and len(cell.as_tuple().digits) > EXACT_DIGITS:
        sheet.write_string(row, place, format(cell, "f"))
    else:
        sheet.write_number(row, place, float(cell))
