"""Which lines of a file are one record: all alone, unless columns of the file hold rows of sub-forms.

Then the lines of a record follow each other. A line belongs to the record above while the column `by` is empty or says
the same; without such a column, while its cells for the record itself are empty or the same as there, and it holds
something of a row. The record's own cells may stand on its first line or on each of them, but must not differ.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import Finding
from formloom.platform.records.export_lines import NUMBER
from formloom.platform.records.imports.faults import MappingInvalid
from formloom.platform.records.imports.mapping import Mapped, target_of
from formloom.platform.records.imports.mapping import is_called as _is_called

Row = tuple[int, list[str]]
_DIFFERS = {
    "zh-CN": "与同一条记录第 {line} 行的“{text}”不同",
    "en": "Line {line} of the same record says '{text}'",
}
_NO_COLUMN = {"zh-CN": "文件里没有列“{name}”", "en": "The file has no column '{name}'"}
PARTNER = {
    "zh-CN": "与第 {line} 行属于同一条记录，该记录未导入",
    "en": "Belongs to the record of line {line}, which was refused",
}


@dataclass(frozen=True, slots=True)
class Bundle:
    """The lines of one record, and what does not fit between them, by the place of the line."""

    lines: list[Row]
    faults: list[tuple[int, Finding]] = field(default_factory=list)


class Bundler:
    """Puts the lines of a file together; `by` names a column, or is empty for the record's own cells."""

    def __init__(self, form: FormVersion, columns: Sequence[str], mapping: Mapped, by: str = "") -> None:
        targets = {place: target_of(form, name) for place, column in enumerate(columns) if (name := mapping[column])}
        self._items = [place for place, target in targets.items() if target.of is not None]
        self._own = {place: target.id for place, target in targets.items() if target.of is None}
        self._by = columns.index(by) if by in columns else None
        self.is_needed = bool(self._items)

    def bundles(self, rows: Iterable[Row]) -> Iterator[Bundle]:
        """Yield the records of a file."""
        if not self.is_needed:
            yield from (Bundle([row]) for row in rows)
            return
        found: Bundle | None = None
        known: dict[int, tuple[int, str]] = {}
        for row in rows:
            if found is None or self._begins(row[1], known):
                if found is not None:
                    yield found
                found, known = Bundle([]), {}
            self._join(found, row, known)
        if found is not None:
            yield found

    def _begins(self, cells: Sequence[str], known: Mapping[int, tuple[int, str]]) -> bool:
        if self._by is not None:
            said = cells[self._by].strip()
            return bool(said) and said != known.get(self._by, (0, ""))[1]
        own = {place: text for place in self._own if (text := cells[place].strip())}
        if any(text != known.get(place, (0, ""))[1] for place, text in own.items()):
            return True
        return bool(own) and not any(cells[place].strip() for place in self._items)

    def _join(self, bundle: Bundle, row: Row, known: dict[int, tuple[int, str]]) -> None:
        number, cells = row
        for place in (*self._own, *([] if self._by is None else [self._by])):
            text = cells[place].strip()
            line, said = known.setdefault(place, (number, text)) if text else (number, text)
            if text != said and place in self._own:
                params = {"line": line, "text": said[:60]}
                bundle.faults.append((len(bundle.lines), Finding("differs", _DIFFERS, self._own[place], params)))
        bundle.lines.append(row)


def column_between(form: FormVersion, columns: Sequence[str], mapping: Mapped, wanted: str | None) -> str:
    """Return by which column lines are put together: the wanted one, else the one that our exports or the form's
    numbers suggest; empty for the record's own cells. Raises MappingInvalid for a column that is not there.
    """
    if wanted is not None:
        if wanted and wanted not in columns:
            params = {"name": wanted[:60]}
            raise MappingInvalid(findings=[Finding("unknown_column", _NO_COLUMN, field="group_by", params=params)])
        return wanted
    numbers = [item for item in form.stored if item.type.id == "serial"]
    unique = {item.id for item in form.unique_fields}
    return next(
        (column for column in columns if column in NUMBER.values()),
        next(
            (column for column in columns if any(_is_called(column, item) for item in numbers)),
            next((column for column in columns if mapping.get(column) in unique), ""),
        ),
    )
