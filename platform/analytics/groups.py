"""Rows of a chart: complete, in a sensible order, each with the condition that opens its records."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from formloom.platform.analytics.widgets import Viewing, Widget
from formloom.platform.definitions.conditions.operators import SETS
from formloom.platform.definitions.fields.base import Who
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.records.queries.groups import Dimension, GroupRow, Measure

MAX_FILLED = 400


def arranged(
    form: FormVersion, rows: Sequence[GroupRow], dimensions: Sequence[Dimension], measures: Sequence[Measure],
    widget: Widget, viewing: Viewing,
) -> list[GroupRow]:  # fmt: skip
    """Return the rows of a chart: several choices counted one by one, no day left out, sorted, cut to the limit."""
    found = list(rows)
    if len(dimensions) == 1:
        found = _each_choice(form, found, dimensions[0], measures)
        if dimensions[0].bucket:
            found = list(_filled(found, dimensions[0], measures, _today(viewing)))
    found = _sorted(form, found, dimensions, measures, widget)
    return found[: widget["limit"]] if widget.get("limit") else found


def drill(form: FormVersion, row: GroupRow, dimensions: Sequence[Dimension], zone: ZoneInfo) -> JSONObject:
    """Return the condition that exactly the records of this row meet, apart from the widget's own filter."""
    parts = [_meets(form, one, row.group.get(one.field), zone) for one in dimensions]
    return {} if not parts else parts[0] if len(parts) == 1 else {"all": parts}


def amount(value: Any) -> Decimal:
    """Return a measure as a number to sort and add by."""
    return Decimal(str(value)) if isinstance(value, (int, Decimal)) or _is_number(value) else Decimal()


def kind_of(form: FormVersion, field_id: str) -> str | None:
    """Return the value kind of a field, of the reserved ones too."""
    if field_id in form.by_id:
        return form.field(field_id).kind
    return "datetime" if field_id.endswith("_at") else "user" if field_id.endswith("_by") else "text"


def who_of(form: FormVersion, field_id: str) -> Who | None:
    """Return whom the ids in a field name, the reserved ones too."""
    if field_id in form.by_id:
        return form.field(field_id).type.who
    return "user" if field_id.endswith("_by") else None


def _each_choice(
    form: FormVersion, rows: list[GroupRow], one: Dimension, measures: Sequence[Measure]
) -> list[GroupRow]:
    """Count a record with several choices once under each of them, where counts and sums are asked for."""
    if kind_of(form, one.field) not in SETS or any(measure.op not in {"count", "sum"} for measure in measures):
        return rows
    totals: dict[str | None, list[Any]] = {}
    for row in rows:
        for choice in row.group.get(one.field) or [None]:
            so_far = totals.get(choice)
            totals[choice] = list(row.measures) if so_far is None else [
                _added(left, right) for left, right in zip(so_far, row.measures, strict=True)
            ]  # fmt: skip
    return [GroupRow({one.field: choice}, values) for choice, values in totals.items()]


def _added(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        return left + right
    return left if right is None else right if left is None else format(amount(left) + amount(right), "f")


def _filled(rows: list[GroupRow], one: Dimension, measures: Sequence[Measure], today: date) -> Iterator[GroupRow]:
    """Yield a row for each period from the first to the last one or today, zero where nothing was."""
    dated = {row.group[one.field]: row for row in rows if row.group.get(one.field)}
    if not dated:
        yield from rows
        return
    nothing = [0 if measure.op in {"count", "distinct"} else None for measure in measures]
    at = date.fromisoformat(min(dated))
    last = max(date.fromisoformat(max(dated)), _period_start(today, str(one.bucket)))
    number = 0
    while at <= last and number < MAX_FILLED:
        yield dated.get(at.isoformat()) or GroupRow({one.field: at.isoformat()}, list(nothing))
        at = _next_period(at, str(one.bucket))
        number += 1
    yield from (row for row in rows if not row.group.get(one.field))


def _sorted(
    form: FormVersion, rows: list[GroupRow], dimensions: Sequence[Dimension], measures: Sequence[Measure],
    widget: Widget,
) -> list[GroupRow]:  # fmt: skip
    asked = next(iter(widget.get("sort") or ()), None)
    if asked:
        name, descending = asked.removeprefix("-"), asked.startswith("-")
        place = next((at for at, one in enumerate(measures) if one.op == name), None)
        if place is not None:
            return sorted(rows, key=lambda row: amount(row.measures[place]), reverse=descending)
    if not dimensions:
        return rows
    order = _option_order(form, dimensions[0].field)
    if order is None:
        return rows
    return sorted(rows, key=lambda row: order.get(row.group.get(dimensions[0].field), len(order)))


def _option_order(form: FormVersion, field_id: str) -> dict[Any, int] | None:
    if field_id not in form.by_id:
        return None
    options = form.field(field_id).cfg.get("options")
    return {option["value"]: place for place, option in enumerate(options)} if options else None


def _meets(form: FormVersion, one: Dimension, value: Any, zone: ZoneInfo) -> JSONObject:
    if value is None or value == []:
        return {"field": one.field, "op": "empty"}
    kind = kind_of(form, one.field)
    if one.bucket:
        return _within(one, date.fromisoformat(str(value)), kind, zone)
    if kind in SETS and isinstance(value, str):
        return {"field": one.field, "op": "contains", "value": value}
    return {"field": one.field, "op": "eq", "value": value}


def _within(one: Dimension, start: date, kind: str | None, zone: ZoneInfo) -> JSONObject:
    end = _next_period(start, str(one.bucket))
    if kind == "date":
        last = (end - timedelta(days=1)).isoformat()
        return {"field": one.field, "op": "between", "value": [start.isoformat(), last]}
    return {
        "all": [
            {"field": one.field, "op": "gte", "value": _midnight(start, zone)},
            {"field": one.field, "op": "lt", "value": _midnight(end, zone)},
        ]
    }


def _midnight(day: date, zone: ZoneInfo) -> str:
    return datetime.combine(day, time(), zone).astimezone(UTC).isoformat().replace("+00:00", "Z")


def _period_start(day: date, bucket: str) -> date:
    starts = {
        "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1),
        "quarter": day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1), "year": day.replace(month=1, day=1),
    }  # fmt: skip
    return starts.get(bucket, day)


def _next_period(day: date, bucket: str) -> date:
    if bucket in {"day", "week"}:
        return day + timedelta(days=7 if bucket == "week" else 1)
    months = {"month": 1, "quarter": 3, "year": 12}[bucket]
    place = day.month - 1 + months
    return date(day.year + place // 12, place % 12 + 1, 1)


def _today(viewing: Viewing) -> date:
    return viewing.now.astimezone(viewing.zone).date()


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and value.lstrip("-").replace(".", "", 1).isdecimal()
