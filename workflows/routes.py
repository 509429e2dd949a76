"""Flows over HTTP: runs, rehearsal, buttons, hooks, deliveries, notifications."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.access.policy import Act
from formloom.platform.kernel.errors import Finding, Invalid
from formloom.platform.web.records.shown import moment
from formloom.platform.web.route import Api, Call, read_json
from formloom.platform.web.security import network_of, rates
from formloom.workflows import use_cases
from formloom.workflows.approvals import task_links
from formloom.workflows.channels import causes
from formloom.workflows.engine.trace import summary
from formloom.workflows.queries import inbox
from formloom.workflows.queries.posts import Post
from formloom.workflows.queries.runs import RunRow

api = Api("flows")
hooks = Api("hooks", prefix="")
PAGE = 50


class RunQuery(Schema):
    """Which runs."""

    state = fields.String(validate=validate.OneOf(("done", "skipped", "failed", "partial", "running")))
    record = fields.String(validate=validate.Length(max=40))
    cursor = fields.String(validate=validate.Length(max=40))


class SimulateBody(Schema):
    """A record, and values to pretend; for an approval process also who starts it, and a document not yet saved."""

    record = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 40))
    values = fields.Dict(keys=fields.String(), load_default=dict)
    initiator = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 40))
    document = fields.Dict(load_default=None, allow_none=True)


class PressBody(Schema):
    """On which record."""

    record = fields.String(required=True, validate=validate.Length(1, 40))


class DeliveryQuery(Schema):
    """Which deliveries."""

    state = fields.String(validate=validate.Length(max=10))
    channel = fields.String(validate=validate.Length(max=20))
    cursor = fields.String(validate=validate.Length(max=40))


class ReadBody(Schema):
    """Which notifications were read."""

    ids = fields.List(fields.String(validate=validate.Length(max=40)), validate=validate.Length(max=200))
    all = fields.Boolean()


@api.get("/flows/<flow>/runs", act=Act.FLOW_RUNS_READ, query=RunQuery())
def list_runs(call: Call, flow: str) -> object:
    """List a flow's runs with what each saw and did."""
    asked = call.query
    with call.db.read() as unit:
        found = use_cases.list_runs(
            unit, call.runtime, call.actor, flow,
            state=asked.get("state"), record_id=asked.get("record"), before=asked.get("cursor"),
        )  # fmt: skip
    return {"runs": [shown_run(row) for row in found], "next": found[-1].id if len(found) == PAGE else None}


@api.post("/flows/<flow>/simulate", act=Act.FLOW_SIMULATE, body=SimulateBody())
def simulate(call: Call, flow: str) -> object:
    """Tell what a flow's draft would do on a record, or the way of an approval process; nothing is written or sent."""
    said = call.body
    with call.db.read() as unit:
        if said["record"] is None or said["initiator"] or said["document"] is not None:
            path = use_cases.foresee(
                unit, call.runtime, call.actor, flow, document=said["document"], initiator=said["initiator"],
                record_id=said["record"], values=said["values"], now=call.now,
            )  # fmt: skip
            return {"path": path}
        would_run, lines = use_cases.simulate(
            unit, call.runtime, call.actor, flow, call.body["record"], call.body["values"], now=call.now
        )
    return {"would_run": would_run, "trace": lines}


class FiguresQuery(Schema):
    """Since when."""

    since = fields.AwareDateTime()


@api.get("/flows/<flow>/figures", act=Act.FLOW_RUNS_READ, query=FiguresQuery())
def figures(call: Call, flow: str) -> object:
    """Tell how long the steps of an approval process take, where it waits longest and where it is sent back."""
    with call.db.read() as unit:
        return use_cases.figures(unit, call.actor, flow, since=call.query.get("since"), now=call.now)


@api.post("/flows/<flow>/trigger", act=Act.FLOW_TRIGGER, body=PressBody(), status=202)
def press(call: Call, flow: str) -> object:
    """Press a button on a record."""

    def work(uow: Any) -> str:
        made = use_cases.press(uow, call.runtime, call.actor, flow, call.body["record"], now=call.now)
        uow.after_commit(call.runtime.wake)
        return made

    return {"event": call.db.write(work)}


@api.post("/flows/<flow>/hook", act=Act.DEFINITION_EDIT, status=200)
def hook_address(call: Call, flow: str) -> object:
    """Return the address under which a flow listens, making it at first."""
    token = call.db.write(lambda uow: use_cases.hook_address(uow, call.actor, flow, now=call.now))
    return {"url": f"{call.runtime.settings.base_url}/hooks/{token}"}


