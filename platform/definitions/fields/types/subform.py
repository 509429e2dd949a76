"""Rows of their own columns inside a record."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import (
    CleanContext,
    ColumnSpec,
    Example,
    FieldType,
    Settings,
    ValueInvalid,
    WidgetSpec,
)
from formloom.platform.definitions.fields.rows import MAX_ROWS, Row, clean_rows
from formloom.platform.definitions.fields.settings import L10n, named
from formloom.platform.kernel.jsontypes import JSONValue

MAX_COLUMNS = 60
TOTALS = ("sum", "avg", "min", "max", "count")
Value = list[Row] | int
"""The rows, or only how many there are where nobody asked for them."""


class Table(Schema):
    """The columns, how many rows there may be, and what stands below them."""

    columns = fields.List(
        fields.Dict(keys=fields.String()), load_default=list, validate=validate.Length(max=MAX_COLUMNS),
        metadata=named("列", "Columns") | {"control": "columns"},
    )  # fmt: skip
    min_rows = fields.Integer(
        load_default=0, validate=validate.Range(0, MAX_ROWS), metadata=named("最少行数", "Rows at least")
    )
    max_rows = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(1, MAX_ROWS),
        metadata=named("最多行数", "Rows at most"),
    )  # fmt: skip
    can_add = fields.Boolean(load_default=True, metadata=named("可以添加行", "Rows can be added"))
    can_remove = fields.Boolean(load_default=True, metadata=named("可以删除行", "Rows can be removed"))
    add_label = L10n(
        load_default=None,
        allow_none=True,
        metadata=named("“添加一行”按钮的文字", "Words for adding a row"),
    )
    totals = fields.Dict(
        keys=fields.String(), values=fields.String(validate=validate.OneOf(TOTALS)), load_default=dict,
        validate=validate.Length(max=MAX_COLUMNS), metadata=named("合计", "Totals") | {"control": "none"},
    )  # fmt: skip


class Subform(FieldType[Value]):
    """A list of rows; each is an object of the columns' values by id, and has an `id` that stays.

    The rows live in a table of their own; the form's table keeps how many there are.
    """

    id = "subform"
    label = {"zh-CN": "子表单", "en": "Sub-form"}
    help = {"zh-CN": "一条记录里的多行明细，有自己的列", "en": "Rows inside a record, with columns of their own"}
    group = "advanced"
    icon = "table"
    keywords = ("subform", "rows", "line items", "repeat", "子表单", "zibiaodan", "zbd", "明细", "mingxi", "重复")
    can_be_column = False
    can_name_record = False
    columns_in = "columns"
    value_kind = "object"
    settings = Table
    examples = (Example("x", error="not_a_list"), Example([1], error="not_an_object"))

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("integer")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> Value | None:
        return self.revise(raw, None, cfg, ctx)

    def revise(self, raw: Any, before: Any, cfg: Settings, ctx: CleanContext) -> Value | None:
        if not isinstance(raw, (list, tuple)):
            raise ValueInvalid("not_a_list", messages.LIST_EXPECTED)
        return clean_rows(raw, before if isinstance(before, list) else None, cfg, ctx) or None

    def dump(self, value: Value | None, cfg: Settings) -> JSONValue:
        if value is None or isinstance(value, int):
            return value
        dump = cfg["rows"].dump
        return [{"id": row["id"], **dump(row)} for row in value]

    def revive(self, shown: Any, cfg: Settings) -> Value | None:
        if not isinstance(shown, list):
            return shown  # type: ignore[no-any-return]  # what the column dumped
        return [{"id": row["id"], **_revived(row, cfg)} for row in shown]

    def to_column(self, value: Value | None, cfg: Settings) -> int | None:  # noqa: ARG002 - the signature is the base's
        return len(value) if isinstance(value, list) else value

    def display(self, value: Value | None, cfg: Settings, locale: str) -> str:
        if value is None or isinstance(value, int):
            return "" if value is None else f"{value} 行" if locale == "zh-CN" else f"{value} rows"
        return "\n".join(_line(row, cfg["rows"].stored, locale) for row in value)

    def export_cell(self, value: Value | None, cfg: Settings, locale: str) -> str:
        if value is None or isinstance(value, int):
            return self.display(value, cfg, locale)
        return json.dumps(self.dump(value, cfg), ensure_ascii=False, separators=(",", ":"))

    def parse_cell(self, text: str, cfg: Settings, ctx: CleanContext) -> Value | None:
        if not text.strip():
            return None
        try:
            return self.clean(json.loads(text), cfg, ctx)
        except (ValueError, RecursionError):
            raise ValueInvalid("not_a_list", messages.LIST_EXPECTED) from None

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("subform")


def _revived(row: Mapping[str, Any], cfg: Settings) -> Row:
    return {
        item.id: None if row.get(item.id) is None else item.type.revive(row[item.id], item.cfg)
        for item in cfg["rows"].stored
    }


def _line(row: Mapping[str, Any], columns: Sequence[Any], locale: str) -> str:
    shown = (one.type.display(row.get(one.id), one.cfg, locale) for one in columns)
    return " · ".join(text for text in shown if text) or "—"
