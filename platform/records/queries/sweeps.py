"""Going through all records of a form in their order, those in the trash included."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select, update

from formloom.platform.definitions.form import FormVersion
from formloom.platform.records.queries.plans import plan_of
from formloom.platform.records.record import Record
from formloom.platform.storage.database import ReadUnit, UnitOfWork


def count_all(unit: ReadUnit, form: FormVersion) -> int:
    """Return how many records there are."""
    return int(unit.conn.scalar(select(func.count()).select_from(plan_of(form).table)) or 0)


def after(unit: ReadUnit, form: FormVersion, last: str, *, limit: int, lock: bool = False) -> list[Record]:
    """Return the next records behind the id `last`; with `lock` nobody changes them before this unit ends."""
    plan = plan_of(form)
    columns = plan.table.c
    statement = select(*plan.reserved, *plan.stored).where(columns.id > last).order_by(columns.id).limit(limit)
    if lock and unit.dialect == "postgresql":
        statement = statement.with_for_update()
    return [plan.record(row) for row in unit.conn.execute(statement)]


def put(uow: UnitOfWork, form: FormVersion, names: Sequence[str], records: Sequence[Record]) -> None:
    """Write these fields of records that nobody has changed since they were read; nothing else of them changes."""
    if not names or not records:
        return
    plan = plan_of(form)
    columns = plan.table.c
    statement = (
        update(plan.table)
        .where(columns.id == bindparam("its_id"), columns.rev == bindparam("its_rev"))
        .values({form.columns[name]: bindparam(f"new_{form.columns[name]}") for name in names})
    )
    rows = []
    for record in records:
        values = {
            f"new_{column}": value for column, value in plan.row({n: record.values.get(n) for n in names}).items()
        }
        rows.append({"its_id": record.id, "its_rev": record.rev, **values})
    uow.conn.execute(statement, rows)
