"""Public links, for the people who build forms."""

from collections.abc import Sequence
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.access import passwords
from formloom.platform.access.policy import Act, demand
from formloom.platform.kernel.errors import Finding, Invalid
from formloom.platform.storage import definition_store as store
from formloom.platform.web.public import embedding
from formloom.platform.web.public.queries import links
from formloom.platform.web.public.queries.links import LinkRow
from formloom.platform.web.route import Api, Call

api = Api("links")
SOURCE = r"^[\w.-]{1,60}\Z"
"""A source is compared and grouped by, so it is one word: `poster`, `wechat.spring-2026`, `海报`."""


class LinkBody(Schema):
    """A new link, or what to change about one; `password: null` takes the password away."""

    open = fields.Boolean()
    name = fields.String(allow_none=True, validate=validate.Length(max=120))
    source = fields.String(allow_none=True, validate=validate.Regexp(SOURCE))
    hosts = fields.List(
        fields.String(validate=validate.Length(1, 200)), allow_none=True, validate=validate.Length(max=embedding.MOST)
    )
    password = fields.String(allow_none=True, load_only=True, validate=validate.Length(max=passwords.MAX_LENGTH))


class LinkAnswer(Schema):
    """A public link."""

    token = fields.String(required=True)
    url = fields.String(required=True)
    open = fields.Boolean(required=True)
    submissions = fields.Integer(required=True)
    last_submission_at = fields.AwareDateTime(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    source = fields.String(required=True, allow_none=True)
    has_password = fields.Boolean(required=True)
    hosts = fields.List(fields.String(), required=True)


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
    """Open or close a link, at once; set its name, source and password."""
    columns = _columns(call.body)

    def work(uow: Any) -> LinkRow:
        link = links.find(uow, token)
        form = store.find(uow, link.form_id)
        demand(uow, call.actor, Act.LINK_CHANGE, app=form.app_id)
        links.change(uow, token, **columns)
        return links.find(uow, token)

    return _shown(call, call.db.write(work))


_TEXTS = {"name": "name", "source": "tag"}


def _columns(body: Any) -> dict[str, Any]:
    """Return the columns that a body sets. Slow when it sets a password. Raises PasswordTooWeak."""
    columns = {"is_open": body["open"]} if "open" in body else {}
    columns |= {column: body[name] or None for name, column in _TEXTS.items() if name in body}
    if "hosts" in body:
        columns["hosts"] = _origins(body["hosts"] or ()) or None
    if "password" in body:
        columns["password_hash"] = passwords.hash_shared(body["password"]) if body["password"] else None
    return columns


def _origins(given: Sequence[str]) -> list[str]:
    """Return the origins of the sites that may hold a form. Raises Invalid."""
    found = [embedding.origin_of(text) for text in given]
    wrong = [text for text, origin in zip(given, found, strict=True) if origin is None]
    if wrong:
        words = {
            "zh-CN": "“{text}”不是网站地址，应如 https://www.example.com",
            "en": "'{text}' is no address of a site such as https://www.example.com",
        }
        raise Invalid(findings=[Finding("bad_host", words, "hosts", {"text": text[:60]}) for text in wrong])
    return list(dict.fromkeys(origin for origin in found if origin))


def _shown(call: Call, link: LinkRow) -> dict[str, Any]:
    return {
        "token": link.token, "url": f"{call.runtime.settings.base_url}/f/{link.token}", "open": link.is_open,
        "submissions": link.submissions, "has_password": link.password_hash is not None,
        "name": link.name, "source": link.source, "hosts": link.hosts or [],
        "last_submission_at": link.last_submission_at.isoformat() if link.last_submission_at else None,
    }  # fmt: skip
