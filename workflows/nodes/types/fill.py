"""People fill in more of the form."""

from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.nodes.asking import answers, settings
from formloom.workflows.nodes.base import Action, Plan
from formloom.workflows.nodes.desk import Desk


class Fill(Action):
    """Waits until the people asked have submitted the fields that they may edit here."""

    id = "fill"
    label = {"zh-CN": "填写", "en": "Fill in"}
    icon = "edit"
    group = "people"
    waits = True
    settings = settings(**answers(("any", "all", "sequential")))

    def perform(self, plan: Plan, desk: Desk) -> Outcome:
        return desk.ask("fill", plan)
