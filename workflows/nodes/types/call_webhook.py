"""Call another system."""

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from formloom.workflows.engine.context import Context
from formloom.workflows.engine.expressions import resolve
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.nodes import keeping
from formloom.workflows.nodes.base import Action, Plan, Settings
from formloom.workflows.nodes.desk import Desk


class AnswerSchema(Schema):
    """A part of the answer that is kept under a name: `data.items.0.id` is a path through objects and lists."""

    name = keeping.name()
    path = fields.String(required=True, validate=Length(1, 200))
    kind = fields.String(load_default="text", validate=OneOf(("text", "number", "date", "datetime", "boolean")))


class CallWebhook(Action):
    """A signed POST with the record, under an id that stays the same over repeats.

    `body` chooses what is sent, value by value; without it the whole record is. With `answers` the run goes on once the
    other side has answered, and keeps those parts of the answer for later nodes (`workflows/answers.py`).
    """

    id = "call_webhook"
    label = {"zh-CN": "调用 Webhook", "en": "Call a webhook"}
    icon = "globe"
    group = "message"
    leaves_house = True
    settings = Schema.from_dict(
        {
            "url": fields.String(required=True, validate=Length(8, 2000)),
            "secret": fields.String(load_default=None, allow_none=True),
            "body": fields.Dict(keys=fields.String(), load_default=None, allow_none=True),
            "answers": fields.List(fields.Nested(AnswerSchema), load_default=list, validate=Length(max=10)),
        },
        name="CallWebhook",
    )()

    def plan(self, cfg: Settings, context: Context) -> Plan:
        occasion = context.occasion
        chosen = cfg.get("body")
        if chosen is None:
            body = {
                "type": occasion.kind, "timestamp": occasion.at.isoformat(),
                "data": {"id": context.record_id, "form": f"{context.form.app_key}.{context.form.key}",
                         "values": dict(context.values), "changed": list(occasion.changed)},
            }  # fmt: skip
        else:
            body = {name: resolve(value, context) for name, value in chosen.items()}
        return {"url": cfg["url"], "secret": cfg.get("secret"), "body": body, "waits": bool(cfg.get("answers"))}

    def perform(self, plan: Plan, desk: Desk) -> Outcome:
        called = desk.call(plan["url"], plan["secret"], plan["body"], waits=plan["waits"])
        is_awaited = plan["waits"] and desk.is_live and called["state"] == "pending"
        return Outcome(output={"url": plan["url"], **called}, result="waiting" if is_awaited else "done")
