"""The run goes on later."""

from datetime import UTC

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length

from formloom.workflows.durations import Duration
from formloom.workflows.engine.context import Context
from formloom.workflows.engine.expressions import ExpressionInvalid, moment
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.nodes.base import Action, Plan, Settings
from formloom.workflows.nodes.desk import Desk


class DelaySchema(Schema):
    """A duration, or a date of the record with an offset; in working hours with a calendar."""

    title = fields.Dict(keys=fields.String())
    after = fields.String(validate=Length(max=40))
    field = fields.String(validate=Length(max=60))
    offset = fields.String(validate=Length(max=40))
    at = fields.String(load_default="09:00", validate=Length(max=5))
    calendar = fields.String(validate=Length(max=60))

    @validates_schema
    def _one_of(self, data: dict[str, object], **_: object) -> None:
        if bool(data.get("after")) == bool(data.get("field")):
            raise ValidationError({"after": ["Give a duration or a date field"]})
        for name in ("after", "offset"):
            try:
                if data.get(name):
                    Duration.parse(str(data[name]))
            except ValueError as fault:
                raise ValidationError({name: ["Not a duration such as PT2H or P1D"]}) from fault


class Delay(Action):
    """Waits for a time, or until a date of the record; goes on at once when that is over or empty."""

    id = "delay"
    label = {"zh-CN": "延时", "en": "Wait"}
    icon = "clock"
    group = "logic"
    waits = True
    settings = DelaySchema()

    def plan(self, cfg: Settings, context: Context) -> Plan:
        try:
            if cfg.get("after"):
                return {"after": Duration.parse(cfg["after"]), "calendar": cfg.get("calendar"), "until": None}
            until = moment(context.values.get(str(cfg["field"])), str(cfg.get("at") or "09:00"), context.zone)
            if until is not None and cfg.get("offset"):
                until = Duration.parse(cfg["offset"]).after(until, context.zone).astimezone(UTC)
        except ValueError as fault:
            raise ExpressionInvalid(what=str(cfg.get("after") or cfg.get("offset"))) from fault
        return {"after": None, "until": until, "calendar": None}

    def perform(self, plan: Plan, desk: Desk) -> Outcome:
        until = desk.later(plan["after"], plan["calendar"]) if plan["after"] else plan["until"]
        if until is None or until <= desk.context.now:
            return Outcome(output={"until": until.isoformat() if until else None})
        return desk.wait_until(until)
