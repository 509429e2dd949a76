"""Group-by over a form's records, with dates in buckets of the viewer's zone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    true,
    type_coerce,
)

from formloom.platform.definitions.conditions.operators import SETS
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import Finding, Invalid
from formloom.platform.records.queries.pages import Query, where_of
from formloom.platform.records.queries.plans import Plan, plan_of
from formloom.platform.records.zone_offsets import Piece, pieces
from formloom.platform.storage.database import ReadUnit

MAX_GROUPS = 1_000
OPS = ("count", "sum", "avg", "min", "max", "distinct")
BUCKETS = ("day", "week", "month", "quarter", "year")


class BadAggregate(Invalid):
    """A measure or dimension can't be computed."""

    code = "bad_aggregate"
    message = {"zh-CN": "汇总条件有误", "en": "This can't be computed"}


@dataclass(frozen=True, slots=True)
class Dimension:
    """A field to group by; `bucket` for dates and moments."""

    field: str
    bucket: str | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """An operation over the records of a group; `field` is needed by all but count."""

    op: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group: its keys (clean JSON values by field id) and its measures in the order asked."""

    group: dict[str, Any]
    measures: list[Any]


def aggregate(
    unit: ReadUnit, form: FormVersion, dimensions: Sequence[Dimension], measures: Sequence[Measure], query: Query,
    *, zone: ZoneInfo, most: int = MAX_GROUPS,
) -> list[GroupRow]:  # fmt: skip
    """Return one row per group, ordered by its keys. Raises BadAggregate, ConditionInvalid."""
    plan = plan_of(form)
    keys = [_key(plan, form, one, unit.dialect, zone, query.setting.now) for one in dimensions]
    values = [_measure(plan, form, one) for one in measures]
    statement = select(*keys, *values).where(*where_of(plan, form, query))
    if keys:
        statement = statement.group_by(*keys).order_by(*(key.asc().nulls_last() for key in keys)).limit(_plain(most))
    width = len(keys)
    return [
        GroupRow(
            {one.field: _key_out(row[place], form, one) for place, one in enumerate(dimensions)},
            [_value_out(row[width + place], form, one) for place, one in enumerate(measures)],
        )
        for row in unit.conn.execute(statement)
    ]


def _plain(most: int) -> ColumnElement[int]:
    """Return a limit that stands in the statement: PostgreSQL would take an unknown one for a tenth of all groups."""
    return bindparam("most", most, Integer, literal_execute=True)


def measured(unit: ReadUnit, form: FormVersion, one: Measure, clauses: Sequence[ColumnElement[bool]]) -> Any:
    """Return one measure over the records that meet `clauses`, as the API shows it. Raises BadAggregate."""
    found = unit.conn.scalar(select(_measure(plan_of(form), form, one)).where(*clauses))
    return _value_out(found, form, one)


def _key(
    plan: Plan, form: FormVersion, one: Dimension, dialect: str, zone: ZoneInfo, now: datetime | None
) -> ColumnElement[Any]:
    column = plan.columns.get(one.field)
    if column is None:
        raise _fault("group_by", f"不能按“{one.field[:40]}”分组", f"Can't group by '{one.field[:40]}'")
    kind = _kind(form, one.field)
    if one.bucket is None:
        return column
    if kind not in {"date", "datetime"}:
        raise _fault("group_by", "只有日期可以按周期分组", "Only dates have buckets")
    return _bucket(column, one.bucket, kind, dialect, zone, now)


def _bucket(
    column: ColumnElement[Any], bucket: str, kind: str, dialect: str, zone: ZoneInfo, now: datetime | None
) -> ColumnElement[str]:
    if dialect == "postgresql":
        local = func.timezone(zone.key, column) if kind == "datetime" else cast(column, DateTime)
        return func.to_char(func.date_trunc(bucket, local), "YYYY-MM-DD")
    plain = type_coerce(column, Text)
    modifiers: list[Any] = [_wall_clock(column, zone, now)] if kind == "datetime" else []
    if bucket == "week":
        modifiers += ["weekday 0", "-6 days"]
    elif bucket in {"month", "year"}:
        modifiers.append(f"start of {bucket}")
    elif bucket == "quarter":
        month = cast(func.strftime("%m", plain, *modifiers), Integer)
        first = case((month <= 3, "01"), (month <= 6, "04"), (month <= 9, "07"), else_="10")
        return func.strftime("%Y-", plain, *modifiers) + first + "-01"
    return func.strftime("%Y-%m-%d", plain, *modifiers)


def _wall_clock(column: ColumnElement[Any], zone: ZoneInfo, now: datetime | None) -> ColumnElement[str]:
    """Return SQLite's modifier that turns a moment into the time on the wall; the pieces nearest to now come first."""
    near = now or datetime.now(UTC)
    ordered = sorted(pieces(zone.key), key=lambda one: _distance(one, near))
    if len(ordered) == 1:
        return literal(_seconds(ordered[0]))
    return case(*((_within(column, one), literal(_seconds(one))) for one in ordered[:-1]), else_=_seconds(ordered[-1]))