@hooks.post("/hooks/<token>", act=Act.HOOK_RECEIVE, who="anyone", status=202, takes="any")
def receive(call: Call, token: str) -> object:
    """Take a call of another system."""
    rates().spend("600 per minute", "hook", token[:60], network_of(call.ip))
    body = read_json()
    if not isinstance(body, Mapping):
        words = {"zh-CN": "应为 JSON 对象", "en": "must be a JSON object"}
        raise Invalid(findings=[Finding("invalid", words)])
    cause = causes.read(call.runtime.settings.secret_key, call.request.headers.get(causes.HEADER))

    def work(uow: Any) -> str:
        made = use_cases.receive_hook(uow, call.runtime, token, body, cause=cause, now=call.now)
        uow.after_commit(call.runtime.wake)
        return made

    return {"event": call.db.write(work)}


@api.get("/deliveries", act=Act.DELIVERY_LIST, query=DeliveryQuery())
def list_deliveries(call: Call) -> object:
    """List what left the house, or is about to, or could not."""
    asked = call.query
    with call.db.read() as unit:
        found, counts = use_cases.list_deliveries(
            unit, call.actor, state=asked.get("state"), channel=asked.get("channel"), before=asked.get("cursor")
        )
    return {
        "deliveries": [_delivery(post) for post in found], "counts": counts,
        "next": found[-1].id if len(found) == PAGE else None,
        "mail_configured": call.runtime.settings.smtp_url is not None,
    }  # fmt: skip


@api.get("/deliveries/<delivery>", act=Act.DELIVERY_LIST)
def read_delivery(call: Call, delivery: str) -> object:
    """Return a delivery with what it says."""
    with call.db.read() as unit:
        post = use_cases.read_delivery(unit, call.actor, delivery)
    payload = {name: value for name, value in post.payload.items() if name != "secret"}
    if isinstance(payload.get("text"), str):
        payload["text"] = task_links.concealed(payload["text"])
    return {**_delivery(post), "payload": payload}


@api.post("/deliveries/<delivery>/send-again", act=Act.DELIVERY_SEND)
def send_again(call: Call, delivery: str) -> object:
    """Put a dead letter in line again."""

    def work(uow: Any) -> Post:
        found = use_cases.send_again(uow, call.actor, delivery, now=call.now)
        uow.after_commit(call.runtime.wake)
        return found

    return _delivery(call.db.write(work))


@api.get("/notifications", act=Act.NOTIFICATION_LIST)
def list_notifications(call: Call) -> object:
    """List the caller's notifications."""
    with call.db.read() as unit:
        found = inbox.notices(unit, call.actor.user_id)
        unread = inbox.unread(unit, call.actor.user_id)
    return {
        "notifications": [
            {
                "id": one.id, "at": moment(one.at), "read": one.read_at is not None, "text": one.text,
                "record": {"form": one.form_id, "id": one.record_id} if one.record_id else None,
                "path": one.path,
            }
            for one in found
        ],
        "unread": unread,
    }  # fmt: skip


@api.post("/notifications/read", act=Act.NOTIFICATION_MARK, body=ReadBody(), status=204)
def mark_read(call: Call) -> object:
    """Mark notifications as read."""
    ids = None if call.body.get("all") else call.body.get("ids") or []
    call.db.write(lambda uow: inbox.mark_read(uow, call.actor.user_id, ids, now=call.now))
    return None


def shown_run(row: RunRow) -> dict[str, Any]:
    """Return a run as the run log shows it."""
    return {
        "id": row.id, "flow": row.flow_id, "version": row.version, "state": row.state, "trigger": row.trigger,
        "record_id": row.record_id, "record_title": row.record_title, "at": moment(row.at), "took_ms": row.took_ms,
        "summary": summary(list(row.trace), row.error, waits=row.state == "running"), "trace": row.trace,
        "error": row.error, "replay_of": row.replay_of,
    }  # fmt: skip


def _delivery(post: Post) -> dict[str, Any]:
    return {
        "id": post.id, "channel": post.channel, "state": post.state, "to": post.recipient, "subject": post.subject,
        "attempts": post.attempts, "next_at": moment(post.next_at) if post.next_at else None,
        "last_error": post.last_error, "message_id": post.stable_id, "created_at": moment(post.created_at),
        "sent_at": moment(post.sent_at) if post.sent_at else None,
        "record": {"form": post.form_id, "id": post.record_id} if post.record_id else None,
    }  # fmt: skip
