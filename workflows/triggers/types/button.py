"""Somebody pressed a button on the record."""

from marshmallow import Schema, fields

from formloom.workflows.engine.context import Occasion
from formloom.workflows.triggers.base import Settings, Trigger


class Button(Trigger):
    """A button in the record panel; whoever may change the record may press it."""

    id = "button"
    label = {"zh-CN": "点击按钮时", "en": "A button is pressed"}
    sentence = {"zh-CN": "在{form}上点击“{label}”", "en": "“{label}” is pressed on {form}"}
    icon = "zap"
    settings = Schema.from_dict({"label": fields.Dict(keys=fields.String(), values=fields.String())}, name="Button")()

    def accepts(self, cfg: Settings, occasion: Occasion) -> bool:  # noqa: ARG002 - the occasion names the flow
        return occasion.kind == "flow.button"
