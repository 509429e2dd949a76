"""Add a comment to the record."""

from marshmallow import Schema, fields

from formloom.platform.kernel.text import resolve
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.mail.liquid import render
from formloom.workflows.nodes.base import Action, Plan
from formloom.workflows.nodes.desk import Desk


class AddComment(Action):
    """In the house's language; the text is a Liquid template."""

    id = "add_comment"
    label = {"zh-CN": "添加评论", "en": "Add a comment"}
    icon = "chat"
    group = "record"
    settings = Schema.from_dict(
        {"text": fields.Dict(keys=fields.String(), values=fields.String(), required=True)}, name="AddComment"
    )()

    def perform(self, plan: Plan, desk: Desk) -> Outcome:
        locale = desk.context.occasion.locale
        text = render(resolve(plan["text"], locale), desk.context.words(locale))
        desk.add_comment(text)
        return Outcome(output={"text": text[:500]})
