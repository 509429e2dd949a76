"""A rehearsal: what the first rows would become, and what is wrong with them. Nothing is written."""

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.platform.access.policy import Act, requires
from formloom.platform.definitions.form import Cleaned, FormVersion
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.errors import Finding
from formloom.platform.records import service
from formloom.platform.records.imports.cells import CellReader
from formloom.platform.records.imports.mapping import Mapped
from formloom.platform.records.imports.sheet import open_sheet
from formloom.platform.records.imports.starting import Upload
from formloom.platform.records.lookups import clean_context
from formloom.platform.records.record import WriteOptions
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.files import FileStore

LOOKED_AT = 200
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Tried:
    """One row: its number in the file, the values as they would be stored, what does not fit."""

    number: int
    values: dict[str, Any]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with one field: in how many rows, and the first of them."""

    field: str
    count: int
    first: Finding
    cell: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What trying the first rows showed."""

    looked_at: int
    refused: int
    rows: list[Tried]
    troubles: list[Trouble]


@requires(Act.RECORD_IMPORT)
def rehearse(
    unit: ReadUnit, actor: Actor, form: FormVersion, files: FileStore, upload: Upload, mapping: Mapped, *,
    now: datetime, locale: str,
) -> Rehearsal:  # fmt: skip
    """Try the first `LOOKED_AT` rows of a file under a checked mapping."""
    sheet = open_sheet(files.path(upload.sha256), upload.wanted)
    part = list(itertools.islice(sheet.rows(), LOOKED_AT))
    reader = CellReader(form, sheet.columns, mapping)
    ctx = clean_context(unit, actor, form, now=now, locale=locale, owner=service.owner_of(actor))
    given = reader.read(unit, part, ctx)
    cleaned = service.rehearse(unit, actor, form, given, now=now, options=WriteOptions(locale=locale))
    tried = [
        Tried(number, form.dump(one.values), tuple(one.findings))
        for (number, _cells), one in zip(part[:SHOWN], cleaned, strict=False)
    ]
    cells = [{field_id: row[place] for place, field_id in _places(sheet.columns, mapping)} for _number, row in part]
    return Rehearsal(len(part), sum(bool(one.findings) for one in cleaned), tried, _troubles(cleaned, cells))


def _places(columns: Sequence[str], mapping: Mapped) -> Collection[tuple[int, str]]:
    return [(place, field_id) for place, column in enumerate(columns) if (field_id := mapping.get(column))]


def _troubles(cleaned: Sequence[Cleaned], cells: Sequence[dict[str, str]]) -> list[Trouble]:
    found: dict[str, Trouble] = {}
    for one, row in zip(cleaned, cells, strict=True):
        for finding in one.findings:
            field_id = finding.field or ""
            known = found.get(field_id) or Trouble(field_id, 0, finding, row.get(field_id, ""))
            found[field_id] = Trouble(field_id, known.count + 1, known.first, known.cell)
    return list(found.values())
