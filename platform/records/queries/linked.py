"""Records of another form: by their ids, by what they are called, and those that may be chosen."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, literal, or_, select

from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.conditions.operators import fold
from formloom.platform.definitions.conditions.sql import Folded, Position, to_clause
from formloom.platform.definitions.conditions.tree import parse
from formloom.platform.definitions.fields.linking import mine
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.records.queries.plans import Plan, plan_of
from formloom.platform.records.record import Record
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.form_tables import table_of

AT_ONCE = 500
_DELETED_AT = 6


@dataclass(frozen=True, slots=True)
class Asking:
    """The record from which another form is asked: its form, and its clean values by field id."""

    form: FormVersion
    values: Mapping[str, Any]


def by_ids(
    unit: ReadUnit, form: FormVersion, ids: Iterable[str], *, rows: JSONObject | None, setting: Setting
) -> Iterator[tuple[Record, bool]]:
    """Yield the records of these ids that meet `rows`, and whether each is in the trash."""
    plan = plan_of(form)
    for part in _parts(ids):
        met = [plan.table.c.id.in_(part), *_met(plan, form, rows, setting)]
        for row in unit.conn.execute(select(*plan.reserved, *plan.stored).where(*met)):
            yield plan.record(row), row[_DELETED_AT] is not None


def matching(
    unit: ReadUnit, form: FormVersion, *, where: JSONObject, rows: JSONObject | None, asking: Asking,
    setting: Setting, words: str = "", fields: Collection[str] = (), sort: Sequence[str] = (), limit: int,
) -> list[Record]:  # fmt: skip
    """Return living records that meet `where` and `rows`, newest first unless sorted; `words` in one of `fields`.

    `where` may compare with the values of the record that asks, as `my:<field>`.
    """
    plan, met = plan_of(form), clauses(form, where=where, rows=rows, asking=asking, setting=setting)
    if words:
        wanted = fold(words)
        met.append(or_(false(), *(Position(Folded(plan.columns[name]), wanted) > 0 for name in fields)))
    orders = [_order(plan, one) for one in sort if one.removeprefix("-") in plan.columns]
    statement = select(*plan.reserved, *plan.stored).where(*met)
    statement = statement.order_by(*orders, plan.table.c.id.desc()).limit(limit)
    return [plan.record(row) for row in unit.conn.execute(statement)]


def clauses(
    form: FormVersion, *, where: JSONObject, rows: JSONObject | None, asking: Asking, setting: Setting
) -> list[ColumnElement[bool]]:
    """Return the clauses of living records that meet `where`, seen from the record that asks, and `rows`."""
    plan = plan_of(form)
    found = [plan.table.c.deleted_at.is_(None), *_met(plan, form, rows, setting)]
    if where:
        kinds = {**form.value_kinds(), **mine(asking.form.value_kinds())}
        columns: dict[str, ColumnElement[Any]] = {**plan.columns, **mine(_bound(asking))}
        found.append(to_clause(parse(where, kinds), columns, setting))
    return found


def pointing(unit: ReadUnit, form: FormVersion, item: Field, record_id: str, *, limit: int) -> list[str]:
    """Return the ids of living records whose field `item` links to a record."""
    plan = plan_of(form)
    here = {"field": item.id, "op": "eq" if item.kind == "record" else "contains", "value": record_id}
    met = [plan.table.c.deleted_at.is_(None), *_met(plan, form, here, Setting())]
    return list(unit.conn.scalars(select(plan.table.c.id).where(*met).order_by(plan.table.c.id).limit(limit)))


def called(
    unit: ReadUnit, form: FormVersion, names: Iterable[str], *, fields: Sequence[str], rows: JSONObject | None,
    setting: Setting,
) -> Iterator[tuple[str, str, str]]:  # fmt: skip
    """Yield field, text and id of living records that are called one of `names` in one of the text `fields`."""
    plan = plan_of(form)
    for part in _parts(names):
        for name in fields:
            column = plan.columns[name]
            met = [
                Folded(column).in_([fold(one) for one in part]), plan.table.c.deleted_at.is_(None),
                *_met(plan, form, rows, setting),
            ]  # fmt: skip
            for text, record_id in unit.conn.execute(select(column, plan.table.c.id).where(*met)):
                yield name, text, record_id


def _parts(texts: Iterable[str]) -> Iterator[list[str]]:
    waiting = list(texts)
    for first in range(0, len(waiting), AT_ONCE):
        yield waiting[first : first + AT_ONCE]


def _met(plan: Plan, form: FormVersion, rows: JSONObject | None, setting: Setting) -> list[ColumnElement[bool]]:
    return [to_clause(parse(rows, form.value_kinds()), plan.columns, setting)] if rows else []


def _bound(asking: Asking) -> dict[str, ColumnElement[Any]]:
    """Return the values of the record that asks as bind parameters of their columns' types."""
    row = {
        item.id: item.type.to_column(value, item.cfg) if (value := asking.values.get(item.id)) is not None else None
        for item in asking.form.stored
    }
    columns = table_of(asking.form).c
    return {name: literal(value, columns[asking.form.columns[name]].type) for name, value in row.items()}


def _order(plan: Plan, sort: str) -> ColumnElement[Any]:
    column = plan.columns[sort.removeprefix("-")]
    return (column.desc() if sort.startswith("-") else column.asc()).nulls_last()
