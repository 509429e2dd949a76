"""Assign the record to a person."""

from marshmallow import Schema, fields

from formloom.platform.kernel.errors import FormloomError
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.nodes.base import Action, Plan
from formloom.workflows.nodes.desk import Desk

_IN_PLACE = ("filters", "by_value", "weights", "sticky", "manager", "claim", "per", "calendar", "max_open", "open")


class RuleMissing(FormloomError):
    """The flow names an assignment rule that is not published, or gives none."""

    code = "assignment_rule_missing"
    message = {"zh-CN": "分配规则“{key}”不存在或未发布", "en": "There is no published assignment rule '{key}'"}


class Assign(Action):
    """By a rule document, or by a strategy and candidates given in place.

    `keep` leaves a record alone that has somebody already.
    """

    id = "assign"
    label = {"zh-CN": "分配给", "en": "Assign to"}
    icon = "user"
    group = "record"
    settings = Schema.from_dict(
        {
            "rule": fields.String(load_default=None, allow_none=True),
            "field": fields.String(load_default=None, allow_none=True),
            "strategy": fields.String(load_default="round_robin"),
            "candidates": fields.Dict(load_default=dict),
            "filters": fields.Dict(load_default=None, allow_none=True),
            "by_value": fields.Dict(load_default=None, allow_none=True),
            "weights": fields.Dict(load_default=None, allow_none=True),
            "sticky": fields.Dict(load_default=None, allow_none=True),
            "manager": fields.Dict(load_default=None, allow_none=True),
            "claim": fields.Dict(load_default=None, allow_none=True),
            "per": fields.String(load_default=None, allow_none=True),
            "calendar": fields.String(load_default=None, allow_none=True),
            "max_open": fields.Integer(load_default=None, allow_none=True),
            "open": fields.Dict(load_default=None, allow_none=True),
            "keep": fields.Boolean(load_default=False),
        },
        name="Assign",
    )()

    def perform(self, plan: Plan, desk: Desk) -> Outcome:
        rule, key = self._rule(plan, desk)
        field = plan.get("field") or rule.get("field")
        if not field:
            raise RuleMissing(key=key)
        if plan.get("keep") and desk.context.values.get(field):
            return Outcome(output={"kept": desk.context.values[field]}, result="skipped")
        chosen = desk.assign(rule, key, field)
        changed = desk.change_record({field: chosen["user"]}) if chosen["user"] else {}
        return Outcome(output=chosen, values=changed, result="done" if chosen["user"] else "skipped")

    def _rule(self, plan: Plan, desk: Desk) -> tuple[Plan, str]:
        key = plan.get("rule")
        if isinstance(key, str) and key:
            found = desk.document("assignment_rule", key)
            if found is None:
                raise RuleMissing(key=key)
            return found, key
        pool = {
            "strategy": plan.get("strategy") or "round_robin", "candidates": plan.get("candidates") or {},
            **{name: plan.get(name) for name in _IN_PLACE},
        }  # fmt: skip
        return {"pools": [pool], "fallback": plan.get("fallback")}, ""
