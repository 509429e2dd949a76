"""Public links and previews, for the people who build forms."""

from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.access.policy import Act, demand
from formloom.platform.definitions.form import FormVersion
from formloom.platform.definitions.kinds.base import World
from formloom.platform.definitions.kinds.registry import KINDS
from formloom.platform.kernel.errors import Invalid
from formloom.platform.kernel.text import LOCALES
from formloom.platform.storage import definition_store as store
from formloom.platform.web.public.queries import links
from formloom.platform.web.public.queries.links import LinkRow
from formloom.platform.web.public.routes import preview
from formloom.platform.web.route import Api, Call

api = Api("links")


class LinkBody(Schema):
    """Nothing to say about a new link."""


class LinkChange(Schema):
    """Whether it is open."""

    open = fields.Boolean(required=True)


class PreviewBody(Schema):
    """A draft to draw."""

    document = fields.Dict(keys=fields.String(), required=True)
    locale = fields.String(load_default="zh-CN", validate=validate.OneOf(LOCALES))


@api.get("/forms/<form>/links", act=Act.LINK_LIST)
def list_links(call: Call, form: str) -> object:
    """List a form's public links."""
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        demand(unit, call.actor, Act.LINK_LIST, app=found.app_id)
        return {"links": [_shown(call, link) for link in links.of_form(unit, found.form_id)]}


@api.post("/forms/<form>/links", act=Act.LINK_CHANGE, body=LinkBody(), status=201)
def add_link(call: Call, form: str) -> object:
    """Open a new public link."""

    def work(uow: Any) -> LinkRow:
        found = call.runtime.catalog.find(uow, form)
        demand(uow, call.actor, Act.LINK_CHANGE, app=found.app_id)
        return links.add(uow, found.form_id, by=call.actor.user_id, now=call.now)

    return _shown(call, call.db.write(work))


@api.patch("/links/<token>", act=Act.LINK_CHANGE, body=LinkChange())
def change_link(call: Call, token: str) -> object:
    """Open or close a link, at once."""

    def work(uow: Any) -> LinkRow:
        link = links.find(uow, token)
        form = store.find(uow, link.form_id)
        demand(uow, call.actor, Act.LINK_CHANGE, app=form.app_id)
        links.set_open(uow, token, is_open=call.body["open"])
        return links.find(uow, token)

    return _shown(call, call.db.write(work))


@api.post(
    "/definitions/<definition_id>/preview", act=Act.DEFINITION_READ, body=PreviewBody(), max_bytes=2_000_000,
    gives="text/html",
)  # fmt: skip
def show_preview(call: Call, definition_id: str) -> object:
    """Draw a draft as the public page; nothing can be sent from it."""
    with call.db.read() as unit:
        found = store.find(unit, definition_id)
        demand(unit, call.actor, Act.DEFINITION_READ, app=found.app_id)
    document = call.body["document"]
    faults = [one for one in KINDS.get("form").check(document, World()) if one.severity == "error"]
    blocking = [one for one in faults if one.code not in {"no_options", "unknown_flow"}]
    if blocking:
        raise Invalid(findings=blocking)
    form = FormVersion.build(
        form_id=found.id, app_id=found.app_id, app_key=found.app_key, key=found.key, version=0, document=document,
        table="", columns={},
    )  # fmt: skip
    return preview(form, call.body["locale"])


def _shown(call: Call, link: LinkRow) -> dict[str, Any]:
    return {
        "token": link.token, "url": f"{call.runtime.settings.base_url}/f/{link.token}", "open": link.is_open,
        "submissions": link.submissions,
    }  # fmt: skip
