"""Where a process begins, and what it comes back to when it is returned to whoever started it."""

from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.nodes.asking import answers, settings
from formloom.workflows.nodes.base import Action, Plan
from formloom.workflows.nodes.desk import Desk


class Start(Action):
    """Waits until the initiator has submitted again. No document has this node: every process has it in front."""

    id = "start"
    label = {"zh-CN": "发起", "en": "Start"}
    icon = "play"
    group = "people"
    waits = True
    settings = settings(**answers(("any",)))

    def perform(self, plan: Plan, desk: Desk) -> Outcome:
        return desk.ask("start", plan)
