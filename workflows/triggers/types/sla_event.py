"""A clock of a service level came to a point."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range

from formloom.workflows.engine.context import Occasion
from formloom.workflows.triggers.base import Settings, Trigger

EVENTS = ("warn", "breach", "ladder", "met", "missed", "paused", "resumed", "reopened")


class SlaEvent(Trigger):
    """Time runs short or is over, a step of the ladder after that, or a clock stops, rests or goes on.

    Without `policy` any policy of the form counts, without `metric` any clock, without `step` any warning or step
    (counted from 1). `met` is stopped in time, `missed` stopped too late.
    """

    id = "sla_event"
    label = {"zh-CN": "SLA 计时变化时", "en": "An SLA clock gets somewhere"}
    sentence = {"zh-CN": "{form}的 SLA：{event}", "en": "SLA of {form}: {event}"}
    icon = "clock"
    settings = Schema.from_dict(
        {
            "event": fields.String(required=True, validate=OneOf(EVENTS)),
            "policy": fields.String(load_default=None, allow_none=True, validate=Length(max=40)),
            "metric": fields.String(load_default=None, allow_none=True, validate=Length(max=40)),
            "step": fields.Integer(load_default=None, allow_none=True, validate=Range(1, 10)),
        },
        name="SlaEvent",
    )()

    def accepts(self, cfg: Settings, occasion: Occasion) -> bool:
        told = occasion.payload.get("sla")
        if occasion.kind != "flow.sla_event" or not isinstance(told, dict):
            return False
        wanted = {name: cfg[name] for name in ("event", "policy", "metric", "step") if cfg.get(name) is not None}
        return all(told.get(name) == value for name, value in wanted.items())
