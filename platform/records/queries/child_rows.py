"""The rows of sub-forms: written with their record, read for a whole page of records at once.

A record that was read has, for each sub-form, how many rows there are; `load` puts the rows themselves in their place.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import bindparam, delete, select, update

from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.records.record import Record
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.form_tables import table_of
from formloom.platform.storage.prepared import Insertion, PreparedInsert

Row = Mapping[str, Any]
_NAMES = frozenset({"record_id", "id"})


class RowPlan:
    """Statements and converters of the rows of one sub-form in one form version."""

    def __init__(self, columns: FormVersion) -> None:
        self.table = table_of(columns)
        self.insert = PreparedInsert(self.table)
        self._writers = [(item.id, columns.columns[item.id], item.type.to_column, item.cfg) for item in columns.stored]
        self._readers = [(item.id, item.type.from_column, item.cfg) for item in columns.stored]
        named = self.table.c
        self.select = (
            select(named.record_id, named.id, *(named[columns.columns[item.id]] for item in columns.stored))
            .where(named.record_id.in_(bindparam("records", expanding=True)))
            .order_by(named.record_id, named.position)
        )
        one = (named.record_id == bindparam("of_record"), named.id == bindparam("of_row"))
        self.update = update(self.table).where(*one)
        self.delete = delete(self.table).where(*one)

    def stored(self, record_id: str, position: int, row: Row) -> dict[str, Any]:
        """Return a row as it stands in the table."""
        values = {column: write(row.get(name), cfg) for name, column, write, cfg in self._writers}
        return {"record_id": record_id, "id": row["id"], "position": position, **values}

    def row(self, found: Sequence[Any]) -> dict[str, Any]:
        """Return the clean row of a line of `select`."""
        values = {
            name: None if (raw := found[place]) is None else read(raw, cfg)
            for place, (name, read, cfg) in enumerate(self._readers, 2)
        }
        return {"id": found[1], **values}


def insertions(form: FormVersion, records: Sequence[Record]) -> Iterator[Insertion]:
    """Yield what inserting these records inserts beside them."""
    for item in form.with_rows:
        plan = _plan_of(item)
        rows = [
            plan.stored(record.id, place, row)
            for record in records
            for place, row in enumerate(record.values.get(item.id) or ())
        ]
        if rows:
            yield plan.insert, rows


def load(unit: ReadUnit, form: FormVersion, records: Iterable[Record], names: Collection[str] | None = None) -> None:
    """Put the rows into records, in one query for each sub-form: all of them, or those among `names`."""
    found = list(records)
    for item in form.with_rows:
        waiting = {one.id: one for one in found if isinstance(one.values.get(item.id), int)}
        if not waiting or (names is not None and item.id not in names):
            continue
        plan = _plan_of(item)
        rows: dict[str, list[dict[str, Any]]] = {}
        for line in unit.conn.execute(plan.select, {"records": list(waiting)}):
            rows.setdefault(line[0], []).append(plan.row(line))
        for record_id, record in waiting.items():
            record.values[item.id] = rows.get(record_id)


def rewrite(uow: UnitOfWork, form: FormVersion, before: Record, values: Mapping[str, Any]) -> None:
    """Make the rows of a record those in `values`, where these have a sub-form; what stays as it is isn't touched."""
    rewrite_each(uow, form, [(before, values)])


def rewrite_each(uow: UnitOfWork, form: FormVersion, changes: Sequence[tuple[Record, Mapping[str, Any]]]) -> None:
    """Do what `rewrite` does for many records, each with its new values."""
    for item in form.with_rows:
        plan, gone, changed, made = _plan_of(item), list[Row](), list[Row](), list[Row]()
        for before, values in changes:
            if item.id not in values:
                continue
            old = _by_id(plan, before, before.values.get(item.id))
            new = _by_id(plan, before, values[item.id])
            gone += [{"of_record": before.id, "of_row": name} for name in old if name not in new]
            changed += [
                {"of_record": before.id, "of_row": name, **{key: row[key] for key in row if key not in _NAMES}}
                for name, row in new.items()
                if name in old and old[name] != row
            ]
            made += [row for name, row in new.items() if name not in old]
        for statement, rows in ((plan.delete, gone), (plan.update, changed)):
            if rows:
                uow.conn.execute(statement, rows)
        if made:
            uow.leave((plan.insert, made))


def erase(uow: UnitOfWork, form: FormVersion, record_ids: Collection[str]) -> None:
    """Remove the rows of records that are removed for good."""
    for item in form.with_rows:
        rows = _plan_of(item).table
        uow.conn.execute(delete(rows).where(rows.c.record_id.in_(list(record_ids))))


def differing(before: Any, after: Any) -> tuple[Any, Any]:
    """Return of two lists of rows, as the API shows them, only the rows that differ, each with its number as `#`."""
    old, new = _numbered(before), _numbered(after)
    changed = {name for name in old.keys() & new.keys() if old[name][1] != new[name][1]}
    if not changed and old.keys() == new.keys():  # only their order changed
        changed = {name for name in old if old[name][0] != new[name][0]}
    sides = ((old, new), (new, old))
    return tuple(  # type: ignore[return-value]  # two of them
        [{"#": number, **row} for name, (number, row) in side.items() if name in changed or name not in other] or None
        for side, other in sides
    )


def _numbered(rows: Any) -> dict[str, tuple[int, Mapping[str, Any]]]:
    return {row["id"]: (number, row) for number, row in enumerate(rows, 1)} if isinstance(rows, list) else {}


def _by_id(plan: RowPlan, record: Record, rows: Any) -> dict[str, dict[str, Any]]:
    return {row["id"]: plan.stored(record.id, place, row) for place, row in enumerate(rows or ())}


def _plan_of(item: Field) -> RowPlan:
    columns: FormVersion = item.rows  # type: ignore[assignment]  # asked of sub-forms only
    found = _plans.get(columns)
    if found is None:
        found = _plans[columns] = RowPlan(columns)
    return found


_plans: WeakKeyDictionary[FormVersion, RowPlan] = WeakKeyDictionary()
