"""Delete records of a form of the app."""

from marshmallow import Schema, fields
from marshmallow.validate import Length

from formloom.workflows.engine.context import Context
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.nodes import keeping
from formloom.workflows.nodes.base import Action, Plan, Settings
from formloom.workflows.nodes.desk import Desk


class DeleteRecord(Action):
    """Puts what equals `match` into the trash, at most 20 records; a person can restore them."""

    id = "delete_record"
    label = {"zh-CN": "删除记录", "en": "Delete a record"}
    icon = "trash"
    group = "record"
    settings = Schema.from_dict(
        {
            "title": keeping.title(),
            "form": fields.String(required=True, validate=Length(1, 60)),
            "match": keeping.match(),
        },
        name="DeleteRecord",
    )()

    def plan(self, cfg: Settings, context: Context) -> Plan:
        return {"form": cfg["form"], "match": keeping.resolved(cfg["match"], context)}

    def perform(self, plan: Plan, desk: Desk) -> Outcome:
        gone = [] if keeping.is_vague(plan["match"]) else desk.delete_others(plan["form"], plan["match"])
        return Outcome(output={"form": plan["form"], "records": gone}, result="done" if gone else "skipped")
