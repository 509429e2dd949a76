"""What one form version needs again and again, worked out once: columns, converters, statements.

Building a SQLAlchemy statement costs more than running it on a warm database, so the statements that every
request needs are made once per version and kept as long as the version itself.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Table, bindparam, select

from formloom.platform.definitions.fields.base import FieldType
from formloom.platform.definitions.form import FormVersion
from formloom.platform.definitions.row_names import column_name
from formloom.platform.records.record import Record
from formloom.platform.storage.form_tables import RESERVED, table_of
from formloom.platform.storage.prepared import PreparedInsert

Reader = Callable[[Any, Mapping[str, Any]], Any]


class Plan:
    """Statements and converters of one form version."""

    def __init__(self, form: FormVersion) -> None:
        self.form_id = form.form_id
        self.table: Table = table_of(form)
        self.fields = tuple(item.id for item in form.stored)
        self._writers = [(item.id, form.columns[item.id], item.type.to_column, item.cfg) for item in form.stored]
        self._readers = [
            (item.id, None if type(item.type).from_column is FieldType.from_column else item.type.from_column, item.cfg)
            for item in form.stored
        ]
        columns = self.table.c
        self.reserved = [columns[name] for name in RESERVED]
        self.stored = [columns[form.columns[item.id]] for item in form.stored]
        self.insert = PreparedInsert(self.table)
        self.select_any = select(*self.reserved, *self.stored).where(columns.id == bindparam("record_id"))
        self.select_one = self.select_any.where(columns.deleted_at.is_(None))
        self.columns: dict[str, ColumnElement[Any]] = {
            **{name: columns[name] for name in RESERVED if name != "deleted_at"},
            **{item.id: columns[form.columns[item.id]] for item in form.stored},
        }
        self.comparable = {**self.columns, **_row_columns(form)}
        """What conditions may name: the columns, and those of the rows of sub-forms."""

    def row(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return clean values as column values; fields that are not given are left out."""
        return {column: write(values[name], cfg) for name, column, write, cfg in self._writers if name in values}

    def record(self, row: Sequence[Any]) -> Record:
        """Return the record of a row selected as reserved columns, then stored ones."""
        offset = len(RESERVED)
        values = {
            name: raw if (raw := row[place]) is None or read is None else read(raw, cfg)
            for place, (name, read, cfg) in enumerate(self._readers, offset)
        }
        return Record(row[0], self.form_id, row[1], values, row[2], row[3], row[4], row[5])


def _row_columns(form: FormVersion) -> dict[str, ColumnElement[Any]]:
    inner = [(item.id, item.rows) for item in form.with_rows if item.rows is not None]
    return {
        column_name(name, column.id): table_of(rows).c[rows.columns[column.id]]
        for name, rows in inner
        for column in rows.stored
    }


def plan_of(form: FormVersion) -> Plan:
    """Return the plan of a form version."""
    found = _plans.get(form)
    if found is None:
        found = _plans[form] = Plan(form)
    return found


_plans: WeakKeyDictionary[FormVersion, Plan] = WeakKeyDictionary()
