"""Pages of records: filter, order, cursor, count, search.

Order is total: after the asked fields comes the id, and missing values stand last in either direction, on both
databases. The cursor names the values at which the page ended, so a page can be continued while records are added.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, and_, false, func, literal, or_, select

from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.conditions.operators import fold
from formloom.platform.definitions.conditions.sql import Folded, Position, to_clause
from formloom.platform.definitions.conditions.tree import parse
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import Finding, Invalid
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.records.queries import child_rows
from formloom.platform.records.queries.plans import Plan, plan_of
from formloom.platform.records.record import Record
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.types import scale_up

MAX_LIMIT = 200
MAX_SORTS = 5
MAX_OFFSET = 1_000_000


class BadQuery(Invalid):
    """A filter, sort, limit or cursor can't be used."""

    code = "bad_query"
    message = {"zh-CN": "查询条件有误", "en": "This query can't be used"}


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked. `rows` is the actor's own limit, added to `filter`."""

    filter: JSONObject = field(default_factory=dict)
    rows: JSONObject | None = None
    sort: tuple[str, ...] = ()
    limit: int = 50
    cursor: str | None = None
    offset: int | None = None
    count: bool = False
    search: str | None = None
    search_fields: tuple[str, ...] = ()
    deleted: bool = False
    setting: Setting = Setting()  # noqa: RUF009 - frozen
    with_rows: frozenset[str] | None = None
    """The sub-forms whose rows are read along, None for all; the others say how many they have."""


@dataclass(frozen=True, slots=True)
class Page:
    """What came back."""

    records: list[Record]
    next: str | None
    count: int | None


@dataclass(frozen=True, slots=True)
class _Order:
    name: str
    column: ColumnElement[Any]
    descending: bool


def page(unit: ReadUnit, form: FormVersion, query: Query) -> Page:
    """Return one page. Raises BadQuery, ConditionInvalid."""
    plan = plan_of(form)
    orders = _orders(plan, query.sort)
    where = where_of(plan, form, query)
    statement = select(*plan.reserved, *plan.stored).where(*where)
    if query.cursor is not None:
        statement = statement.where(_after(orders, _read_cursor(query.cursor, orders)))
    if query.offset:
        statement = statement.offset(query.offset)
    statement = _ordered(statement, orders).limit(query.limit + 1)
    found = unit.conn.execute(statement).all()
    records = [plan.record(row) for row in found[: query.limit]]
    child_rows.load(unit, form, records, query.with_rows)
    following = _write_cursor(records[-1], orders, form) if len(found) > query.limit else None
    total = count(unit, form, query) if query.count else None
    return Page(records, following, total)


def count(unit: ReadUnit, form: FormVersion, query: Query) -> int:
    """Return how many records the query meets."""
    plan = plan_of(form)
    statement = select(func.count()).select_from(plan.table).where(*where_of(plan, form, query))
    return int(unit.conn.scalar(statement) or 0)


def ids(unit: ReadUnit, form: FormVersion, query: Query, *, most: int) -> list[str]:
    """Return the ids of the records that the query meets, at most `most`."""
    plan = plan_of(form)
    statement = select(plan.table.c.id).where(*where_of(plan, form, query)).order_by(plan.table.c.id).limit(most)
    return list(unit.conn.scalars(statement))


def where_of(plan: Plan, form: FormVersion, query: Query) -> list[ColumnElement[bool]]:
    """Return the clauses of a query: the trash, the filter, the actor's rows, the search."""
    deleted_at = plan.table.c.deleted_at
    clauses: list[ColumnElement[bool]] = [deleted_at.is_not(None) if query.deleted else deleted_at.is_(None)]
    kinds, setting = form.value_kinds(), replace(query.setting, zone=form.zone)
    clauses += [to_clause(parse(tree, kinds), plan.comparable, setting) for tree in (query.filter, query.rows) if tree]
    if query.search:
        words = fold(query.search)
        hits = [Position(Folded(plan.columns[name]), words) > 0 for name in query.search_fields]
        clauses.append(or_(false(), *hits))
    return clauses


