"""Public links, for the people who build forms."""

from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.access import passwords
from formloom.platform.access.policy import Act, demand
from formloom.platform.storage import definition_store as store
from formloom.platform.web.public.queries import links
from formloom.platform.web.public.queries.links import LinkRow
from formloom.platform.web.route import Api, Call

api = Api("links")


class LinkBody(Schema):
    """A new link, or what to change about one; `password: null` takes the password away."""

    open = fields.Boolean()
    password = fields.String(allow_none=True, load_only=True, validate=validate.Length(max=passwords.MAX_LENGTH))


class LinkAnswer(Schema):
    """A public link."""

    token = fields.String(required=True)
    url = fields.String(required=True)
    open = fields.Boolean(required=True)
    submissions = fields.Integer(required=True)
    has_password = fields.Boolean(required=True)


class LinksAnswer(Schema):
    """A form's public links."""

    links = fields.List(fields.Nested(LinkAnswer), required=True)


@api.get("/forms/<form>/links", act=Act.LINK_LIST, answer=LinksAnswer())
def list_links(call: Call, form: str) -> object:
    """List a form's public links."""
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        demand(unit, call.actor, Act.LINK_LIST, app=found.app_id)
        return {"links": [_shown(call, link) for link in links.of_form(unit, found.form_id)]}


@api.post("/forms/<form>/links", act=Act.LINK_CHANGE, body=LinkBody(), answer=LinkAnswer(), status=201)
def add_link(call: Call, form: str) -> object:
    """Open a new public link."""
    columns = _columns(call.body)

    def work(uow: Any) -> LinkRow:
        found = call.runtime.catalog.find(uow, form)
        demand(uow, call.actor, Act.LINK_CHANGE, app=found.app_id)
        return links.add(uow, found.form_id, by=call.actor.user_id, now=call.now, **columns)

    return _shown(call, call.db.write(work))


@api.patch("/links/<token>", act=Act.LINK_CHANGE, body=LinkBody(), answer=LinkAnswer())
def change_link(call: Call, token: str) -> object:
    """Open or close a link, at once; set its password or take it away."""
    columns = _columns(call.body)

    def work(uow: Any) -> LinkRow:
        link = links.find(uow, token)
        form = store.find(uow, link.form_id)
        demand(uow, call.actor, Act.LINK_CHANGE, app=form.app_id)
        links.change(uow, token, **columns)
        return links.find(uow, token)

    return _shown(call, call.db.write(work))


def _columns(body: Any) -> dict[str, Any]:
    """Return the columns that a body sets. Slow when it sets a password. Raises PasswordTooWeak."""
    columns = {"is_open": body["open"]} if "open" in body else {}
    if "password" in body:
        columns["password_hash"] = passwords.hash_shared(body["password"]) if body["password"] else None
    return columns


def _shown(call: Call, link: LinkRow) -> dict[str, Any]:
    return {
        "token": link.token, "url": f"{call.runtime.settings.base_url}/f/{link.token}", "open": link.is_open,
        "submissions": link.submissions, "has_password": link.password_hash is not None,
    }  # fmt: skip
