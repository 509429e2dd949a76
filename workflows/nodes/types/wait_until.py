"""Wait until the record is as it should be."""

from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length

from formloom.workflows.durations import Duration
from formloom.workflows.engine.conditions import meets
from formloom.workflows.engine.context import Context
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.nodes import keeping
from formloom.workflows.nodes.base import Action, Plan, Settings
from formloom.workflows.nodes.desk import Desk


def _is_duration(text: str) -> None:
    try:
        Duration.parse(text)
    except ValueError as fault:
        raise ValidationError("Not a duration such as PT2H or P1D") from fault


class WaitUntil(Action):
    """Goes on once the record meets a condition, which is looked at again whenever the record changes.

    With `after` it goes on then at the latest; a branch on the same condition tells which it was.
    """

    id = "wait_until"
    label = {"zh-CN": "等待条件成立", "en": "Wait for a condition"}
    icon = "clock"
    group = "logic"
    waits = True
    settings = Schema.from_dict(
        {
            "title": keeping.title(),
            "when": fields.Dict(load_default=dict),
            "after": fields.String(allow_none=True, load_default=None, validate=[Length(max=40), _is_duration]),
            "calendar": fields.String(allow_none=True, load_default=None, validate=Length(max=60)),
        },
        name="WaitUntil",
    )()

    def plan(self, cfg: Settings, context: Context) -> Plan:
        after = Duration.parse(cfg["after"]) if cfg.get("after") else None
        return {"holds": self.holds(cfg, context), "after": after, "calendar": cfg.get("calendar")}

    def holds(self, cfg: Settings, context: Context) -> bool:
        """Tell whether the record meets the condition now."""
        return meets(cfg.get("when") or {}, context)

    def perform(self, plan: Plan, desk: Desk) -> Outcome:
        if plan["holds"]:
            return Outcome(output={"holds": True})
        until = desk.later(plan["after"], plan["calendar"]) if plan["after"] else None
        return desk.wait_for_change(until)
