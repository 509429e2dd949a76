"""Records of another form that match what stands in this one, to look at."""

from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.fields.base import CleanContext, ColumnSpec, FieldType, Settings, WidgetSpec
from formloom.platform.definitions.fields.linking import form_key, their_condition, their_fields
from formloom.platform.definitions.fields.settings import named

MOST_LISTED = 50


class QuerySettings(Schema):
    """Which records are shown, and what of them."""

    form = form_key()
    filter = their_condition("显示满足条件的记录", "Records that meet")
    show = their_fields("显示的字段", "Fields that are shown")
    limit = fields.Integer(
        load_default=10, validate=validate.Range(1, MOST_LISTED), metadata=named("最多几条", "At most")
    )


class Query(FieldType[None]):
    """A live list of another form's records, newest first; nothing of it is stored."""

    id = "query"
    label = {"zh-CN": "关联查询", "en": "Query"}
    help = {"zh-CN": "实时列出另一张表单中符合条件的记录", "en": "Lists records of another form that match, live"}
    group = "advanced"
    icon = "query"
    keywords = ("query", "related", "list", "panel", "关联查询", "guanlian", "glcx", "查询", "chaxun", "明细")
    value_kind = None
    is_stored = False
    lists_matches = True
    for_members_only = True
    can_be_column = False
    settings = QuerySettings

    def column(self, cfg: Settings) -> ColumnSpec:
        raise NotImplementedError("a query has no value")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> None:  # noqa: ARG002 - the signature is the base's
        return None

    def target(self, cfg: Settings) -> str | None:
        found: str | None = cfg.get("form")
        return found

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("none")
