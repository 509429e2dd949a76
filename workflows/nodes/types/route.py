"""A condition branch with any number of ways."""

from marshmallow import Schema, fields
from marshmallow.validate import Length

from formloom.workflows.engine.conditions import explain
from formloom.workflows.engine.context import Context
from formloom.workflows.nodes.base import Gate, Route, Settings


class BranchSchema(Schema):
    """One way: a condition and the nodes on it. The one without a condition is taken when no other is."""

    id = fields.String(required=True, validate=Length(1, 60))
    title = fields.Dict(keys=fields.String())
    when = fields.Dict()
    nodes = fields.List(fields.Dict(), load_default=list, validate=Length(max=100))


class ConditionRoute(Gate):
    """The first way whose condition holds, in the order of the document."""

    id = "route"
    label = {"zh-CN": "条件分支", "en": "Condition branch"}
    icon = "multi"
    group = "logic"
    settings = Schema.from_dict(
        {
            "title": fields.Dict(keys=fields.String()),
            "branches": fields.List(fields.Nested(BranchSchema), required=True, validate=Length(1, 20)),
        },
        name="ConditionRoute",
    )()

    def route(self, cfg: Settings, context: Context) -> Route:
        told = []
        for number, branch in enumerate(cfg["branches"]):
            if "when" not in branch:
                continue
            matched, why = explain(branch["when"], context)
            told += why
            if matched:
                return Route(True, told, str(branch.get("id") or number))
        other = next((one for one in cfg["branches"] if "when" not in one), None)
        return Route(False, told, str(other["id"]) if other else None)
