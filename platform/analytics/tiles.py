"""One function per type of tile: asks its question at once, answers when names are known."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from formloom.platform.analytics.groups import amount, arranged, drill, kind_of
from formloom.platform.analytics.labels import Labels
from formloom.platform.analytics.metrics.base import Figure, Metric, OutcomeMetric, ScoreMetric, shown
from formloom.platform.analytics.metrics.registry import METRICS
from formloom.platform.analytics.widgets import Figures, Result, Viewing, Widget, both, dimensions_of, measures_of
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import Invalid
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.kernel.text import resolve
from formloom.platform.records.queries.groups import Dimension, GroupRow, Measure
from formloom.platform.records.record import Record

TABLE_LIMIT = 20


class WidgetIncomplete(Invalid):
    """A widget lacks what its type needs."""

    code = "widget_incomplete"
    message = {"zh-CN": "图表还没有设置完整", "en": "This chart is not set up completely"}


@dataclass(slots=True)
class Asked:
    """A question that was asked; `answer` says it in words once names are known."""

    answer_with: Callable[[Labels], Result]
    facts: dict[str, Any] = field(default_factory=dict)

    def answer(self, labels: Labels) -> Result:
        """Return the tile's figures."""
        return {**self.facts, **self.answer_with(labels)}


Tile = Callable[[Widget, FormVersion, JSONObject, Figures, Labels, Viewing], Asked]


def _number(
    widget: Widget, form: FormVersion, condition: JSONObject, figures: Figures, _labels: Labels, _viewing: Viewing
) -> Asked:
    measures = [*measures_of(widget)[:1], Measure("count")]
    row = figures.aggregate(form, [], measures, condition)[0]
    value, n = row.measures
    return Asked(lambda _names: {"value": value, "n": n, "measure": _measure(form, measures[0], _names.locale)})


def _chart(
    widget: Widget, form: FormVersion, condition: JSONObject, figures: Figures, labels: Labels, viewing: Viewing
) -> Asked:
    dimensions, measures = dimensions_of(widget), measures_of(widget)
    if not dimensions:
        raise WidgetIncomplete
    found = figures.aggregate(form, dimensions, measures, condition)
    rows = arranged(form, found, dimensions, measures, widget, viewing)
    _mention(labels, form, rows, dimensions)
    return Asked(
        lambda names: {
            "rows": [_row(form, row, dimensions, condition, names, viewing) for row in rows],
            "measures": [_measure(form, one, names.locale) for one in measures],
        }
    )


def _funnel(
    widget: Widget, form: FormVersion, condition: JSONObject, figures: Figures, labels: Labels, viewing: Viewing
) -> Asked:
    """A record that stands at a step has come through the steps before it: `reached` counts from the end."""
    dimensions, measures = dimensions_of(widget)[:1], measures_of(widget)
    if not dimensions:
        raise WidgetIncomplete
    by_step = {row.group[dimensions[0].field]: row for row in figures.aggregate(form, dimensions, measures, condition)}
    steps = list(widget.get("order") or [name for name in by_step if name is not None])
    rows = [
        by_step.get(step)
        or GroupRow({dimensions[0].field: step}, [0 if one.op == "count" else None for one in measures])
        for step in steps
    ]
    _mention(labels, form, rows, dimensions)

    def answer(names: Labels) -> Result:
        reached = _from_the_end([amount(row.measures[0]) for row in rows])
        answered = []
        for place, row in enumerate(rows):
            one = _row(form, row, dimensions, condition, names, viewing)
            before = reached[place - 1] if place else Decimal()
            one["reached"] = shown(reached[place], 2)
            one["step_percent"] = shown(100 * reached[place] / before, 1) if before else None
            answered.append(one)
        return {"rows": answered, "measures": [_measure(form, one, names.locale) for one in measures]}

    return Asked(answer)


def _table(
    widget: Widget, form: FormVersion, condition: JSONObject, figures: Figures, labels: Labels, _viewing: Viewing
) -> Asked:
    readable = figures.readable(form)
    columns = [name for name in widget.get("columns") or () if name in readable or name not in form.by_id]
    records = figures.records(form, condition, widget.get("sort") or (), widget.get("limit") or TABLE_LIMIT)
    for record in records:
        for name in columns:
            labels.mention(form, name, _cell(record, name))
    return Asked(
        lambda names: {
            "columns": [{"field": name, "label": _label(form, name, names.locale)} for name in columns],
            "records": [_record(form, record, columns, names) for record in records],
        }
    )


def _metric(
    widget: Widget, form: FormVersion, condition: JSONObject, figures: Figures, labels: Labels, viewing: Viewing
) -> Asked:
    metric, name = METRICS.get(str(widget.get("metric"))), widget.get("field")
    if not name:
        raise WidgetIncomplete
    dimensions = dimensions_of(widget)[:1]
    counted = figures.aggregate(form, [*dimensions, Dimension(name)], [Measure("count")], condition)
    groups: dict[Any, dict[Any, int]] = {}
    for row in counted:
        key = row.group[dimensions[0].field] if dimensions else None
        groups.setdefault(key, {})[row.group[name]] = row.measures[0]
    if not dimensions:
        figure = _figure(metric, form, name, groups.get(None, {}))
        return Asked(lambda names: {**_figure_shown(metric, figure), "metric": _metric_shown(metric, names.locale)})
    keys = arranged(form, [GroupRow({dimensions[0].field: key}, []) for key in groups], dimensions, [], {}, viewing)
    _mention(labels, form, keys, dimensions)

    def answer(names: Labels) -> Result:
        rows = []
        for row in keys:
            figure = _figure(metric, form, name, groups.get(row.group[dimensions[0].field], {}))
            rows.append({**_row(form, row, dimensions, condition, names, viewing), **_figure_shown(metric, figure)})
        return {"rows": rows, "metric": _metric_shown(metric, names.locale)}

    return Asked(answer)


