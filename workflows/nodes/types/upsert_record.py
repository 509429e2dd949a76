"""Change a record, or create it where there is none."""

from marshmallow import Schema, fields
from marshmallow.validate import Length

from formloom.workflows.engine.context import Context
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.nodes import keeping
from formloom.workflows.nodes.base import Action, Plan, Settings
from formloom.workflows.nodes.desk import Desk


class UpsertRecord(Action):
    """Changes what equals `match`, at most 20 records; where nothing does, creates one of `match` and `values`."""

    id = "upsert_record"
    label = {"zh-CN": "更新或新建记录", "en": "Change or create a record"}
    icon = "edit"
    group = "record"
    settings = Schema.from_dict(
        {
            "title": keeping.title(),
            "form": fields.String(required=True, validate=Length(1, 60)),
            "match": keeping.match(),
            "values": fields.Dict(keys=fields.String(), load_default=dict, validate=Length(max=100)),
        },
        name="UpsertRecord",
    )()

    def plan(self, cfg: Settings, context: Context) -> Plan:
        match, values = keeping.resolved(cfg["match"], context), keeping.resolved(cfg.get("values"), context)
        return {"form": cfg["form"], "match": match, "values": values}

    def perform(self, plan: Plan, desk: Desk) -> Outcome:
        if keeping.is_vague(plan["match"]):
            return Outcome(output={"form": plan["form"], "records": []}, result="skipped")
        changed = desk.change_others(plan["form"], plan["match"], plan["values"])
        if changed:
            return Outcome(output={"form": plan["form"], "records": changed, "created": False})
        made = desk.add_record(plan["form"], {**plan["match"], **plan["values"]})
        one = {"id": made["id"], "title": made["title"]}
        return Outcome(output={"form": plan["form"], "records": [one], "created": True})
