"""What people do with events that could not be worked on: look at them, and have them run again."""

from datetime import datetime
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.access import audit
from formloom.platform.access.policy import Act, requires
from formloom.platform.kernel.actors import Actor, Member
from formloom.platform.kernel.errors import Conflict, NotFound
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.web.records.shown import moment
from formloom.platform.web.route import Api, Call
from formloom.workflows.queries import dead_events
from formloom.workflows.queries.dead_events import DeadEvent

api = Api("events")
PAGE = 50


class NotDead(Conflict):
    """Only an event that was put aside can be run again."""

    code = "not_dead"
    message = {"zh-CN": "该事件未被搁置，无需重新执行", "en": "This event was not put aside, so it needs no second run"}


class EventQuery(Schema):
    """Which page."""

    cursor = fields.String(validate=validate.Length(max=40))


@requires(Act.EVENT_LIST)
def list_dead(unit: ReadUnit, actor: Actor, *, before: str | None) -> list[DeadEvent]:  # noqa: ARG001 - the guard reads it
    """Return events that were put aside, newest first."""
    return dead_events.listing(unit, before=before, limit=PAGE)


@requires(Act.EVENT_RUN)
def run_again(uow: UnitOfWork, actor: Member, event_id: str, *, now: datetime) -> None:
    """Let a dead event be worked on again. Flows that ran for it already don't run a second time.

    It runs after what happened to its record meanwhile. Raises NotFound, NotDead.
    """
    if dead_events.state_of(uow, event_id) is None:
        raise NotFound
    if not dead_events.revive(uow, event_id):
        raise NotDead
    audit.note(uow, actor, Act.EVENT_RUN, "event", event_id, now=now)


@api.get("/events/dead", act=Act.EVENT_LIST, query=EventQuery())
def list_dead_events(call: Call) -> object:
    """List events that could not be worked on."""
    with call.db.read() as unit:
        found = list_dead(unit, call.actor, before=call.query.get("cursor"))
    return {"events": [_shown(one) for one in found], "next": found[-1].id if len(found) == PAGE else None}


@api.post("/events/<event>/run-again", act=Act.EVENT_RUN, status=202)
def run_event_again(call: Call, event: str) -> object:
    """Let a dead event be worked on again."""

    def work(uow: Any) -> None:
        run_again(uow, call.actor, event, now=call.now)
        uow.after_commit(call.runtime.wake)

    call.db.write(work)
    return {"event": event}


def _shown(one: DeadEvent) -> dict[str, Any]:
    return {
        "id": one.id, "kind": one.kind, "form": {"id": one.form_id, "title": one.form_title},
        "record_id": one.record_id or None, "attempts": one.attempts, "last_error": one.last_error,
        "created_at": moment(one.created_at),
    }  # fmt: skip
