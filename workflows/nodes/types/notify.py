"""Tell members in the app."""

from marshmallow import Schema, fields

from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.mail.liquid import render
from formloom.workflows.nodes.base import Action, Plan
from formloom.workflows.nodes.desk import Desk


class Notify(Action):
    """Each reads it in his own language; the text is a Liquid template."""

    id = "notify"
    label = {"zh-CN": "站内通知", "en": "Notify in the app"}
    icon = "bell"
    group = "message"
    settings = Schema.from_dict(
        {
            "to": fields.Dict(required=True),
            "text": fields.Dict(keys=fields.String(), values=fields.String(), required=True),
        },
        name="Notify",
    )()

    def perform(self, plan: Plan, desk: Desk) -> Outcome:
        people = desk.people(plan["to"])
        text = {locale: render(words, desk.context.words(locale)) for locale, words in plan["text"].items()}
        told = desk.notify(people, text)
        return Outcome(output={"people": told, "text": text}, result="done" if told else "skipped")
