"""A message came in."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from formloom.workflows.engine.context import Occasion
from formloom.workflows.triggers.base import Settings, Trigger

WHICH = ("any", "new", "answer")


class MessageReceived(Trigger):
    """A mail made a record (`new`), or joined the one that it answers (`answer`). Without `mailbox` any of them counts.

    Mails that no person wrote count with `automatic` only, and those of writers who take no part in the record never.
    Templates know all of it as `message`.
    """

    id = "message_received"
    label = {"zh-CN": "收到邮件时", "en": "A mail comes in"}
    sentence = {"zh-CN": "{form}收到邮件", "en": "a mail comes in for {form}"}
    icon = "mail"
    settings = Schema.from_dict(
        {
            "mailbox": fields.String(load_default=None, allow_none=True, validate=Length(max=40)),
            "which": fields.String(load_default="any", validate=OneOf(WHICH)),
            "automatic": fields.Boolean(load_default=False),
        },
        name="MessageReceivedTrigger",
    )()
    gives = {"message_subject": "text", "message_text": "text", "message_from": "text", "message_name": "text"}

    def accepts(self, cfg: Settings, occasion: Occasion) -> bool:
        told = occasion.payload.get("message")
        if occasion.kind != "flow.message" or not isinstance(told, dict):
            return False
        is_meant = cfg.get("which", "any") in {"any", "answer" if told.get("is_answer") else "new"}
        is_heard = bool(cfg.get("automatic")) or not told.get("is_automatic")
        return is_meant and is_heard and cfg.get("mailbox") in {None, "", told.get("mailbox")}

    def given(self, occasion: Occasion) -> Mapping[str, Any]:
        told: Any = occasion.payload.get("message") or {}
        return {name: told.get(name.removeprefix("message_")) for name in self.gives}
