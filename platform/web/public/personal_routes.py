"""Personal links, for the people who send them: values that stand in the link, signed, and can't be altered."""

from datetime import timedelta
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.access.policy import Act, demand
from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import Finding, Invalid
from formloom.platform.kernel.ids import new_id
from formloom.platform.records.links import MAX_TEXT, PersonalLink, sign
from formloom.platform.records.queries import respondents
from formloom.platform.web.public import prefill
from formloom.platform.web.public.queries import links
from formloom.platform.web.route import Api, Call

api = Api("personal_links")
MOST = 500
NOT_FILLABLE = {"zh-CN": "链接不能填写此字段", "en": "A link can't fill in this field"}
TOO_LONG = {"zh-CN": "这些值放进链接后太长", "en": "These values make the link too long"}


class Person(Schema):
    """What one link fills in."""

    values = fields.Dict(keys=fields.String(validate=validate.Length(max=40)), required=True)


class PeopleBody(Schema):
    """Whom to make links for, one each."""

    links = fields.List(fields.Nested(Person), required=True, validate=validate.Length(1, MOST))
    days = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 3_650))


class PersonalAnswer(Schema):
    """One personal link, and the id by which it can be withdrawn."""

    id = fields.String(required=True)
    url = fields.String(required=True)


class PeopleAnswer(Schema):
    """The links, in the order asked for."""

    links = fields.List(fields.Nested(PersonalAnswer), required=True)


@api.post(
    "/links/<token>/personal", act=Act.LINK_CHANGE, body=PeopleBody(), answer=PeopleAnswer(), status=201
)  # fmt: skip
def sign_links(call: Call, token: str) -> object:
    """Sign personal links: each fills in its values, which the respondent can't change, until it ends or is withdrawn.

    What is stored says that there is a link and until when; the values stand in the link alone.
    """
    with call.db.read() as unit:
        link = links.find(unit, token)
        form = call.runtime.catalog.current(unit, link.form_id)
        demand(unit, call.actor, Act.LINK_CHANGE, app=form.app_id)
    base, secret = f"{call.runtime.settings.base_url}/f/{token}", call.runtime.settings.secret_key
    found, made = [], []
    for place, person in enumerate(call.body["links"]):
        link_id = new_id()
        text = sign(secret, PersonalLink(form.form_id, link_id, {}, person["values"]))
        found += _faults(call, form, f"links.{place}.values", person["values"], text)
        made.append({"id": link_id, "url": f"{base}?ref={text}"})
    if found:
        raise Invalid(findings=found[:50])
    rows = [_row(call, form, token, one["id"], person) for one, person in zip(made, call.body["links"], strict=True)]
    call.db.write(lambda uow: respondents.add_many(uow, rows))
    return {"links": made}


def _row(call: Call, form: FormVersion, token: str, link_id: str, person: Any) -> dict[str, Any]:
    ends = call.now + timedelta(days=call.body["days"]) if call.body["days"] else None
    said = next((value for value in person["values"].values() if isinstance(value, str) and value), None)
    return {
        "id": link_id, "kind": "personal", "form_id": form.form_id, "link_token": token,
        "label": said[:100] if said else None, "created_at": call.now, "created_by": call.actor.id, "expires_at": ends,
    }  # fmt: skip


def _faults(call: Call, form: FormVersion, path: str, values: dict[str, Any], text: str) -> list[Finding]:
    ctx = CleanContext(now=call.now)
    found = [
        Finding(fault.code, fault.message, f"{path}.{name}"[:200], fault.params)
        if fault
        else Finding("not_fillable", NOT_FILLABLE, f"{path}.{name}"[:200])
        for name, fault in prefill.misfits(form, values, ctx)
    ]
    return found or ([Finding("too_long", TOO_LONG, path)] if len(text) > MAX_TEXT else [])
