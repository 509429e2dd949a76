"""Look for records of a form of the app."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, Range

from formloom.workflows.engine.context import Context
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.engine.scope import MOST_ROWS
from formloom.workflows.nodes import keeping
from formloom.workflows.nodes.base import Action, Plan, Settings
from formloom.workflows.nodes.desk import Desk


class QueryRecords(Action):
    """Keeps what it finds under a name, for loops, conditions, texts and values of later nodes."""

    id = "query_records"
    label = {"zh-CN": "查询记录", "en": "Look for records"}
    icon = "search"
    group = "record"
    settings = Schema.from_dict(
        {
            "title": keeping.title(),
            "form": fields.String(required=True, validate=Length(1, 60)),
            "filter": fields.Dict(load_default=dict),
            "sort": fields.List(fields.String(validate=Length(1, 61)), load_default=list, validate=Length(max=5)),
            "limit": fields.Integer(load_default=50, validate=Range(1, MOST_ROWS)),
            "name": keeping.name(),
        },
        name="QueryRecords",
    )()

    def plan(self, cfg: Settings, context: Context) -> Plan:
        return {
            "form": cfg["form"], "filter": keeping.filled(cfg.get("filter") or {}, context),
            "sort": list(cfg.get("sort") or ()), "limit": int(cfg.get("limit") or 50), "name": cfg["name"],
        }  # fmt: skip

    def perform(self, plan: Plan, desk: Desk) -> Outcome:
        found = desk.find_records(plan["form"], plan["filter"], plan["sort"], plan["limit"])
        kept = {"kind": "number", "value": len(found.rows), "form": plan["form"], "kinds": found.kinds,
                "rows": found.rows}  # fmt: skip
        told = {"form": plan["form"], "kept": plan["name"], "count": len(found.rows), "records": found.told[:20]}
        return Outcome(output=told, keeps={plan["name"]: kept})
