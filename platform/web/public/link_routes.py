"""Public links, for the people who build forms."""

from typing import Any

from marshmallow import Schema, fields

from formloom.platform.access.policy import Act, demand
from formloom.platform.storage import definition_store as store
from formloom.platform.web.public.queries import links
from formloom.platform.web.public.queries.links import LinkRow
from formloom.platform.web.route import Api, Call

api = Api("links")


class LinkBody(Schema):
    """Nothing to say about a new link."""


class LinkChange(Schema):
    """Whether it is open."""

    open = fields.Boolean(required=True)


class LinkAnswer(Schema):
    """A public link."""

    token = fields.String(required=True)
    url = fields.String(required=True)
    open = fields.Boolean(required=True)
    submissions = fields.Integer(required=True)


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

    def work(uow: Any) -> LinkRow:
        found = call.runtime.catalog.find(uow, form)
        demand(uow, call.actor, Act.LINK_CHANGE, app=found.app_id)
        return links.add(uow, found.form_id, by=call.actor.user_id, now=call.now)

    return _shown(call, call.db.write(work))


@api.patch("/links/<token>", act=Act.LINK_CHANGE, body=LinkChange(), answer=LinkAnswer())
def change_link(call: Call, token: str) -> object:
    """Open or close a link, at once."""

    def work(uow: Any) -> LinkRow:
        link = links.find(uow, token)
        form = store.find(uow, link.form_id)
        demand(uow, call.actor, Act.LINK_CHANGE, app=form.app_id)
        links.set_open(uow, token, is_open=call.body["open"])
        return links.find(uow, token)

    return _shown(call, call.db.write(work))


def _shown(call: Call, link: LinkRow) -> dict[str, Any]:
    return {
        "token": link.token, "url": f"{call.runtime.settings.base_url}/f/{link.token}", "open": link.is_open,
        "submissions": link.submissions,
    }  # fmt: skip
