"""If … then … else."""

from marshmallow import Schema, fields

from formloom.workflows.engine.conditions import explain
from formloom.workflows.engine.context import Context
from formloom.workflows.nodes.base import Gate, Route, Settings


class Branch(Gate):
    """One condition tree and two ways; `{}` always matches."""

    id = "branch"
    label = {"zh-CN": "如果", "en": "If"}
    icon = "multi"
    group = "logic"
    settings = Schema.from_dict(
        {
            "when": fields.Dict(load_default=dict),
            "then": fields.List(fields.Dict(), load_default=list),
            "else": fields.List(fields.Dict(), load_default=list),
        },
        name="Branch",
    )()

    def route(self, cfg: Settings, context: Context) -> Route:
        matched, why = explain(cfg.get("when") or {}, context)
        return Route(matched, why, "then" if matched else "else")
