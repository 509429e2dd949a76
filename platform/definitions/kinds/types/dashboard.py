"""A dashboard."""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.conditions.tree import RESERVED, fields_of
from formloom.platform.definitions.fields.settings import L10n
from formloom.platform.definitions.kinds import shapes
from formloom.platform.definitions.kinds.base import (
    DefinitionKind,
    Document,
    Usage,
    World,
    check_condition,
    check_fields,
    check_form,
    unknown,
    value_kinds,
)
from formloom.platform.kernel.errors import Finding

WIDGETS = ("number", "bar", "line", "pie", "donut", "funnel", "table", "metric")
BUCKETS = ("day", "week", "month", "quarter", "year")
OPS = ("count", "sum", "avg", "min", "max", "distinct")


class Dimension(Schema):
    """What is grouped by."""

    field = shapes.key(required=True)
    bucket = fields.String(validate=validate.OneOf(BUCKETS), allow_none=True)


class Measure(Schema):
    """What is counted or summed."""

    op = fields.String(required=True, validate=validate.OneOf(OPS))
    field = shapes.key(allow_none=True)


class Widget(Schema):
    """One tile."""

    id = fields.String(required=True, validate=validate.Length(1, 40))
    type = fields.String(required=True, validate=validate.OneOf(WIDGETS))
    title = L10n(required=True)
    form = shapes.key(required=True)
    group_by = fields.List(fields.Nested(Dimension), load_default=list, validate=validate.Length(max=2))
    measures = fields.List(fields.Nested(Measure), load_default=list, validate=validate.Length(max=5))
    metric = fields.String(validate=validate.Length(max=40), allow_none=True)
    field = shapes.key(allow_none=True)
    filter = shapes.condition(load_default=dict)
    columns = shapes.keys(load_default=list)
    sort = fields.List(fields.String(validate=validate.Length(max=41)), load_default=list)
    limit = fields.Integer(validate=validate.Range(1, 200), allow_none=True)
    order = shapes.keys(load_default=list)
    goal = fields.Float(allow_none=True)
    unit = L10n(allow_none=True)
    x = fields.Integer(load_default=0, validate=validate.Range(0, 11))
    y = fields.Integer(load_default=0, validate=validate.Range(0, 1000))
    w = fields.Integer(load_default=4, validate=validate.Range(1, 12))
    h = fields.Integer(load_default=4, validate=validate.Range(1, 30))


class GlobalFilter(Schema):
    """A filter over the whole dashboard."""

    field = shapes.key(required=True)
    form = shapes.key(required=True)


class DashboardDocument(shapes.Titled):
    """Tiles on a grid of twelve columns."""

    widgets = fields.List(fields.Nested(Widget), load_default=list, validate=validate.Length(max=60))
    filters = fields.List(fields.Nested(GlobalFilter), load_default=list, validate=validate.Length(max=10))


class Dashboard(DefinitionKind):
    """Figures over the records of an app."""

    id = "dashboard"
    label = {"zh-CN": "仪表盘", "en": "Dashboard"}
    schema = DashboardDocument

    def check_meaning(self, document: Document, world: World) -> Iterator[Finding]:
        for place, widget in enumerate(document.get("widgets") or ()):
            path = f"widgets/{place}"
            form = world.form(widget["form"])
            if form is None:
                yield from check_form(world, widget["form"], f"{path}/form")
                continue
            yield from check_fields(form, [(path, name) for name in _named(widget)])
            yield from check_condition(form, widget.get("filter") or {}, f"{path}/filter")
            yield from _check_measures(widget, path, form)
            if widget.get("metric") and world.metrics and widget["metric"] not in world.metrics:
                yield unknown(
                    "unknown_metric",
                    f"{path}/metric",
                    widget["metric"],
                    world.metrics,
                    {"zh-CN": "指标", "en": "metric"},
                )

        for place, one in enumerate(document.get("filters") or ()):
            form = world.form(one["form"])
            if form is None:
                yield from check_form(world, one["form"], f"filters/{place}/form")
            else:
                yield from check_fields(form, [(f"filters/{place}/field", one["field"])])

    def references(self, document: Document) -> Iterator[Usage]:
        for place, widget in enumerate(document.get("widgets") or ()):
            yield Usage("form", widget["form"], f"widgets/{place}")
            for name in [*_named(widget), *sorted(fields_of(widget.get("filter")))]:
                yield Usage("form", widget["form"], f"widgets/{place}", name)
        for place, one in enumerate(document.get("filters") or ()):
            yield Usage("form", one["form"], f"filters/{place}", one["field"])


def _check_measures(widget: Mapping[str, Any], path: str, form: Document) -> Iterator[Finding]:
    kinds = {**RESERVED, **value_kinds(form)}
    for place, measure in enumerate(widget.get("measures") or ()):
        where, name = f"{path}/measures/{place}", measure.get("field")
        if measure["op"] != "count" and not name:
            yield Finding(
                "required", {"zh-CN": "请选择要统计的字段", "en": "Choose the field to measure"}, f"{where}/field"
            )
        elif measure["op"] in {"sum", "avg"} and name in kinds and kinds[name] != "number":
            words = {"zh-CN": "只有数字可以求和或平均", "en": "Only numbers have sums and averages"}
            yield Finding("not_measurable", words, f"{where}/field")
    for place, dimension in enumerate(widget.get("group_by") or ()):
        if dimension.get("bucket") and kinds.get(dimension["field"], "date") not in {"date", "datetime"}:
            words = {"zh-CN": "只有日期可以按周期分组", "en": "Only dates have buckets"}
            yield Finding("no_buckets", words, f"{path}/group_by/{place}/bucket")


def _named(widget: Mapping[str, Any]) -> list[str]:
    names = [one["field"] for one in widget.get("group_by", ())]
    names += [one["field"] for one in widget.get("measures", ()) if one.get("field")]
    names += [*widget.get("columns", ()), *([widget["field"]] if widget.get("field") else [])]
    return names
