"""Another process, for a record of its own."""

from marshmallow import Schema, fields
from marshmallow.validate import Length

from formloom.workflows.engine import scope
from formloom.workflows.engine.context import Context
from formloom.workflows.engine.expressions import resolve
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.nodes.base import Action, Plan, Settings
from formloom.workflows.nodes.desk import Desk

MOST = 200


class Subprocess(Action):
    """Creates a record for another process of the app and starts that, once, or once for each value of a list field.

    With `wait` the run goes on when all of them are over; their results are in the trace. In `values`,
    `{"fn": "item"}` is the value that a process is started for.
    """

    id = "subprocess"
    label = {"zh-CN": "子流程", "en": "Sub-process"}
    icon = "flow"
    group = "logic"
    waits = True
    settings = Schema.from_dict(
        {
            "title": fields.Dict(keys=fields.String()),
            "flow": fields.String(required=True, validate=Length(1, 60)),
            "values": fields.Dict(keys=fields.String(), load_default=dict, validate=Length(max=100)),
            "each": fields.String(validate=Length(max=60)),
            "wait": fields.Boolean(load_default=True),
        },
        name="Subprocess",
    )()

    def plan(self, cfg: Settings, context: Context) -> Plan:
        listed = context.values.get(str(cfg["each"])) if cfg.get("each") else [None]
        items = listed if isinstance(listed, list) else [listed] if listed not in (None, "") else []
        values = cfg.get("values") or {}
        places = [context.at(scope.one(item), context.kept) for item in items[:MOST]]
        rounds = [{name: resolve(value, place) for name, value in values.items()} for place in places]
        return {"flow": cfg["flow"], "rounds": rounds, "wait": cfg.get("wait", True)}

    def perform(self, plan: Plan, desk: Desk) -> Outcome:
        started = [desk.start_process(str(plan["flow"]), values) for values in plan["rounds"]]
        waits = bool(started) and plan["wait"]
        return Outcome(
            output={"processes": started},
            result="waiting" if waits and desk.is_live else "done" if started else "skipped",
        )
