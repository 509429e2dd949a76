"""From cells to raw values, as the write pipeline takes them.

A type whose cells differ from its input (labels of options, days as offices write them, money with its sign) parses
the cell itself and gives back what it would show; other types take the text as it is. What does not parse is handed
on as text, so that cleaning refuses it together with everything else that is wrong with the row. An empty cell is no
value, so that defaults apply as on an empty form.

Members, departments and records of other forms are named in a spreadsheet, not numbered: they are looked up once for
each part of a file. Cells of sub-forms' columns make one row for each line that has any.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from formloom.platform.definitions.fields.base import CleanContext, FieldType, ValueInvalid
from formloom.platform.definitions.fields.members import SEPARATORS
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.definitions.row_names import column_name
from formloom.platform.kernel.errors import Finding
from formloom.platform.records.imports.bundles import Bundle
from formloom.platform.records.imports.mapping import Mapped, Target, target_of
from formloom.platform.records.queries import people
from formloom.platform.storage.database import ReadUnit

_BY_NAME: dict[str, Callable[[ReadUnit, set[str]], Mapping[str, str]]] = {
    "user": people.ids_by_name,
    "department": people.departments_by_title,
}


@dataclass(frozen=True, slots=True)
class Given:
    """What the lines of a record give: raw values by field id, and which line each row of a sub-form stands on."""

    values: dict[str, Any]
    lines: Mapping[str, list[int]]

    def placed(self, found: Finding) -> tuple[int, Finding]:
        """Return the place of the line that a finding is about, and the finding about the column instead of the row."""
        name, _, rest = (found.field or "").partition("/")
        row, _, column = rest.partition("/")
        lines = self.lines.get(name, [])
        if not row.isdigit() or int(row) >= len(lines):
            return 0, replace(found, field=name) if rest else found
        return lines[int(row)], replace(found, field=column_name(name, column.partition("/")[0]) if column else name)


class CellReader:
    """Reads the records of one file for one form."""

    def __init__(self, form: FormVersion, columns: Sequence[str], mapping: Mapped) -> None:
        self.width = len(columns)
        targets = [(place, target_of(form, name)) for place, column in enumerate(columns) if (name := mapping[column])]
        self._own = [(place, one, _parser(one.item)) for place, one in targets if one.of is None]
        self._inside: dict[str, list[tuple[int, Target, Parser | None]]] = {}
        for place, one in targets:
            if one.of is not None:
                self._inside.setdefault(one.of.id, []).append((place, one, _parser(one.item)))
        self._named = [(place, one) for place, one in targets if one.item.type.who is not None]

    def read(self, unit: ReadUnit, bundles: Sequence[Bundle], ctx: CleanContext) -> list[Given]:
        """Return what each record is given."""
        ids = {place: self._ids(unit, ctx, place, one, bundles) for place, one in self._named}
        return [self._given(bundle, ids, ctx) for bundle in bundles]

    def _given(self, bundle: Bundle, ids: "Ids", ctx: CleanContext) -> Given:
        values: dict[str, Any] = {}
        for _number, cells in bundle.lines:
            values = _values(self._own, cells, ids, ctx) | values
        lines: dict[str, list[int]] = {}
        for name, columns in self._inside.items():
            for place, (_number, cells) in enumerate(bundle.lines):
                if row := _values(columns, cells, ids, ctx):
                    values.setdefault(name, []).append(row)
                    lines.setdefault(name, []).append(place)
        return Given(values, lines)

    def _ids(
        self, unit: ReadUnit, ctx: CleanContext, place: int, one: Target, bundles: Sequence[Bundle]
    ) -> Mapping[str, str]:
        names = {name for bundle in bundles for _no, cells in bundle.lines for name in _names(one.item, cells[place])}
        if not names:
            return {}
        by_name = _BY_NAME.get(str(one.item.type.who))
        return by_name(unit, names) if by_name else ctx.called(one.id, names)


Parser = Callable[[str, CleanContext], Any]
Ids = Mapping[int, Mapping[str, str]]
"""What the names in the columns of a file mean, by the place of the column."""


def _values(
    columns: Iterable[tuple[int, Target, Parser | None]], cells: Sequence[str], ids: Ids, ctx: CleanContext
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for place, one, parse in columns:
        text = cells[place].strip()
        if not text:
            continue
        if place not in ids:
            values[one.item.id] = text if parse is None else parse(text, ctx)
        elif named := [ids[place].get(name.casefold(), name) for name in _names(one.item, text)]:
            values[one.item.id] = named[0] if one.item.type.value_kind == one.item.type.who else named
    return values


def _names(item: Field, cell: str) -> list[str]:
    """Return the names in a cell: the whole of it where a field takes one, else what stands between separators."""
    parts = [cell] if item.type.value_kind == item.type.who else SEPARATORS.split(cell)
    return [part.strip() for part in parts if part.strip()]


def _parser(item: Field) -> Parser | None:
    kind, cfg = item.type, item.cfg
    if type(kind).parse_cell is FieldType.parse_cell:
        return None

    def parse(text: str, ctx: CleanContext) -> Any:
        try:
            return kind.dump(kind.parse_cell(text, cfg, ctx), cfg)
        except ValueInvalid:
            return text

    return parse
