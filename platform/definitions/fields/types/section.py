"""A section."""

from typing import Any

from marshmallow import Schema, fields

from formloom.platform.definitions.fields.base import CleanContext, ColumnSpec, FieldType, Settings, WidgetSpec
from formloom.platform.definitions.fields.settings import named


class Folding(Schema):
    """Whether it is closed at first."""

    collapsed = fields.Boolean(load_default=False, metadata=named("默认收起", "Collapsed at first"))
    shuffle = fields.Boolean(load_default=False, metadata=named("题目随机排列", "Questions in random order"))


class Section(FieldType[None]):
    """A heading over the fields below it, up to the next section; hiding it hides them."""

    id = "section"
    label = {"zh-CN": "分组", "en": "Section"}
    help = {"zh-CN": "把相关字段放在一个标题下", "en": "A heading over related fields"}
    group = "layout"
    icon = "section"
    keywords = ("section", "group", "heading", "分组", "fenzu", "fz", "标题")
    value_kind = None
    settings = Folding
    is_stored = False
    opens_section = True

    def column(self, cfg: Settings) -> ColumnSpec:
        raise NotImplementedError("a section has no value")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> None:  # noqa: ARG002 - the signature is the base's
        return None

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("section")
