"""Sheets of QR labels: of a form's public links, and of chosen records."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Response
from marshmallow import fields, validate

from formloom.platform.access import audit
from formloom.platform.access.policy import Act, demand
from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import Finding, Invalid, NotFound
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.kernel.text import resolve
from formloom.platform.records import exports, label_sheets
from formloom.platform.records.label_sheets import MOST_LABELS, MOST_LINES, Label, SheetBody
from formloom.platform.records.queries.pages import Query
from formloom.platform.web.public import prefill
from formloom.platform.web.public.queries import links
from formloom.platform.web.route import Api, Call

api = Api("labels")
LINK_LINES = ("name", "source", "title", "address")
LONGEST_CODE = 1_200
"""A code that says more than that is too fine to be read from a label."""


class LinkSheetBody(SheetBody):
    """Labels of public links."""

    links = fields.List(
        fields.String(validate=validate.Length(1, 40)), required=True, validate=validate.Length(1, MOST_LABELS)
    )
    lines = fields.List(
        fields.String(validate=validate.OneOf(LINK_LINES)), load_default=lambda: ["name", "title"],
        validate=validate.Length(max=len(LINK_LINES)),
    )  # fmt: skip


class RecordSheetBody(SheetBody):
    """Labels of records: the code leads to the record, or to a public link with some of its values filled in."""

    records = fields.List(
        fields.String(validate=validate.Length(1, 40)), required=True, validate=validate.Length(1, MOST_LABELS)
    )
    lines = fields.List(
        fields.String(validate=validate.Length(1, 60)), required=True, validate=validate.Length(max=MOST_LINES)
    )
    link = fields.String(allow_none=True, validate=validate.Length(1, 40))
    prefill = fields.List(
        fields.String(validate=validate.Length(1, 60)), load_default=list, validate=validate.Length(max=10)
    )


@api.post("/forms/<form>/labels/links", act=Act.LINK_LIST, body=LinkSheetBody(), gives="application/pdf")
def print_links(call: Call, form: str) -> object:
    """Draw label sheets of public links as PDF, each with its own code."""
    body: Any = call.body
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        demand(unit, call.actor, Act.LINK_LIST, app=found.app_id)
        known = {link.token: link for link in links.of_form(unit, found.form_id)}
    missing = [token for token in body["links"] if token not in known]
    if missing:
        words = {"zh-CN": "没有这个链接", "en": "There is no such link"}
        raise Invalid(findings=[Finding("unknown_link", words, "links")])

    def label(token: str) -> Label:
        link, url = known[token], f"{call.runtime.settings.base_url}/f/{token}"
        said = {"name": link.name, "source": link.source, "title": resolve(found.title, call.locale), "address": url}
        return Label(url, [str(said[part] or "") for part in body["lines"]])

    return _sheet(call, found, [label(token) for token in body["links"]])


@api.post("/forms/<form>/labels/records", act=Act.RECORD_EXPORT, body=RecordSheetBody(), gives="application/pdf")
def print_records(call: Call, form: str) -> object:
    """Draw label sheets of records that the caller may take out, as PDF."""
    body: Any = call.body
    names = [*body["lines"], *(one for one in body["prefill"] if one not in body["lines"])]
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        query = Query(filter={"field": "id", "op": "in", "value": body["records"]}, setting=Setting(now=call.now))
        rows = exports.texts(unit, call.actor, found, query, names, locale=call.locale)
        address = _address(call, found, links.find(unit, body["link"]) if body.get("link") else None)
    kept = {item.id for item in prefill.fillable(found)}
    labels = []
    for record_id in body["records"]:
        if record_id in rows:
            texts, values = rows[record_id]
            given = {
                name: values[name] for name in body["prefill"] if name in kept and values.get(name) not in (None, "")
            }
            labels.append(Label(address(record_id, given), [texts[name] for name in body["lines"]]))
    if not labels:
        raise NotFound
    detail: JSONObject = {"format": "labels", "rows": len(labels)}
    call.db.write(
        lambda uow: audit.note(
            uow, call.actor, Act.RECORD_EXPORT, "form", found.form_id, detail, now=call.now, ip=call.ip
        )
    )
    return _sheet(call, found, labels)


def _address(call: Call, form: FormVersion, link: links.LinkRow | None) -> Any:
    base = call.runtime.settings.base_url
    if link is not None and link.form_id != form.form_id:
        raise NotFound

    def of_record(record_id: str, _values: Mapping[str, Any]) -> str:
        return f"{base}/a/{form.app_key}/f/{form.key}?record={record_id}"

    def of_link(_record_id: str, values: Mapping[str, Any]) -> str:
        query = urlencode([(name, part) for name, value in values.items() for part in _parts(value)])
        address = f"{base}/f/{link.token if link else ''}" + (f"?{query}" if query else "")
        if len(address.encode()) > LONGEST_CODE:
            words = {"zh-CN": "预填内容过长，放不进二维码", "en": "The prefilled answers are too long for a QR code"}
            raise Invalid(findings=[Finding("too_long", words, "prefill")])
        return address

    return of_record if link is None else of_link


def _parts(value: Any) -> Iterator[str]:
    for part in value if isinstance(value, list) else [value]:
        yield str(part).lower() if isinstance(part, bool) else str(part)


def _sheet(call: Call, form: FormVersion, labels: Sequence[Label]) -> Response:
    body: Any = call.body
    if len(labels) * body["copies"] > MOST_LABELS:
        words = {"zh-CN": "一次最多 {n} 张标签", "en": "At most {n} labels at once"}
        raise Invalid(findings=[Finding("too_many", words, "copies", {"n": MOST_LABELS})])
    several = [label for label in labels for _copy in range(body["copies"])]
    title = resolve(form.title, call.locale) or form.key
    data = label_sheets.draw(several, label_sheets.size_of(body), title=title, skip=body["skip"])
    name = f"{form.key}-labels-{call.now.astimezone(form.zone):%Y%m%d}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, content_type="application/pdf", headers=headers)
