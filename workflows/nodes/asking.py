"""What the nodes that wait for people have in common: their settings."""

from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf, Range

from formloom.platform.kernel.text import LOCALES

MODES = ("any", "all", "sequential", "vote")
NOBODY = ("pass", "reject", "administrators", "people")
CAN_BE_OFF = ("transfer", "add_sign", "return")
AFTER_RETURN = ("again", "direct", "ask")


class TimeoutSchema(Schema):
    """When a task is late, counted from its opening or from a date of the record, and what happens then."""

    after = fields.String(validate=Length(max=40))
    field = fields.String(validate=Length(max=60))
    calendar = fields.String(validate=Length(max=60))
    remind_before = fields.String(validate=Length(max=40))
    then = fields.String(load_default="remind", validate=OneOf(("remind", "pass", "reject", "return", "escalate")))
    to = fields.List(fields.Dict(), validate=Length(max=20))


def _text(longest: int) -> fields.Dict:
    return fields.Dict(keys=fields.String(validate=OneOf(LOCALES)), values=fields.String(validate=Length(max=longest)))


class TextsSchema(Schema):
    """Own texts for one occasion, each in both languages: in the app, and subject and body of a mail."""

    app = _text(1_000)
    subject = _text(500)
    body = _text(20_000)


class CopyTextsSchema(Schema):
    """What those are told who get a copy."""

    asked = fields.Nested(TextsSchema)


class MessagesSchema(CopyTextsSchema):
    """What people are told of a step: those who are asked, those who are late, and the initiator once it is decided."""

    reminded = fields.Nested(TextsSchema)
    decided = fields.Nested(TextsSchema)


def settings(**more: "fields.Field[Any]") -> Schema:
    """Return the schema of a node that asks people, with what else it can be told."""
    return Schema.from_dict(
        {
            "title": fields.Dict(keys=fields.String()),
            "assignees": fields.List(fields.Dict(), required=True, validate=Length(1, 20)),
            "fields": fields.Dict(keys=fields.String(), values=fields.String(validate=OneOf(("edit", "view", "hide")))),
            "messages": fields.Nested(CopyTextsSchema),
            **more,
        },
        name="Asking",
    )()


def answers(modes: tuple[str, ...] = MODES) -> "dict[str, fields.Field[Any]]":
    """Return the settings of a node that waits until it was answered."""
    return {
        "mode": fields.String(load_default="any", validate=OneOf(modes)),
        "when_nobody": fields.String(load_default="administrators", validate=OneOf(NOBODY)),
        "nobody_to": fields.List(fields.Dict(), validate=Length(max=20)),
        "actions": fields.Dict(keys=fields.String(validate=OneOf(CAN_BE_OFF)), values=fields.Boolean()),
        "comment": fields.String(load_default="optional", validate=OneOf(("optional", "required", "off"))),
        "signature": fields.String(load_default="off", validate=OneOf(("off", "optional", "required"))),
        "return_to": fields.String(load_default="any", validate=OneOf(("any", "start", "previous", "none"))),
        "after_return": fields.String(load_default="ask", validate=OneOf(AFTER_RETURN)),
        "check": fields.Dict(),
        "check_message": fields.Dict(keys=fields.String()),
        "timeout": fields.Nested(TimeoutSchema),
        "messages": fields.Nested(MessagesSchema),
        "percent": fields.Integer(validate=Range(1, 100)),
        "on_reject": fields.String(load_default="end", validate=Length(1, 60)),
    }  # fmt: skip
