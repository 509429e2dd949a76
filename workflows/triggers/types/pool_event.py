"""A record came into a pool, was taken out of it or went back."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from formloom.workflows.engine.context import Occasion
from formloom.workflows.triggers.base import Settings, Trigger

EVENTS = ("entered", "claimed", "assigned", "transferred", "returned", "recycled")
INTO = frozenset({"entered", "returned", "recycled"})


class PoolEvent(Trigger):
    """Without `pool` any pool of the form counts.

    `entered` is whatever lets a record lie in the pool, also being put back (`returned`) or taken back (`recycled`).
    """

    id = "pool_event"
    label = {"zh-CN": "公海变化时", "en": "Something happens in a pool"}
    sentence = {"zh-CN": "{form}的公海：{event}", "en": "Pool of {form}: {event}"}
    icon = "inbox"
    settings = Schema.from_dict(
        {
            "event": fields.String(required=True, validate=OneOf(EVENTS)),
            "pool": fields.String(load_default=None, allow_none=True, validate=Length(max=40)),
        },
        name="PoolEvent",
    )()

    def accepts(self, cfg: Settings, occasion: Occasion) -> bool:
        told = occasion.payload.get("pool")
        if occasion.kind != "flow.pool_event" or not isinstance(told, dict):
            return False
        is_meant = told.get("event") in INTO if cfg["event"] == "entered" else told.get("event") == cfg["event"]
        return is_meant and cfg.get("pool") in {None, "", told.get("pool")}
