"""A transition of a blueprint was taken."""

from marshmallow import Schema, fields
from marshmallow.validate import Length

from formloom.workflows.engine.context import Occasion
from formloom.workflows.triggers.base import Settings, Trigger


def _states() -> "fields.List[str]":
    return fields.List(fields.String(validate=Length(1, 100)), load_default=list, validate=Length(max=60))


class RecordTransitioned(Trigger):
    """A record took a transition, by whomever: a person or the clock.

    Without `blueprint` that of any blueprint of the form counts, without `transitions` any of them, whatever state it
    led from and to unless `from` and `to` name some. A state that was
    put right, or set by a rule, is no transition; `record_updated` with `changes` hears of those too.
    """

    id = "record_transitioned"
    label = {"zh-CN": "状态流转后", "en": "A transition is taken"}
    sentence = {"zh-CN": "{form}的状态流转", "en": "A transition of {form} is taken"}
    icon = "branch"
    settings = Schema.from_dict(
        {
            "blueprint": fields.String(load_default=None, allow_none=True, validate=Length(max=40)),
            "transitions": fields.List(
                fields.String(validate=Length(max=40)), load_default=list, validate=Length(max=50)
            ),
            "from": _states(),
            "to": _states(),
        },
        name="RecordTransitioned",
    )()  # fmt: skip

    def accepts(self, cfg: Settings, occasion: Occasion) -> bool:
        told = occasion.transition
        if not told.get("key"):
            return False
        if cfg.get("blueprint") and told.get("blueprint") != cfg["blueprint"]:
            return False
        named = {"transitions": told["key"], "from": told.get("from"), "to": told.get("to")}
        return all(not cfg.get(setting) or was in cfg[setting] for setting, was in named.items())
