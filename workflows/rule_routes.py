"""What the designer of rules asks over HTTP beside the life of definitions: when a schedule fires, and replays."""

from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.access.policy import Act, demand
from formloom.platform.definitions.kinds.base import setting_findings
from formloom.platform.kernel.errors import Finding, Invalid
from formloom.platform.storage import house_zone
from formloom.platform.web.records.shown import moment
from formloom.platform.web.route import Api, Call
from formloom.workflows import replaying
from formloom.workflows.calendars import CalendarInvalid
from formloom.workflows.queries import sla as rows
from formloom.workflows.queries.runs import RunRow
from formloom.workflows.routes import shown_run
from formloom.workflows.triggers import schedule
from formloom.workflows.triggers.registry import TRIGGERS

api = Api("rules")
SHOWN = 5


class TimesBody(Schema):
    """The settings of a trigger that follows the clock, as an editor has them."""

    trigger = fields.Dict(keys=fields.String(validate=validate.Length(max=40)), required=True)


@api.post("/apps/<app>/schedule", act=Act.FLOW_SIMULATE, body=TimesBody())
def next_times(call: Call, app: str) -> object:
    """Tell the next five moments at which a schedule fires, and by which zone; nothing is planned."""
    asked = {name: value for name, value in call.body["trigger"].items() if name != "type"}
    trigger = TRIGGERS.get("scheduled")
    with call.db.read() as unit:
        app_id = rows.app_of(unit, app)
        demand(unit, call.actor, Act.FLOW_SIMULATE, app=app_id)
        if faults := setting_findings(trigger.settings, asked, "trigger"):
            raise Invalid(findings=faults)
        home = house_zone.current(unit)
        try:
            found = schedule.next_times(unit, app_id, {**asked, "type": trigger.id}, call.now, home, SHOWN)
        except CalendarInvalid as fault:
            raise Invalid(findings=[Finding("bad_calendar", CalendarInvalid.message, "trigger/calendar")]) from fault
    return {"times": [moment(at) for at in found], "timezone": asked.get("timezone") or home.key}


class ReplayPreviewBody(Schema):
    """From which line of a run's trace, counted from 0, and values to pretend; none of them is written."""

    at = fields.Integer(required=True, strict=True, validate=validate.Range(0, 1_000))
    values = fields.Dict(keys=fields.String(validate=validate.Length(max=60)), load_default=dict)


class ReplayBody(ReplayPreviewBody):
    """What the preview was asked, and the nodes that it told would be done again."""

    again = fields.List(
        fields.String(validate=validate.Length(max=60)), required=True, validate=validate.Length(max=100)
    )


@api.post("/flows/<flow>/runs/<run>/replay/preview", act=Act.FLOW_REPLAY, body=ReplayPreviewBody())
def preview(call: Call, flow: str, run: str) -> object:
    """Tell what running a flow again from one of a run's nodes would do, and what of that was done already."""
    with call.db.read() as unit:
        found = replaying.preview(
            unit, call.runtime, call.actor, flow, run, call.body["at"], call.body["values"], now=call.now
        )
    return {"version": found.version, "again": found.again, "trace": found.trace}


@api.post("/flows/<flow>/runs/<run>/replay", act=Act.FLOW_REPLAY, body=ReplayBody(), status=201)
def replay(call: Call, flow: str, run: str) -> object:
    """Run a flow again from one of a run's nodes, and return the new run."""
    said = call.body

    def work(uow: Any) -> RunRow:
        made = replaying.replay(
            uow, call.runtime, call.actor, flow, run, said["at"], said["values"], said["again"], now=call.now
        )
        uow.after_commit(call.runtime.wake)
        return made

    return shown_run(call.db.write(work))
