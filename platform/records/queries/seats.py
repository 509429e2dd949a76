"""How many records have an option or a time slot, and who waits for one: counted under a lock, so never too many."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, false, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.conditions.sql import to_clause
from formloom.platform.definitions.conditions.tree import parse
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.records.queries.plans import plan_of
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import serial_counters

_PERIOD = "~seats"
Counts = tuple[int, int]
"""How many have a seat, and how many wait for one."""
FEW = 5
"""So many options of a field with several are looked for record by record; of more, equal answers are counted first."""


def lock(uow: UnitOfWork, form: FormVersion, item: Field) -> None:
    """Let nobody else give seats of a field until the unit ends."""
    insert: Any = sqlite.insert if uow.dialect == "sqlite" else postgresql.insert
    row = {"form_id": form.form_id, "field_id": item.id, "period": _PERIOD, "value": 0}
    uow.conn.execute(insert(serial_counters).values(row).on_conflict_do_nothing())
    uow.conn.execute(
        update(serial_counters)
        .where(
            serial_counters.c.form_id == form.form_id, serial_counters.c.field_id == item.id,
            serial_counters.c.period == _PERIOD,
        )
        .values(value=serial_counters.c.value + 1)
    )  # fmt: skip


def counts(
    unit: ReadUnit, form: FormVersion, item: Field, ones: Collection[Any], line: Field | None, *, but: str | None = None
) -> Mapping[Any, Counts]:
    """Return for single values of a field how many living records have them, and how many of these wait; one query."""
    plan = plan_of(form)
    waits = plan.columns[line.id].is_not(None) if line else None
    living: list[ColumnElement[bool]] = [plan.table.c.deleted_at.is_(None)]
    if but is not None:
        living.append(plan.table.c.id != but)
    wanted = list(ones)
    if not wanted:
        return {}
    if len(wanted) > FEW and not item.type.seats(item.cfg).one_only:
        return _counts_by_answer(unit, form, item, frozenset(wanted), waits, living)
    columns: list[ColumnElement[Any]] = []
    for one in wanted:
        clause = _has(form, item, plan.columns[item.id], one)
        columns.append(_sum(clause if waits is None else and_(clause, ~waits)))
        columns.append(_sum(false() if waits is None else and_(clause, waits)))
    row = unit.conn.execute(select(*columns).select_from(plan.table).where(*living)).one()
    return {one: (int(row[2 * at] or 0), int(row[2 * at + 1] or 0)) for at, one in enumerate(wanted)}


def _counts_by_answer(
    unit: ReadUnit, form: FormVersion, item: Field, wanted: Collection[Any], waits: ColumnElement[bool] | None,
    living: Sequence[ColumnElement[bool]],
) -> Mapping[Any, Counts]:  # fmt: skip
    """Return the counts of many options: each different answer is read once, however many options are asked for."""
    plan = plan_of(form)
    column = plan.columns[item.id]
    # Grouped by an expression: an index on the column would be walked, with a look at the table for every record.
    answer = func.coalesce(column, "")
    statement = (
        select(answer, func.count(), _sum(false() if waits is None else waits))
        .where(column.is_not(None), *living)
        .group_by(answer)
    )
    found = dict.fromkeys(wanted, (0, 0))
    for stored, count, waiting_ in unit.conn.execute(statement):
        waits_here = int(waiting_ or 0)
        for one in item.type.from_column(stored, item.cfg) or ():
            if one in found:
                had, waited = found[one]
                found[one] = had + int(count) - waits_here, waited + waits_here
    return found


def all_counts(unit: ReadUnit, form: FormVersion, item: Field, line: Field | None) -> Mapping[Any, Counts]:
    """Return the same for every value that some record has, for fields with one value."""
    plan = plan_of(form)
    column = plan.columns[item.id]
    waits = plan.columns[line.id].is_not(None) if line else None
    statement = (
        select(column, func.count(), _sum(false() if waits is None else waits))
        .where(plan.table.c.deleted_at.is_(None), column.is_not(None))
        .group_by(column)
    )
    found = {}
    for value, count, waiting in unit.conn.execute(statement):
        found[item.type.from_column(value, item.cfg)] = (int(count) - int(waiting or 0), int(waiting or 0))
    return found


def waiting(unit: ReadUnit, form: FormVersion, item: Field, line: Field, one: Any) -> list[tuple[str, int]]:
    """Return id and place of the living records that wait for a value, the first one first."""
    plan = plan_of(form)
    place = plan.columns[line.id]
    clause = _has(form, item, plan.columns[item.id], one)
    statement = (
        select(plan.table.c.id, place)
        .where(plan.table.c.deleted_at.is_(None), place.is_not(None), clause)
        .order_by(place, plan.table.c.id)
    )
    return [(row[0], int(row[1])) for row in unit.conn.execute(statement)]


def waited_for(unit: ReadUnit, form: FormVersion, item: Field, line: Field) -> list[Any]:
    """Return the values that somebody waits for."""
    plan = plan_of(form)
    statement = (
        select(plan.columns[item.id])
        .where(
            plan.table.c.deleted_at.is_(None), plan.columns[line.id].is_not(None), plan.columns[item.id].is_not(None)
        )
        .distinct()
    )
    return [item.type.from_column(value, item.cfg) for value in unit.conn.scalars(statement)]


def put_places(uow: UnitOfWork, form: FormVersion, line: Field, places: Sequence[tuple[str, int]]) -> None:
    """Write at which place records wait. Moving up is no change of a record: its revision and history stay."""
    if places:
        plan = plan_of(form)
        statement = (
            update(plan.table)
            .where(plan.table.c.id == bindparam("its_id"))
            .values({form.columns[line.id]: bindparam("its_place")})
        )
        uow.conn.execute(statement, [{"its_id": record_id, "its_place": place} for record_id, place in places])


def _has(form: FormVersion, item: Field, column: ColumnElement[Any], one: Any) -> ColumnElement[bool]:
    if item.type.seats(item.cfg).one_only:
        found: ColumnElement[bool] = column == item.type.to_column(one, item.cfg)
        return found
    tree = {"field": item.id, "op": "contains", "value": one}
    return to_clause(parse(tree, form.value_kinds()), {item.id: column}, Setting(zone=form.zone))


def _sum(clause: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.sum(case((clause, 1), else_=0))
