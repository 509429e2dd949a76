"""A respondent's own link over HTTP: where the record stands, changing it, the link by mail."""

from collections.abc import Mapping
from typing import Any

from flask import redirect, request
from werkzeug.datastructures import MultiDict

from formloom.platform.access.policy import Act
from formloom.platform.definitions.row_names import field_name
from formloom.platform.kernel.actors import Public
from formloom.platform.kernel.errors import Finding, FormloomError, Invalid, NotFound, TooMany
from formloom.platform.records import own_links, reviews, service
from formloom.platform.records.own_links import EditEnded, Terms
from formloom.platform.records.queries import respondents
from formloom.platform.records.record import InvalidValues, Record, StaleRecord, WriteOptions
from formloom.platform.web.public import limits, linking, own_mail, own_pages, uploading, visits
from formloom.platform.web.public.own_pages import UnderReview, Way
from formloom.platform.web.public.page_form import change_rows, raw_answers, with_own_rows, with_parts
from formloom.platform.web.public.texts import say
from formloom.platform.web.public.visits import Visit
from formloom.platform.web.route import Api, Call
from formloom.platform.web.security import rates

api = Api("own_links", prefix="")
MAX_BYTES = 64_000_000
MAX_MAIL = 10_000
_LOOKS = "120 per hour"
_CHANGES = "60 per hour"
NO_FILE = {"zh-CN": "没有文件", "en": "There is no file"}
_SHOWN_AGAIN = frozenset({"invalid", "conflict", "too_large"})


@api.get("/f/<token>/own/<own>", act=Act.PUBLIC_FORM_READ, who="anyone", gives="text/html", errors=(404, 429))
def show_own(call: Call, token: str, own: str) -> object:
    """Show a respondent where the record stands."""
    try:
        visit, way = _open(call, token, own)
    except UnderReview as found:
        return own_pages.waiting(visits.begin(call, token, purpose=None), found)
    said = say("changes_saved", visit.locale) if "saved" in request.args else ""
    if way.link.used_at is None:  # later visits are not written down
        call.db.write(lambda uow: respondents.change(uow, way.link.id, used_at=call.now))
    return own_pages.show(visit, way, said=said)


@api.get("/f/<token>/own/<own>/edit", act=Act.PUBLIC_FORM_READ, who="anyone", gives="text/html", errors=(403, 404, 429))
def edit_own(call: Call, token: str, own: str) -> object:
    """Show a respondent the record's answers as a form."""
    visit, way = _open(call, token, own)
    if not way.terms.lets_edit(visit.form, way.record, visit.now):
        return own_pages.show(visit, way, fault=EditEnded())
    return own_pages.edit(visit, way)


@api.post(
    "/f/<token>/own/<own>/edit", act=Act.FORM_SUBMIT, who="visitor", takes="any", max_bytes=MAX_BYTES,
    gives="text/html", status=303, errors=(403, 404, 409, 429),
)  # fmt: skip
def change_own(call: Call, token: str, own: str) -> object:
    """Change what the form lets the respondent change; who comes late sees both sides and loses nothing."""
    visit, way = _open(call, token, own, sent=request.form)
    rates().spend(_CHANGES, "own-change", way.link.id)
    if not way.terms.lets_edit(visit.form, way.record, visit.now):
        return own_pages.show(visit, way, fault=EditEnded())
    asked = own_pages.asked_of(visit, way)
    names = {item.id for item in asked}
    parts = MultiDict([(name, part) for name, part in request.files.items(multi=True) if field_name(name) in names])
    stored, findings = uploading.store_parts(visit, parts)
    typed = _typed(visit, names, stored)
    sought, looks_in = linking.sought(request.form), linking.asked(visit.form, request.form)
    try:
        if looks_in:
            linking.count(visit)
    except TooMany as fault:
        return own_pages.edit(visit, way, typed=typed, rev=_rev(), fault=fault)
    if request.form.get("_rows"):
        change_rows(visit.form, typed, request.form["_rows"])
    if "_lang" in request.form or "_rows" in request.form or looks_in:
        return own_pages.edit(visit, way, typed=typed, rev=_rev(), sought=sought, asked=looks_in)
    try:
        if findings:
            raise InvalidValues(findings=findings, count=len(findings))
        _change(visit, way, with_own_rows(visit.form, raw_answers(visit.form, typed, asked), way.record.values))
    except EditEnded as fault:
        return own_pages.show(visit, _again(visit, way), fault=fault)
    except FormloomError as fault:
        if fault.kind not in _SHOWN_AGAIN:
            raise
        rev = None if isinstance(fault, StaleRecord) else _rev()
        return own_pages.edit(visit, _again(visit, way), typed=typed, rev=rev, fault=fault, sought=sought)
    return redirect(f"{way.path(visit)}?saved=1&locale={visit.locale}", code=303)


