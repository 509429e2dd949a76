"""Assignment over HTTP: the queue, and why somebody has a record."""

from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.access.policy import Act
from formloom.platform.web.records.shown import moment
from formloom.platform.web.route import Api, Call
from formloom.workflows.assignment import rebalancing, taking, trying
from formloom.workflows.assignment.taking import Shown
from formloom.workflows.queries import sla as apps

api = Api("assignment")


class QueueQuery(Schema):
    """Of which app, by its key."""

    app = fields.String(validate=validate.Length(1, 40))


@api.get("/queue", act=Act.QUEUE_LIST, query=QueueQuery())
def read_queue(call: Call) -> object:
    """List the records that wait for somebody and concern the caller, oldest first."""
    app = call.query.get("app")
    with call.db.read() as unit:
        found = taking.listing(unit, call.member, call.runtime, apps.app_of(unit, app) if app else None)
    return {"entries": [_entry(one) for one in found], "now": moment(call.now)}


@api.post("/queue/<entry>/take", act=Act.QUEUE_TAKE, status=200)
def take(call: Call, entry: str) -> object:
    """Take a waiting record: of several who reach for it, one gets it."""

    def work(uow: Any) -> Any:
        made = taking.take(uow, call.member, call.runtime, entry, now=call.now)
        uow.after_commit(call.runtime.wake)
        return made

    taken = call.db.write(work)
    return {"record": taken.record_id, "form": taken.form_id}


@api.get("/forms/<form>/records/<record_id>/assignments", act=Act.RECORD_READ)
def read_decisions(call: Call, form: str, record_id: str) -> object:
    """Tell who was chosen for a record and why, newest first; who else came into question is for designers."""
    with call.db.read() as unit:
        found = taking.decisions(unit, call.actor, call.runtime.catalog.find(unit, form), record_id)
    return {
        "assignments": [
            {"user": one["user_id"], "rule": one["rule"], "at": moment(one["at"]), "why": one["why"]} for one in found
        ]
    }


class DryRunBody(Schema):
    """A rule that is not saved yet, on how many of the newest records, for the moment when each came or for now."""

    document = fields.Dict(load_default=None, allow_none=True)
    most = fields.Integer(load_default=1_000, allow_none=True, validate=validate.Range(1, trying.MOST))
    at = fields.String(load_default="then", validate=validate.OneOf(("then", "now")))


@api.post("/assignment-rules/<rule>/dry-run", act=Act.FLOW_SIMULATE, body=DryRunBody(), status=202)
def dry_run(call: Call, rule: str) -> object:
    """Try a rule on the records that are there: a job that writes nothing; its result says who would have got what."""
    said = call.body

    def work(uow: Any) -> str:
        made = trying.plan(
            uow, call.actor, call.runtime, rule, document=said["document"], most=said["most"], at=said["at"],
            now=call.now,
        )  # fmt: skip
        uow.after_commit(lambda: call.runtime.start_job(made))
        return made

    return {"id": call.db.write(work)}


@api.get("/assignment-rules/<rule>/rebalance", act=Act.ASSIGNMENT_REBALANCE)
def foresee_rebalance(call: Call, rule: str) -> object:
    """Tell which open records of those who are away or have too many the rule would give to whom."""
    with call.db.read() as unit:
        return {"moves": rebalancing.foresee(unit, call.member, call.runtime, rule, now=call.now)}


@api.post("/assignment-rules/<rule>/rebalance", act=Act.ASSIGNMENT_REBALANCE, status=202)
def rebalance(call: Call, rule: str) -> object:
    """Give those records on: one job, which can be undone."""

    def work(uow: Any) -> str:
        made = rebalancing.plan(uow, call.member, call.runtime, rule, now=call.now)
        uow.after_commit(lambda: call.runtime.start_job(made))
        return made

    return {"id": call.db.write(work)}


def _entry(shown: Shown) -> dict[str, Any]:
    entry = shown.entry
    return {
        "id": entry.id, "app": {"key": shown.app_key, "title": shown.app_title},
        "form": f"{shown.app_key}.{shown.form.key}", "form_title": dict(shown.form.title), "record": entry.record_id,
        "title": shown.title, "waits_to_be_taken": entry.pool is not None, "can_take": shown.can_take,
        "because": entry.why.get("because") or {}, "reasons": entry.why.get("reasons") or [],
        "queued_at": moment(entry.queued_at), "tried_at": moment(entry.tried_at), "next_at": moment(entry.next_at),
        "tries": entry.tries,
    }  # fmt: skip
