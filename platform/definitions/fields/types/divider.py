"""A line between fields."""

from typing import Any

from formloom.platform.definitions.fields.base import CleanContext, ColumnSpec, FieldType, Settings, WidgetSpec
from formloom.platform.definitions.fields.settings import Plain


class Divider(FieldType[None]):
    """A line, perhaps with a word on it; no value, and unlike a section it holds nothing."""

    id = "divider"
    label = {"zh-CN": "分割线", "en": "Divider"}
    help = {"zh-CN": "在字段之间画一条线", "en": "A line between fields"}
    group = "layout"
    icon = "divider"
    keywords = ("divider", "line", "rule", "分割线", "fengexian", "fgx", "横线")
    value_kind = None
    needs_label = False
    settings = Plain
    is_stored = False

    def column(self, cfg: Settings) -> ColumnSpec:
        raise NotImplementedError("a divider has no value")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> None:  # noqa: ARG002 - the signature is the base's
        return None

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("divider")