def _distance(piece: Piece, moment: datetime) -> timedelta:
    if piece.ends_at is not None and piece.ends_at <= moment:
        return moment - piece.ends_at
    if piece.begins_at is not None and piece.begins_at > moment:
        return piece.begins_at - moment
    return timedelta(seconds=-1)


def _within(column: ColumnElement[Any], piece: Piece) -> ColumnElement[bool]:
    begins = column >= piece.begins_at if piece.begins_at is not None else true()
    return and_(begins, column < piece.ends_at if piece.ends_at is not None else true())


def _seconds(piece: Piece) -> str:
    return f"{piece.offset_s:+d} seconds"


def _measure(plan: Plan, form: FormVersion, one: Measure) -> ColumnElement[Any]:
    if one.op not in OPS:
        raise _fault("measures", f"没有汇总方式“{one.op[:20]}”", f"Unknown operation '{one.op[:20]}'")
    if one.op == "count" and one.field is None:
        return func.count()
    column = plan.columns.get(one.field or "")
    if column is None:
        raise _fault("measures", "请选择要汇总的字段", "Name the field to compute over")
    if one.op == "count":
        return func.count(column)
    if one.op == "distinct":
        return func.count(column.distinct())
    kind = _kind(form, one.field or "")
    if one.op in {"sum", "avg"} and kind != "number":
        raise _fault("measures", "只有数字可以求和或平均", "Only numbers have sums and averages")
    if kind in SETS or kind in {"files", "object", "boolean"}:
        raise _fault("measures", "这种字段没有最大最小值", "This type has no minimum or maximum")
    if kind == "number":
        column = type_coerce(column, BigInteger)
    operations: dict[str, Callable[[Any], ColumnElement[Any]]] = {
        "sum": func.sum, "avg": func.avg, "min": func.min, "max": func.max,
    }  # fmt: skip
    return operations[one.op](column)


def _key_out(value: Any, form: FormVersion, one: Dimension) -> Any:
    if value is None or one.bucket is not None:
        return value
    if one.field in form.by_id:
        item = form.field(one.field)
        return item.type.dump(item.type.from_column(value, item.cfg), item.cfg)
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def _value_out(value: Any, form: FormVersion, one: Measure) -> Any:
    if value is None or one.op in {"count", "distinct"}:
        return value
    if _kind(form, one.field or "") != "number":
        return value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else value
    exact = Decimal(str(value)).scaleb(-_scale(form, one.field or ""))
    if one.op == "avg":
        exact = round(exact, _scale(form, one.field or "") + 4).normalize()
    return format(exact, "f")


def _scale(form: FormVersion, field_id: str) -> int:
    return form.field(field_id).column_spec.scale if field_id in form.by_id else 0


_RESERVED_KINDS = {
    "id": "text", "rev": "number", "created_at": "datetime", "created_by": "user", "updated_at": "datetime",
    "updated_by": "user",
}  # fmt: skip


def _kind(form: FormVersion, field_id: str) -> str | None:
    if field_id in form.by_id:
        return form.field(field_id).kind
    return _RESERVED_KINDS.get(field_id)


def _fault(where: str, chinese: str, english: str) -> BadAggregate:
    return BadAggregate(findings=[Finding("bad_aggregate", {"zh-CN": chinese, "en": english}, field=where)])
