"""The end of a process before its last node."""

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.nodes.base import Action, Plan
from formloom.workflows.nodes.desk import Desk


class End(Action):
    """Ends the run, on all its ways, with a result."""

    id = "end"
    label = {"zh-CN": "结束", "en": "End"}
    icon = "check"
    group = "logic"
    settings = Schema.from_dict(
        {
            "title": fields.Dict(keys=fields.String()),
            "result": fields.String(load_default="approved", validate=OneOf(("approved", "rejected", "cancelled"))),
        },
        name="End",
    )()

    def perform(self, plan: Plan, desk: Desk) -> Outcome:  # noqa: ARG002 - the signature is the base's
        result = str(plan.get("result") or "approved")
        return Outcome(output={"result": result}, ends=result)
