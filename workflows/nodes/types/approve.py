"""People decide."""

from marshmallow import fields

from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.nodes.asking import answers, settings
from formloom.workflows.nodes.base import Action, Plan
from formloom.workflows.nodes.desk import Desk


class Approve(Action):
    """Waits until the people asked have approved or rejected, by the node's way of counting."""

    id = "approve"
    label = {"zh-CN": "审批", "en": "Approval"}
    icon = "check"
    group = "people"
    settings = settings(**answers(), mail=fields.Boolean())
    """`mail` is false where it can't be answered from a mail."""
    waits = True

    def perform(self, plan: Plan, desk: Desk) -> Outcome:
        return desk.ask("approve", plan)