def _orders(plan: Plan, sort: Sequence[str]) -> list[_Order]:
    if len(sort) > MAX_SORTS:
        raise _fault("sort", "最多按 5 个字段排序", "Sort by at most 5 fields")
    orders: list[_Order] = []
    for entry in sort:
        name = entry.removeprefix("-")
        if name not in plan.columns:
            raise _fault("sort", f"不能按“{name[:40]}”排序", f"Can't sort by '{name[:40]}'")
        orders.append(_Order(name, plan.columns[name], entry.startswith("-")))
    last = orders[-1].descending if orders else True
    if all(order.name != "id" for order in orders):
        orders.append(_Order("id", plan.columns["id"], last))
    return orders


def _ordered(statement: Select[Any], orders: list[_Order]) -> Select[Any]:
    terms = []
    for order in orders:
        term = order.column.desc() if order.descending else order.column.asc()
        terms.append(term if order.name in _NEVER_MISSING else term.nulls_last())
    return statement.order_by(*terms)


_NEVER_MISSING = frozenset({"id", "rev", "created_at", "updated_at"})


def _after(orders: list[_Order], values: list[Any]) -> ColumnElement[bool]:
    """Return the clause of what stands after `values` in this order, missing values last."""
    clauses: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for order, value in zip(orders, values, strict=True):
        column = order.column
        if value is None:
            equal.append(column.is_(None))
            continue
        bound = literal(value, column.type)  # a bare True can't be compared
        beyond = column < bound if order.descending else column > bound
        if order.name not in _NEVER_MISSING:
            beyond = or_(beyond, column.is_(None))
        clauses.append(and_(*equal, beyond))
        equal.append(column == bound)
    return or_(false(), *clauses)


def _write_cursor(last: Record, orders: list[_Order], form: FormVersion) -> str:
    values = [_stored(last, order.name, form) for order in orders]
    raw = orjson.dumps([[order.name for order in orders], [_plain(value) for value in values]])
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _stored(record: Record, name: str, form: FormVersion) -> Any:
    if name in form.by_id:
        item = form.field(name)
        return item.type.to_column(record.values.get(name), item.cfg)
    return getattr(record, name)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return {"n": str(value)} if isinstance(value, Decimal) else value


def _read_cursor(cursor: str, orders: list[_Order]) -> list[Any]:
    try:
        names, values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if names != [order.name for order in orders] or len(values) != len(orders):
            raise ValueError(cursor)
        return [_checked(_unplain(value), order) for value, order in zip(values, orders, strict=True)]
    except (ValueError, TypeError, KeyError, ArithmeticError) as fault:
        raise _fault("cursor", "翻页标记无效", "This cursor can't be used") from fault


def _unplain(value: Any) -> Any:
    if isinstance(value, dict):
        ((kind, text),) = value.items()
        return {"t": datetime.fromisoformat, "d": date.fromisoformat, "n": Decimal}[kind](text)  # type: ignore[operator]  # one of the three, told by the letter
    return value


def _checked(value: Any, order: _Order) -> Any:
    """Refuse a cursor whose value is not of the column's type: it would fail in the database."""
    if value is None and order.name not in _NEVER_MISSING:
        return None
    expected = order.column.type.python_type
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        raise ValueError(order.name)
    if isinstance(value, str) and "\x00" in value:
        raise ValueError(order.name)
    scale = getattr(order.column.type, "scale", None)
    if isinstance(value, Decimal) and abs(scale_up(value, scale or 0)) >= 2**63:
        raise ValueError(order.name)
    if isinstance(value, int) and abs(value) >= 2**63:
        raise ValueError(order.name)
    return value


def _fault(where: str, chinese: str, english: str) -> BadQuery:
    return BadQuery(findings=[Finding("bad_query", {"zh-CN": chinese, "en": english}, field=where)])