TILES: Mapping[str, Tile] = {
    "number": _number, "bar": _chart, "line": _chart, "pie": _chart, "donut": _chart, "funnel": _funnel,
    "table": _table, "metric": _metric,
}  # fmt: skip


def _figure(metric: Metric, form: FormVersion, name: str, counts: Mapping[Any, int]) -> Figure:
    if isinstance(metric, OutcomeMetric):
        outcomes: dict[str, int] = {}
        for value, number in counts.items():
            outcome = _outcome(form, name, value)
            outcomes[outcome] = outcomes.get(outcome, 0) + number
        return metric.of(outcomes)
    if not isinstance(metric, ScoreMetric) or kind_of(form, name) != "number":
        raise WidgetIncomplete
    return metric.of({Decimal(str(value)): number for value, number in counts.items() if value is not None})


def _outcome(form: FormVersion, name: str, value: Any) -> str:
    if kind_of(form, name) == "boolean":
        return "done" if value is True else "open"
    options = form.field(name).cfg.get("options") or ()
    category = next((option.get("category") for option in options if option["value"] == value), None)
    return {"done": "done", "open": "open"}.get(str(category), "excluded")


def _figure_shown(metric: Metric, figure: Figure) -> Result:
    return {
        "value": shown(figure.value, metric.decimals), "n": figure.n, "margin": shown(figure.margin, 1),
        "flag": figure.flag, "parts": dict(figure.parts),
    }  # fmt: skip


def _metric_shown(metric: Metric, locale: str) -> Result:
    return {
        "id": metric.id, "label": resolve(metric.label, locale), "help": resolve(metric.help, locale),
        "unit": metric.unit, "lowest": metric.lowest, "highest": metric.highest,
    }  # fmt: skip


def _row(
    form: FormVersion, row: GroupRow, dimensions: Sequence[Dimension], condition: JSONObject, names: Labels,
    viewing: Viewing,
) -> Result:  # fmt: skip
    labels = [names.of_group(form, one.field, row.group.get(one.field), bucket=one.bucket) for one in dimensions]
    return {
        "group": row.group, "label": " · ".join(labels), "labels": labels, "measures": row.measures,
        "color": _colour(form, dimensions[0].field, row),
        "drill": both(condition, drill(form, row, dimensions, viewing.zone)),
    }  # fmt: skip


def _record(form: FormVersion, record: Record, columns: Sequence[str], names: Labels) -> Result:
    dumped = form.dump(record.values)
    return {
        "id": record.id,
        "values": {name: dumped[name] if name in dumped else _plain(_cell(record, name)) for name in columns},
        "shown": {name: names.of_value(form, name, _cell(record, name)) for name in columns if name in form.by_id},
    }


def _cell(record: Record, name: str) -> Any:
    return getattr(record, name) if name in {"id", "rev", "created_at", "created_by", "updated_at", "updated_by"} else (
        record.values.get(name)
    )  # fmt: skip


def _plain(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else value


def _mention(labels: Labels, form: FormVersion, rows: Sequence[GroupRow], dimensions: Sequence[Dimension]) -> None:
    for row in rows:
        for one in dimensions:
            labels.mention(form, one.field, row.group.get(one.field))


def _from_the_end(counts: list[Decimal]) -> list[Decimal]:
    reached, so_far = [], Decimal()
    for number in reversed(counts):
        so_far += number
        reached.append(so_far)
    return reached[::-1]


def _colour(form: FormVersion, field_id: str, row: GroupRow) -> str | None:
    if field_id not in form.by_id:
        return None
    options = form.field(field_id).cfg.get("options") or ()
    return next((option.get("color") for option in options if option["value"] == row.group.get(field_id)), None)


_RESERVED_LABELS = {
    "id": {"zh-CN": "编号", "en": "Id"}, "rev": {"zh-CN": "修订", "en": "Revision"},
    "created_at": {"zh-CN": "创建时间", "en": "Created"}, "created_by": {"zh-CN": "创建人", "en": "Created by"},
    "updated_at": {"zh-CN": "更新时间", "en": "Updated"}, "updated_by": {"zh-CN": "更新人", "en": "Updated by"},
}  # fmt: skip
_OPS = {
    "count": {"zh-CN": "数量", "en": "Count"}, "sum": {"zh-CN": "合计", "en": "Sum"},
    "avg": {"zh-CN": "平均", "en": "Average"}, "min": {"zh-CN": "最小", "en": "Minimum"},
    "max": {"zh-CN": "最大", "en": "Maximum"}, "distinct": {"zh-CN": "去重数", "en": "Distinct"},
}  # fmt: skip


def _label(form: FormVersion, name: str, locale: str) -> str:
    return form.label(name, locale) if name in form.by_id else resolve(_RESERVED_LABELS.get(name), locale)


def _measure(form: FormVersion, one: Measure, locale: str) -> Result:
    said = resolve(_OPS[one.op], locale)
    found: Result = {"op": one.op, "field": one.field, "label": said}
    if one.field and one.op != "count":
        found["label"] = f"{_label(form, one.field, locale)} · {said}"
    if one.field and one.field in form.by_id:
        found["currency"] = form.field(one.field).cfg.get("currency")
    return found
