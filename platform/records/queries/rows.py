"""Reading and writing single records."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.conditions.sql import to_clause
from formloom.platform.definitions.conditions.tree import parse
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.records.queries import child_rows
from formloom.platform.records.queries.plans import plan_of
from formloom.platform.records.record import Record
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.prepared import Insertion


def read_one(
    unit: ReadUnit, form: FormVersion, record_id: str, *, rows: JSONObject | None = None,
    setting: Setting | None = None, with_deleted: bool = False, lock: bool = False,
) -> Record | None:  # fmt: skip
    """Return one record that meets `rows`, or None."""
    plan = plan_of(form)
    statement = plan.select_any if with_deleted else plan.select_one
    if rows:
        asked = replace(setting or Setting(), zone=form.zone)
        statement = statement.where(to_clause(parse(rows, form.value_kinds()), plan.comparable, asked))
    if lock and unit.dialect == "postgresql":
        statement = statement.with_for_update()
    row = unit.conn.execute(statement, {"record_id": record_id}).one_or_none()
    if row is None:
        return None
    record = plan.record(row)
    child_rows.load(unit, form, [record])
    return record


def add_many(uow: UnitOfWork, form: FormVersion, records: Sequence[Record], *along: Insertion) -> None:
    """Insert records, and `along` with them what they leave behind.

    Raises UniqueViolated at once, where the form has unique fields.
    """
    plan = plan_of(form)
    rows = [
        {
            "id": record.id, "rev": record.rev, "created_at": record.created_at, "created_by": record.created_by,
            "updated_at": record.updated_at, "updated_by": record.updated_by, **plan.row(record.values),
        }
        for record in records
    ]  # fmt: skip
    uow.leave((plan.insert, rows), *child_rows.insertions(form, records), *along)
    if form.unique_fields:
        uow.settle()


def change(
    uow: UnitOfWork, form: FormVersion, before: Record, values: Mapping[str, Any], *, by: str | None, now: datetime
) -> bool:
    """Write `values` over a record of revision `before.rev`; False when somebody was faster."""
    plan = plan_of(form)
    statement = (
        update(plan.table)
        .where(plan.table.c.id == before.id, plan.table.c.rev == before.rev)
        .values(rev=before.rev + 1, updated_at=now, updated_by=by, **plan.row(values))
    )
    if uow.conn.execute(statement).rowcount != 1:
        return False
    child_rows.rewrite(uow, form, before, values)
    return True


def set_deleted(
    uow: UnitOfWork, form: FormVersion, before: Record, at: datetime | None, *, now: datetime, by: str | None,
    values: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Put a record into the trash, or take it out with `at` None, with other `values` where that changes some."""
    plan = plan_of(form)
    uow.conn.execute(
        update(plan.table)
        .where(plan.table.c.id == before.id)
        .values(deleted_at=at, rev=before.rev + 1, updated_at=now, updated_by=by, **plan.row(values or {}))
    )


def taken(
    unit: ReadUnit, form: FormVersion, field_id: str, values: Collection[Any], *, but: str | None = None
) -> set[Any]:
    """Return those of the clean `values` that another living record has in a unique field."""
    plan = plan_of(form)
    item = form.field(field_id)
    column = plan.columns[field_id]
    stored = {item.type.to_column(value, item.cfg): value for value in values}
    statement = select(column).where(column.in_(list(stored)), plan.table.c.deleted_at.is_(None))
    if but is not None:
        statement = statement.where(plan.table.c.id != but)
    return {stored[found] for found in unit.conn.scalars(statement) if found in stored}


def count_living(unit: ReadUnit, form: FormVersion) -> int:
    """Return how many records are not in the trash."""
    table = plan_of(form).table
    return int(unit.conn.scalar(select(func.count()).select_from(table).where(table.c.deleted_at.is_(None))) or 0)


UniqueViolated = IntegrityError
"""What the database raises when two writers chose the same unique value at once."""