@api.post(
    "/f/<token>/own/<own>/files", act=Act.FILE_UPLOAD, who="visitor", takes="multipart", max_bytes=MAX_BYTES,
    status=201, errors=(403, 404, 413, 415, 422, 429),
)  # fmt: skip
def upload_own(call: Call, token: str, own: str) -> object:
    """Take one file for a field that the respondent may change; the form itself may be closed by now."""
    visit, way = _open(call, token, own)
    if not way.terms.lets_edit(visit.form, way.record, visit.now):
        raise EditEnded
    part, name = request.files.get("file"), request.form.get("field", "")
    if part is None or not part.filename or field_name(name) not in way.terms.edit:
        raise Invalid(findings=[Finding("required", NO_FILE, field="file")])
    row = uploading.store_one(visit, name, part)
    return {"id": row.id, "name": row.name, "size_bytes": row.size_bytes, "type": row.type}


@api.post(
    "/f/<token>/own/<own>/mail", act=Act.FORM_SUBMIT, who="visitor", takes="any", max_bytes=MAX_MAIL, gives="text/html",
    errors=(404, 429),
)  # fmt: skip
def mail_own(call: Call, token: str, own: str) -> object:
    """Send the link by mail; the answer never tells whether there was anybody to send it to."""
    try:
        visit, way = _open(call, token, own, sent=request.form)
    except UnderReview as found:
        return _mail_waiting(visits.begin(call, token, sent=request.form, purpose=None), found)
    try:
        own_mail.send(visit, way.link, own_pages.address(visit, own), request.form.get("to", "")[:300])
    except TooMany as fault:
        answer = own_pages.show(visit, way, fault=fault)
        answer.headers["Retry-After"] = str(fault.params.get("retry_after_s", 60))
        return answer
    return own_pages.show(visit, way, said=say("mail_on_its_way", visit.locale))


def _mail_waiting(visit: Visit, found: UnderReview) -> object:
    """Send the link of a submission that is being reviewed to the address that was typed."""
    try:
        own_mail.send(visit, found.link, own_pages.address(visit, found.secret), request.form.get("to", "")[:300])
    except TooMany as fault:
        answer = own_pages.waiting(visit, found, fault=fault)
        answer.headers["Retry-After"] = str(fault.params.get("retry_after_s", 60))
        return answer
    return own_pages.waiting(visit, found, said=say("mail_on_its_way", visit.locale))


def _open(call: Call, token: str, own: str, *, sent: Any = None) -> tuple[Visit, Way]:
    """Open an own link. Raises NotFound, in the same way for one that never was, has ended or was withdrawn."""
    visit = visits.begin(call, token, sent=sent, purpose=None)
    rates().spend(_LOOKS, "own-look", visit.link.token, visit.network)
    return visit, _way(visit, own)


def _again(visit: Visit, way: Way) -> Way:
    return _way(visit, way.secret)


def _way(visit: Visit, secret: str) -> Way:
    terms = Terms.of(visit.form)
    with visit.rt.db.read() as unit:
        link = own_links.find(unit, visit.secret, visit.form, secret, visit.now)
        if link is None or terms is None or link.record_id is None or link.link_token != visit.link.token:
            raise NotFound
        visitor = _visitor(visit, terms, link.record_id, edits=False)
        try:
            record = service.read(unit, visitor, visit.form, link.record_id)
        except NotFound:
            row = reviews.standing(unit, visit.form, link.record_id)
            if row is None:
                raise
            raise UnderReview(secret, link, row) from None
        return Way(secret, link, terms, record, visitor, own_pages.names_in(unit, visit, terms, record))


def _visitor(visit: Visit, terms: Terms, record_id: str, *, edits: bool) -> Public:
    own = own_links.own_of(terms, record_id, edits=edits)
    return Public(visit.form.form_id, visit.form.version, visit.link.token, visit.network, visit.locale, own)


def _change(visit: Visit, way: Way, values: dict[str, Any]) -> Record:
    visitor = _visitor(visit, way.terms, way.record.id, edits=True)
    context = {"channel": "form", "link": visit.link.token, "source": visit.link.source}
    options = WriteOptions(listeners=visit.rt.listeners, locale=visit.locale, context=context)

    def work(uow: Any) -> Record:
        current = service.read(uow, visitor, visit.form, way.record.id)
        if not way.terms.lets_edit(visit.form, current, visit.now):
            raise EditEnded
        changed = service.update(
            uow, visitor, visit.form, current.id, values, now=visit.now, if_rev=_rev(), options=options
        )
        limits.take_again(uow, visit, current, changed)
        return changed

    return visit.rt.db.write(work)


def _typed(visit: Visit, names: set[str], stored: Mapping[str, list[str]]) -> "MultiDict[str, str]":
    """Return what was typed for these fields, with the ids of the files that came along."""
    kept = MultiDict((name, text) for name, text in request.form.items(multi=True) if field_name(name) in names)
    for name, ids in stored.items():
        kept.setlist(name, [*kept.getlist(name), *ids])
    return with_parts(visit.form, kept)


def _rev() -> int:
    """Return which state of the record the page was made from; 0, which no record has, for one that doesn't say."""
    text = request.form.get("_rev", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
