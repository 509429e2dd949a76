"""An explanation between fields."""

from typing import Any

from marshmallow import Schema

from formloom.platform.definitions.fields.base import CleanContext, ColumnSpec, FieldType, Settings, WidgetSpec
from formloom.platform.definitions.fields.settings import L10n, named


class Words(Schema):
    """What it says."""

    text = L10n(max_length=5000, load_default=dict, metadata=named("内容", "Text"))


class Note(FieldType[None]):
    """Words for the respondent; no value."""

    id = "note"
    label = {"zh-CN": "说明文字", "en": "Note"}
    help = {"zh-CN": "给填写人的提示", "en": "Words for the respondent"}
    group = "layout"
    icon = "note"
    keywords = ("note", "text", "description", "说明", "shuoming", "sm", "smwz", "提示")
    needs_label = False
    value_kind = None
    settings = Words
    is_stored = False

    def column(self, cfg: Settings) -> ColumnSpec:
        raise NotImplementedError("a note has no value")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> None:  # noqa: ARG002 - the signature is the base's
        return None

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("note")
