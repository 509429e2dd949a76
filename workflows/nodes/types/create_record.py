"""Create a record in a form of the app."""

from marshmallow import Schema, fields

from formloom.workflows.engine.context import Context
from formloom.workflows.engine.expressions import resolve
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.nodes.base import Action, Plan, Settings
from formloom.workflows.nodes.desk import Desk


class CreateRecord(Action):
    """Its own rules run as well, with this flow in their chain of causes."""

    id = "create_record"
    label = {"zh-CN": "新建记录", "en": "Create a record"}
    icon = "plus"
    group = "record"
    settings = Schema.from_dict(
        {"form": fields.String(required=True), "values": fields.Dict(keys=fields.String(), load_default=dict)},
        name="CreateRecord",
    )()

    def plan(self, cfg: Settings, context: Context) -> Plan:
        values = {name: resolve(value, context) for name, value in (cfg.get("values") or {}).items()}
        return {"form": cfg["form"], "values": values}

    def perform(self, plan: Plan, desk: Desk) -> Outcome:
        return Outcome(output=desk.add_record(plan["form"], plan["values"]))
