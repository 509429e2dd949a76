"""People get a copy."""

from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.nodes.asking import settings
from formloom.workflows.nodes.base import Action, Plan
from formloom.workflows.nodes.desk import Desk


class CarbonCopy(Action):
    """Shows the record to people and goes on at once."""

    id = "cc"
    label = {"zh-CN": "抄送", "en": "Copy to"}
    icon = "mail"
    group = "people"
    settings = settings()

    def perform(self, plan: Plan, desk: Desk) -> Outcome:
        return desk.ask("cc", plan)
