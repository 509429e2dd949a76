"""A record of another form."""

from typing import Any

from marshmallow import fields, validate

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
from formloom.platform.definitions.fields.linking import MOST_FILLED, Fill, Leading, Linking
from formloom.platform.definitions.fields.settings import named


class LinkSettings(Linking):
    """Which record may be chosen, and what is copied out of it."""

    fill = fields.List(
        fields.Nested(Fill), load_default=list, validate=validate.Length(max=MOST_FILLED),
        metadata=named("选择后填充", "Fill in when chosen") | {"control": "fill"},
    )  # fmt: skip


class Link(Leading, FieldType[str]):
    """One record of another form of the app, by id."""

    id = "link"
    label = {"zh-CN": "关联记录", "en": "Link to a record"}
    help = {"zh-CN": "选择另一张表单里的一条记录，并带出它的数据", "en": "A record of another form, with its data"}
    group = "advanced"
    icon = "link"
    keywords = (
        "link",
        "relation",
        "reference",
        "record",
        "关联",
        "guanlian",
        "gljl",
        "关联记录",
        "关联数据",
        "选择数据",
    )
    value_kind = "record"
    who = "record"
    settings = LinkSettings
    examples = (Example("nothing", error="no_such_record"), Example(7, error="no_such_record"))

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("text")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> str | None:
        if not isinstance(raw, str) or len(raw) > 40 or raw not in ctx.records(cfg.get("field_id", ""), [raw]):
            raise ValueInvalid("no_such_record", messages.NO_SUCH_RECORD)
        return raw

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("link")
