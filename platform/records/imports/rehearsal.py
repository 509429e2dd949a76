"""A rehearsal: what the first rows would become, and what is wrong with them. Nothing is written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.platform.access.policy import Act, requires
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.errors import Finding
from formloom.platform.records import service
from formloom.platform.records.imports.bundles import Bundle, Bundler
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
    """One record: the numbers of its lines, the values as they would be stored, what does not fit, line by line."""

    numbers: tuple[int, ...]
    values: dict[str, Any]
    findings: tuple[tuple[int, Finding], ...]
    rows: Mapping[str, list[int]]
    """Sub-form → the number of the line on which each of its rows stands."""


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
    now: datetime, locale: str, by: str = "",
) -> Rehearsal:  # fmt: skip
    """Try the first records of a file, about `LOOKED_AT` lines, under a checked mapping."""
    sheet = open_sheet(files.path(upload.sha256), upload.wanted)
    bundles = _first(Bundler(form, sheet.columns, mapping, by).bundles(sheet.rows()))
    reader = CellReader(form, sheet.columns, mapping)
    ctx = clean_context(unit, actor, form, now=now, locale=locale, owner=service.owner_of(actor))
    given = reader.read(unit, bundles, ctx)
    values = [one.values for one in given]
    cleaned = service.rehearse(unit, actor, form, values, now=now, options=WriteOptions(locale=locale))
    faults = [
        [*bundle.faults, *map(mine.placed, one.findings)]
        for bundle, mine, one in zip(bundles, given, cleaned, strict=True)
    ]
    tried = [
        Tried(
            tuple(number for number, _cells in bundle.lines), form.dump(one.values),
            tuple((bundle.lines[place][0], found) for place, found in wrong),
            {name: [bundle.lines[place][0] for place in lines] for name, lines in mine.lines.items()},
        )
        for bundle, mine, one, wrong in zip(bundles[:SHOWN], given, cleaned, faults, strict=False)
    ]  # fmt: skip
    places = {name: place for place, column in enumerate(sheet.columns) if (name := mapping.get(column))}
    return Rehearsal(len(bundles), sum(map(bool, faults)), tried, _troubles(bundles, faults, places))


def _first(bundles: Iterable[Bundle]) -> list[Bundle]:
    found: list[Bundle] = []
    lines = 0
    for bundle in bundles:
        found.append(bundle)
        lines += len(bundle.lines)
        if lines >= LOOKED_AT:
            break
    return found


def _troubles(
    bundles: Sequence[Bundle], faults: Sequence[Sequence[tuple[int, Finding]]], places: Mapping[str, int]
) -> list[Trouble]:
    found: dict[str, Trouble] = {}
    for bundle, wrong in zip(bundles, faults, strict=True):
        for place, finding in wrong:
            name = finding.field or ""
            cell = bundle.lines[place][1][places[name]] if name in places else ""
            known = found.get(name) or Trouble(name, 0, finding, cell)
            found[name] = Trouble(name, known.count + 1, known.first, known.cell)
    return list(found.values())
