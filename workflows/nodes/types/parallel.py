"""Several ways at the same time."""

from collections.abc import Sequence
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from formloom.workflows.engine.conditions import meets
from formloom.workflows.engine.context import Context
from formloom.workflows.nodes.base import Fork, Settings


class WaySchema(Schema):
    """One way; with a condition it is walked only where that holds."""

    id = fields.String(required=True, validate=Length(1, 60))
    title = fields.Dict(keys=fields.String())
    when = fields.Dict()
    nodes = fields.List(fields.Dict(), load_default=list, validate=Length(max=100))


class Parallel(Fork):
    """Walks all ways and goes on when all are through, or the first; what is open on the others is withdrawn then.

    Ways whose condition does not hold are left out: with conditions this is an inclusive choice.
    """

    id = "parallel"
    label = {"zh-CN": "并行分支", "en": "Parallel branch"}
    icon = "multi"
    group = "logic"
    settings = Schema.from_dict(
        {
            "title": fields.Dict(keys=fields.String()),
            "branches": fields.List(fields.Nested(WaySchema), required=True, validate=Length(2, 20)),
            "join": fields.String(load_default="all", validate=OneOf(("all", "any"))),
        },
        name="Parallel",
    )()

    def starts(self, cfg: Settings, ways: Sequence[str], context: Context) -> Sequence[tuple[str, Any]]:
        asks = {str(one.get("id") or number): one.get("when") for number, one in enumerate(cfg.get("branches") or ())}
        return [(way, None) for way in ways if not asks.get(way) or meets(asks[way], context)]

    def is_enough(self, cfg: Settings, left: int) -> bool:
        return left == 0 or cfg.get("join") == "any"
