"""A button on the record, and on the public page where it opens an address."""

from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.fields.base import CleanContext, ColumnSpec, FieldType, Settings, WidgetSpec
from formloom.platform.definitions.fields.settings import named

DOES = ("address", "flow")


class Press(Schema):
    """What pressing it does."""

    does = fields.String(
        load_default="address", validate=validate.OneOf(DOES), metadata=named("点击后", "When pressed")
    )
    url = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=1_000),
        metadata=named("网址（可写 {字段标识}）", "Address (with {field id})"),
    )  # fmt: skip
    flow = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=60),
        metadata=named("启动的流程（标识）", "Flow to start (its key)"),
    )  # fmt: skip


class Button(FieldType[None]):
    """Starts a flow from the record, or opens an address with values in it; no value of its own."""

    id = "button"
    label = {"zh-CN": "按钮", "en": "Button"}
    help = {"zh-CN": "启动流程，或打开带有字段值的网址", "en": "Starts a flow, or opens an address with values in it"}
    group = "layout"
    icon = "bolt"
    keywords = ("button", "link", "action", "按钮", "anniu", "an", "链接", "动作")
    value_kind = None
    settings = Press
    is_stored = False
    is_pressed = True

    def column(self, cfg: Settings) -> ColumnSpec:
        raise NotImplementedError("a button has no value")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> None:  # noqa: ARG002 - the signature is the base's
        return None

    def button(self, cfg: Settings) -> dict[str, str] | None:
        if cfg["does"] == "flow":
            return {"flow": cfg["flow"]} if cfg["flow"] else None
        return {"url": cfg["url"]} if cfg["url"] else None

    def widget(self, cfg: Settings) -> WidgetSpec:
        return WidgetSpec("button" if cfg["does"] == "address" and cfg["url"] else "none")
