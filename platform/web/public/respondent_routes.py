"""Links of single respondents, for those who hand them out and withdraw them."""

from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.access.policy import Act, demand
from formloom.platform.access.settings import organisation_name
from formloom.platform.kernel.errors import NotFound
from formloom.platform.kernel.ids import is_id
from formloom.platform.kernel.text import LOCALES
from formloom.platform.records import own_links
from formloom.platform.records.queries import respondents
from formloom.platform.records.queries.respondents import RespondentLink
from formloom.platform.storage import definition_store as store
from formloom.platform.web.public import own_mail
from formloom.platform.web.public.queries import links
from formloom.platform.web.route import Api, Call

api = Api("respondent_links")
MOST = 200


class RespondentLinkAnswer(Schema):
    """A link that one respondent was given; its secret can't be read again."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    label = fields.String(required=True, allow_none=True)
    record = fields.String(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    created_by = fields.String(required=True, allow_none=True)
    expires_at = fields.AwareDateTime(required=True, allow_none=True)
    used_at = fields.AwareDateTime(required=True, allow_none=True)
    state = fields.String(required=True)


class RespondentLinksAnswer(Schema):
    """Links of respondents, newest first."""

    links = fields.List(fields.Nested(RespondentLinkAnswer), required=True)


class WithdrawnAnswer(Schema):
    """How many links no longer open anything."""

    withdrawn = fields.Integer(required=True)


class HandOverBody(Schema):
    """Whether to send the link to the address in the record, and in which language."""

    mail = fields.Boolean(load_default=False)
    locale = fields.String(load_default="zh-CN", validate=validate.OneOf(LOCALES))


class HandedOver(Schema):
    """A new link; this is the only time that its address is told."""

    url = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True, allow_none=True)
    mailed_to = fields.String(required=True, allow_none=True)


@api.get("/forms/<form>/respondent-links", act=Act.LINK_LIST, answer=RespondentLinksAnswer())
def list_respondent_links(call: Call, form: str) -> object:
    """List the newest links that respondents of a form were given."""
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        demand(unit, call.actor, Act.LINK_LIST, app=found.app_id)
        return {"links": [_shown(call, link) for link in respondents.of_form(unit, found.form_id, most=MOST)]}


@api.post("/forms/<form>/respondent-links/withdraw", act=Act.LINK_CHANGE, answer=WithdrawnAnswer())
def withdraw_all(call: Call, form: str) -> object:
    """Withdraw every link that respondents of a form were given."""

    def work(uow: Any) -> int:
        found = call.runtime.catalog.find(uow, form)
        demand(uow, call.actor, Act.LINK_CHANGE, app=found.app_id)
        return respondents.revoke(uow, now=call.now, form_id=found.form_id)

    return {"withdrawn": call.db.write(work)}


@api.delete("/respondent-links/<link_id>", act=Act.LINK_CHANGE)
def withdraw_one(call: Call, link_id: str) -> object:
    """Withdraw one link of a respondent."""

    def work(uow: Any) -> None:
        link = respondents.by_id(uow, link_id) if is_id(link_id) else None
        if link is None:
            raise NotFound
        demand(uow, call.actor, Act.LINK_CHANGE, app=store.find(uow, link.form_id).app_id)
        respondents.revoke(uow, now=call.now, id=link.id)

    call.db.write(work)
    return None


@api.get("/forms/<form>/records/<record_id>/own-links", act=Act.RECORD_UPDATE, answer=RespondentLinksAnswer())
def list_own_links(call: Call, form: str, record_id: str) -> object:
    """List the links that lead a respondent back to a record."""
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        return {"links": [_shown(call, one) for one in own_links.of_record(unit, call.actor, found, record_id)]}


@api.post(
    "/forms/<form>/records/<record_id>/own-links", act=Act.RECORD_UPDATE, body=HandOverBody(), answer=HandedOver(),
    status=201,
)  # fmt: skip
def hand_over(call: Call, form: str, record_id: str) -> object:
    """Make a link that leads a respondent back to a record; send it to the address in the record when asked to."""
    secret = own_links.new_secret(call.runtime.settings.secret_key)

    def work(uow: Any) -> dict[str, Any]:
        found = call.runtime.catalog.find(uow, form)
        fills = [link for link in links.of_form(uow, found.form_id) if link.purpose == "fill"]
        of_form = sorted(fills, key=lambda link: not link.is_open)
        token = of_form[0].token if of_form else None
        record, link = own_links.hand_over(uow, call.actor, found, record_id, secret, link_token=token, now=call.now)
        url, to = f"{call.runtime.settings.base_url}/f/{token}/own/{secret}", own_mail.address_of(found, record)
        leaves = bool(call.body["mail"] and to) and own_mail.post(
            uow, call.runtime, found, link, url, to or "", organisation=organisation_name(uow),
            locale=call.body["locale"], now=call.now,
        )  # fmt: skip
        expires = link.expires_at.isoformat() if link.expires_at else None
        return {"url": url, "expires_at": expires, "mailed_to": own_mail.masked(to) if leaves and to else None}

    return call.db.write(work)


@api.post(
    "/forms/<form>/records/<record_id>/own-links/withdraw", act=Act.RECORD_UPDATE, answer=WithdrawnAnswer()
)  # fmt: skip
def withdraw_own(call: Call, form: str, record_id: str) -> object:
    """Withdraw every link that leads back to a record."""

    def work(uow: Any) -> int:
        found = call.runtime.catalog.find(uow, form)
        return own_links.withdraw(uow, call.actor, found, record_id, now=call.now)

    return {"withdrawn": call.db.write(work)}


def _shown(call: Call, link: RespondentLink) -> dict[str, Any]:
    moments = {name: getattr(link, name) for name in ("created_at", "expires_at", "used_at")}
    state = "withdrawn" if link.revoked_at else "good" if link.is_good(call.now) else "ended"
    return {
        "id": link.id, "kind": link.kind, "label": link.label, "record": link.record_id, "created_by": link.created_by,
        "state": state, **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
    }  # fmt: skip
