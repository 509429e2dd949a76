"""How records become lines of a table: one for each record, or one for each row of their sub-forms.

With a line for each row, the columns of a sub-form stand where it stood, called `Items / Price`; rows of several
sub-forms stand beside each other. The record's own cells stand on its first line, or on all of them. A number in front
says which lines belong together, so that an import of the file makes the same records again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from formloom.platform.definitions.form import Field
from formloom.platform.kernel.text import LocalizedText, resolve

Cell = str | int | float | Decimal | date | datetime | bool
Layout = Literal["records", "items", "repeated"]
"""A line for each record; for each row, with the record's cells on its first line; with them on every line."""
NUMBER = {"zh-CN": "记录序号", "en": "Record no."}
BETWEEN = " / "
Proof = Literal["version", "at"]
_PROOFS: Mapping[Proof, LocalizedText] = {
    "version": {"zh-CN": "{field}（版本）", "en": "{field} (version)"},
    "at": {"zh-CN": "{field}（同意时间）", "en": "{field} (agreed at)"},
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: a field, or a column of the sub-form `of`; without either the record's number."""

    item: Field | None
    of: Field | None = None
    proof: Proof | None = None
    """What of a consent's proof stands in the column: the version of its text, the moment."""

    def title(self, locale: str) -> str:
        """Return what stands in the first line."""
        if self.item is None:
            return resolve(NUMBER, locale)
        own = resolve(self.item.label, locale) or self.item.id
        if self.proof is not None:
            return resolve(_PROOFS[self.proof], locale).format(field=own)
        return own if self.of is None else f"{resolve(self.of.label, locale) or self.of.id}{BETWEEN}{own}"


def columns_of(fields: Sequence[Field], layout: Layout) -> list[Column]:
    """Return the columns of a table of these fields."""
    if layout == "records" or all(item.rows is None for item in fields):
        return [column for item in fields for column in _of_field(item)]
    found = [Column(None)]
    for item in fields:
        found += _of_field(item) if item.rows is None else [Column(inner, item) for inner in item.rows.stored]
    return found


def _of_field(item: Field) -> list[Column]:
    """Return the column of a field; a consent has two more, for what was agreed to and when."""
    proofs: tuple[Proof, ...] = ("version", "at") if item.type.agreed_to else ()
    return [Column(item), *(Column(item, proof=one) for one in proofs)]


def proof_key(field_id: str, proof: Proof) -> str:
    """Return under which name the values of a line hold the proof of a consent."""
    return f"{field_id}/{proof}"


def lines_of(
    values: Mapping[str, Any],
    number: int,
    columns: Sequence[Column],
    layout: Layout,
    cell: Callable[[Field, Any], Cell],
) -> Iterator[list[Cell]]:  # fmt: skip
    """Yield the lines of a record, the `number`th of the table; `cell` writes a value of a field."""
    rows = {
        column.of.id: found
        for column in columns
        if column.of is not None and isinstance(found := values.get(column.of.id), list)
    }
    for place in range(max((len(one) for one in rows.values()), default=0) or 1):
        own = values if not place or layout == "repeated" else {}
        inner = {name: found[place] for name, found in rows.items() if place < len(found)}
        yield [
            (number if own else "") if column.item is None
            else own.get(proof_key(column.item.id, column.proof), "") if column.proof is not None
            else _cell(own if column.of is None else inner.get(column.of.id, {}), column.item, cell)
            for column in columns
        ]  # fmt: skip


def _cell(values: Mapping[str, Any], item: Field, cell: Callable[[Field, Any], Cell]) -> Cell:
    value = values.get(item.id)
    return "" if value is None else cell(item, value)
