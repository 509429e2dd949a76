"""Set fields of the record."""

from marshmallow import Schema, fields
from marshmallow.validate import Length

from formloom.workflows.engine.context import Context
from formloom.workflows.engine.expressions import resolve
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.nodes.base import Action, Plan, Settings
from formloom.workflows.nodes.desk import Desk


class SetFields(Action):
    """Writes through the pipeline, so what a person could not enter, a rule can't either."""

    id = "set_fields"
    label = {"zh-CN": "设置字段", "en": "Set fields"}
    icon = "edit"
    group = "record"
    settings = Schema.from_dict(
        {"values": fields.Dict(keys=fields.String(), required=True, validate=Length(1, 100))}, name="SetFields"
    )()

    def plan(self, cfg: Settings, context: Context) -> Plan:
        return {"values": {name: resolve(value, context) for name, value in cfg["values"].items()}}

    def perform(self, plan: Plan, desk: Desk) -> Outcome:
        before = dict(desk.context.values)
        changed = desk.change_record(plan["values"])
        told = {name: {"before": before.get(name), "after": value} for name, value in changed.items()}
        return Outcome(output={"changes": told}, values=changed)
