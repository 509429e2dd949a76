"""From cells to raw values, as the write pipeline takes them.

A type whose cells differ from its input (labels of options, days as offices write them, money with its sign) parses
the cell itself and gives back what it would show; other types take the text as it is. What does not parse is handed
on as text, so that cleaning refuses it together with everything else that is wrong with the row. An empty cell is no
value, so that defaults apply as on an empty form.

Members, departments and records of other forms are named in a spreadsheet, not numbered: they are looked up once for
each part of a file.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from formloom.platform.definitions.fields.base import CleanContext, FieldType, ValueInvalid
from formloom.platform.definitions.fields.members import SEPARATORS
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.records.imports.mapping import Mapped
from formloom.platform.records.queries import people
from formloom.platform.storage.database import ReadUnit

Row = tuple[int, list[str]]
_BY_NAME: dict[str, Callable[[ReadUnit, set[str]], Mapping[str, str]]] = {
    "user": people.ids_by_name,
    "department": people.departments_by_title,
}


class CellReader:
    """Reads rows of one file for one form."""

    def __init__(self, form: FormVersion, columns: Sequence[str], mapping: Mapped) -> None:
        self._form = form
        self.width = len(columns)
        pairs = [(place, mapping.get(column)) for place, column in enumerate(columns)]
        fields = [(place, form.field(field_id)) for place, field_id in pairs if field_id is not None]
        self._named = [(place, item) for place, item in fields if item.type.who is not None]
        self._plain = [(place, item, _parser(item)) for place, item in fields if (place, item) not in self._named]

    def read(self, unit: ReadUnit, rows: Sequence[Row], ctx: CleanContext) -> list[dict[str, Any]]:
        """Return the values of each row by field id."""
        ids = [(place, item, self._ids(unit, ctx, place, item, rows)) for place, item in self._named]
        return [self._values(cells, ids, ctx) for _number, cells in rows]

    def _values(
        self, cells: Sequence[str], ids: Sequence[tuple[int, Field, Mapping[str, str]]], ctx: CleanContext
    ) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for place, item, parse in self._plain:
            text = cells[place].strip()
            if text:
                values[item.id] = text if parse is None else parse(text, ctx)
        for place, item, known in ids:
            named = [known.get(name.casefold(), name) for name in _names(item, cells[place])]
            if named:
                values[item.id] = named[0] if item.type.value_kind == item.type.who else named
        return values

    def _ids(
        self, unit: ReadUnit, ctx: CleanContext, place: int, item: Field, rows: Sequence[Row]
    ) -> Mapping[str, str]:
        names = {name for _number, cells in rows for name in _names(item, cells[place])}
        if not names:
            return {}
        by_name = _BY_NAME.get(str(item.type.who))
        return by_name(unit, names) if by_name else ctx.called(item.id, names)


def _names(item: Field, cell: str) -> list[str]:
    """Return the names in a cell: the whole of it where a field takes one, else what stands between separators."""
    parts = [cell] if item.type.value_kind == item.type.who else SEPARATORS.split(cell)
    return [part.strip() for part in parts if part.strip()]


def _parser(item: Field) -> Callable[[str, CleanContext], Any] | None:
    kind, cfg = item.type, item.cfg
    if type(kind).parse_cell is FieldType.parse_cell:
        return None

    def parse(text: str, ctx: CleanContext) -> Any:
        try:
            return kind.dump(kind.parse_cell(text, cfg, ctx), cfg)
        except ValueInvalid:
            return text

    return parse
