"""Change records of another form of the app."""

from marshmallow import Schema, fields
from marshmallow.validate import Length

from formloom.workflows.engine.context import Context
from formloom.workflows.engine.expressions import resolve
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.nodes.base import Action, Plan, Settings
from formloom.workflows.nodes.desk import Desk


class UpdateRecord(Action):
    """Finds by equal values (`{"no": {"ref": "ticket_no"}}`, or `id`) and changes what it finds, at most 20 records.

    Where a value to find by is empty, nothing is changed: an empty reference means no record, not every record.
    """

    id = "update_record"
    label = {"zh-CN": "修改关联记录", "en": "Change another record"}
    icon = "edit"
    group = "record"
    settings = Schema.from_dict(
        {
            "form": fields.String(required=True),
            "match": fields.Dict(keys=fields.String(), required=True, validate=Length(1, 5)),
            "values": fields.Dict(keys=fields.String(), required=True, validate=Length(1, 100)),
        },
        name="UpdateRecord",
    )()

    def plan(self, cfg: Settings, context: Context) -> Plan:
        return {
            "form": cfg["form"],
            "match": {name: resolve(value, context) for name, value in cfg["match"].items()},
            "values": {name: resolve(value, context) for name, value in cfg["values"].items()},
        }

    def perform(self, plan: Plan, desk: Desk) -> Outcome:
        if any(value in (None, "", []) for value in plan["match"].values()):
            return Outcome(output={"records": []}, result="skipped")
        changed = desk.change_others(plan["form"], plan["match"], plan["values"])
        return Outcome(output={"form": plan["form"], "records": changed}, result="done" if changed else "skipped")
