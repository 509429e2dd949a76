"""Public links, for the people who build forms."""

from collections.abc import Sequence
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.access import passwords
from formloom.platform.access.policy import Act, demand
from formloom.platform.access.settings import organisation_name
from formloom.platform.definitions.form import FormVersion
from formloom.platform.definitions.kinds import shapes
from formloom.platform.kernel.errors import Finding, Invalid
from formloom.platform.kernel.text import LOCALES
from formloom.platform.records import lookup
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import UnitOfWork
from formloom.platform.web.public import embedding, query_pages
from formloom.platform.web.public.framing import Frame
from formloom.platform.web.public.queries import links
from formloom.platform.web.public.queries.links import LinkRow
from formloom.platform.web.route import Api, Call

api = Api("links")
NO_QUERY = {"zh-CN": "请先设置查询条件和显示的字段", "en": "Say what the page asks and shows"}
SOURCE = r"^[\w.-]{1,60}\Z"
"""A source is compared and grouped by, so it is one word: `poster`, `wechat.spring-2026`, `海报`."""


class QueryBody(Schema):
    """What a query page asks and shows."""

    by = fields.List(shapes.key(), required=True, validate=validate.Length(1, lookup.MOST_CONDITIONS))
    show = fields.List(shapes.key(), load_default=list, validate=validate.Length(max=60))
    mask = fields.List(shapes.key(), load_default=list, validate=validate.Length(max=60))
    rows = fields.Integer(load_default=lookup.ROWS, validate=validate.Range(1, lookup.MOST_ROWS))
    edit = fields.Boolean(load_default=False)
    open_from = fields.AwareDateTime(load_default=None, allow_none=True)
    open_until = fields.AwareDateTime(load_default=None, allow_none=True)


class QueryPreviewBody(Schema):
    """What a query page would ask and show, and the language to draw it in."""

    query = fields.Nested(QueryBody, required=True)
    locale = fields.String(load_default=LOCALES[0], validate=validate.OneOf(LOCALES))


class LinkBody(Schema):
    """A new link, or what to change about one; `password: null` takes the password away."""

    open = fields.Boolean()
    name = fields.String(allow_none=True, validate=validate.Length(max=120))
    source = fields.String(allow_none=True, validate=validate.Regexp(SOURCE))
    hosts = fields.List(
        fields.String(validate=validate.Length(1, 200)), allow_none=True, validate=validate.Length(max=embedding.MOST)
    )
    password = fields.String(allow_none=True, load_only=True, validate=validate.Length(max=passwords.MAX_LENGTH))
    query = fields.Nested(QueryBody)


class NewLinkBody(LinkBody):
    """A new link: to send answers by, or to find records by."""

    purpose = fields.String(load_default="fill", validate=validate.OneOf(("fill", "query")))


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
    purpose = fields.String(required=True)
    query = fields.Nested(QueryBody, required=True, allow_none=True)


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


@api.post("/forms/<form>/links", act=Act.LINK_CHANGE, body=NewLinkBody(), answer=LinkAnswer(), status=201)
def add_link(call: Call, form: str) -> object:
    """Open a new public link."""
    columns = _columns(call.body)
    if call.body["purpose"] == "query":
        if "query" not in call.body:
            raise Invalid(findings=[Finding("required", NO_QUERY, field="query")])
        columns["purpose"] = "query"

    def work(uow: Any) -> LinkRow:
        found = call.runtime.catalog.find(uow, form)
        demand(uow, call.actor, Act.LINK_CHANGE, app=found.app_id)
        _prepare(uow, found, columns)
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
        if "query" in columns:
            _prepare(uow, call.runtime.catalog.current(uow, link.form_id), columns)
        links.change(uow, token, **columns)
        return links.find(uow, token)

    return _shown(call, call.db.write(work))


@api.post("/links/<token>/preview", act=Act.LINK_CHANGE, body=QueryPreviewBody(), gives="text/html")
def preview_query(call: Call, token: str) -> object:
    """Draw a query page as these settings would make it, with a record made up; nothing can be asked."""
    with call.db.read() as unit:
        link = links.find(unit, token)
        form = call.runtime.catalog.current(unit, link.form_id)
        demand(unit, call.actor, Act.LINK_CHANGE, app=form.app_id)
        organisation = organisation_name(unit)
    settings = lookup.QuerySettings.of(_query_column(call.body["query"]))
    frame = Frame.of_draft(form, call.body["locale"], organisation, call.now)
    return query_pages.preview(form, settings, frame)


_TEXTS = {"name": "name", "source": "tag"}


def _columns(body: Any) -> dict[str, Any]:
    """Return the columns that a body sets. Slow when it sets a password. Raises PasswordTooWeak."""
    columns = {"is_open": body["open"]} if "open" in body else {}
    columns |= {column: body[name] or None for name, column in _TEXTS.items() if name in body}
    if "hosts" in body:
        columns["hosts"] = _origins(body["hosts"] or ()) or None
    if "query" in body:
        columns["query"] = _query_column(body["query"])
    if "password" in body:
        columns["password_hash"] = passwords.hash_shared(body["password"]) if body["password"] else None
    return columns


def _query_column(query: dict[str, Any]) -> dict[str, Any]:
    moments = {name: query[name] for name in ("open_from", "open_until")}
    return query | {name: at.isoformat() if at else None for name, at in moments.items()}


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


def _prepare(uow: UnitOfWork, form: FormVersion, columns: dict[str, Any]) -> None:
    if "query" not in columns:
        return
    settings = lookup.QuerySettings.of(columns["query"])
    if found := list(lookup.check(form, settings)):
        raise Invalid(findings=found)
    lookup.prepare(uow, form, settings)


def _shown(call: Call, link: LinkRow) -> dict[str, Any]:
    return {
        "token": link.token, "url": f"{call.runtime.settings.base_url}/f/{link.token}", "open": link.is_open,
        "submissions": link.submissions, "has_password": link.password_hash is not None,
        "name": link.name, "source": link.source, "hosts": link.hosts or [], "purpose": link.purpose,
        "query": link.query,
        "last_submission_at": link.last_submission_at.isoformat() if link.last_submission_at else None,
    }  # fmt: skip
