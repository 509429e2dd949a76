"""Reply by mail from a template."""

from typing import Any

from marshmallow import Schema, fields

from formloom.platform.kernel.errors import FormloomError
from formloom.platform.kernel.text import resolve
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.mail.liquid import render
from formloom.workflows.nodes.base import Action, Plan
from formloom.workflows.nodes.desk import Desk


class TemplateMissing(FormloomError):
    """The flow names a message template that is not published."""

    code = "template_missing"
    message = {"zh-CN": "消息模板“{key}”不存在或未发布", "en": "There is no published message template '{key}'"}


class NobodyToWriteTo(FormloomError):
    """No address could be found."""

    code = "no_recipient"
    message = {"zh-CN": "没有可用的收件地址", "en": "There is no address to write to"}


class ReplyMail(Action):
    """One mail per address, in the language of the one who reads it, by the rules against loops."""

    id = "reply_mail"
    label = {"zh-CN": "邮件回复", "en": "Reply by mail"}
    icon = "mail"
    group = "message"
    leaves_house = True
    settings = Schema.from_dict(
        {
            "template": fields.String(load_default=None, allow_none=True),
            "subject": fields.Dict(keys=fields.String(), values=fields.String(), load_default=None, allow_none=True),
            "body": fields.Dict(keys=fields.String(), values=fields.String(), load_default=None, allow_none=True),
            "to": fields.Dict(required=True),
        },
        name="ReplyMail",
    )()

    def perform(self, plan: Plan, desk: Desk) -> Outcome:
        letter = self._letter(plan, desk)
        recipients = desk.addresses(plan["to"])
        if not recipients:
            raise NobodyToWriteTo
        posted = [self._post(letter, address, locale, desk) for address, locale in recipients]
        held = all(mail["state"] == "suspended" for mail in posted)
        return Outcome(output={"mails": posted}, result="skipped" if held else "done")

    def _letter(self, plan: Plan, desk: Desk) -> Plan:
        if not plan.get("template"):
            return plan
        found = desk.document("message_template", plan["template"])
        if found is None:
            raise TemplateMissing(key=plan["template"])
        return found

    def _post(self, letter: Plan, address: str, locale: str, desk: Desk) -> dict[str, Any]:
        words = desk.context.words(locale)
        subject = render(resolve(letter.get("subject"), locale), words)
        body = render(resolve(letter.get("body"), locale), words)
        return {"to": address, "subject": subject, "locale": locale, **desk.send_reply(address, subject, body, locale)}
