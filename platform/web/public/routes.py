"""Public forms over HTTP: the page, its submission, uploads, the receipt, the QR code. Reading records nothing."""

import re
from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response, redirect, request
from werkzeug.datastructures import MultiDict

from formloom.platform.access import passwords
from formloom.platform.access.policy import Act
from formloom.platform.definitions.fields import divisions
from formloom.platform.kernel.errors import Finding, FormloomError, Invalid, NotFound, TooLarge, TooMany
from formloom.platform.records.record import FormClosed
from formloom.platform.web.public import (
    form_page,
    framing,
    guards,
    later_pages,
    limits,
    linking,
    locks,
    ordering,
    other_pages,
    own_pages,
    page_token,
    pictures,
    qr,
    query_pages,
    receipts,
    submitting,
    theming,
    uploading,
    visits,
)
from formloom.platform.web.public.form_page import Typed
from formloom.platform.web.public.guards import Sent
from formloom.platform.web.public.limits import AnsweredBefore, DeviceUnknown
from formloom.platform.web.public.locks import LinkLocked
from formloom.platform.web.public.page_form import change_rows, raw_answers, with_parts
from formloom.platform.web.public.page_token import PageTokenRefused
from formloom.platform.web.public.queries import links
from formloom.platform.web.public.visits import Visit
from formloom.platform.web.route import Api, Call, WrongMediaType, read_json

api = Api("public", prefix="")
MAX_BYTES = 64_000_000
MAX_JSON = 1_000_000
MAX_UNLOCK = 10_000
_KEY = re.compile(r"offline-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OWN_INPUTS = frozenset(
    {"_token", "_lang", "_rows", "_later", "_draft", "_script", "_proof", "_ref", "_order", guards.TRAP}
)
_JSON_KEYS = frozenset({"values", "form_token", "ref", "locale", "script", "proof", "trap", "password", "draft", "key"})
_SHOWN_AGAIN = frozenset({"invalid", "too_many", "too_large"})


@api.get("/f/<token>", act=Act.PUBLIC_FORM_READ, who="anyone", gives="text/html", errors=(403, 404))
def show_form(call: Call, token: str) -> object:
    """Show a public form."""
    visit = visits.begin(call, token, purpose=None)
    is_query = visit.link.purpose == "query"
    shut = query_pages.shut(visit) if is_query else None if visit.state == "open" else other_pages.closed(visit)
    if shut is not None:
        return shut
    if not visit.is_unlocked:
        return other_pages.locked(visit)
    if is_query:
        return _renewed(visit, query_pages.show(visit))
    return _renewed(visit, _opened(call, visit))


def _opened(call: Call, visit: Visit) -> Response:
    resumed = request.args.get("resume", "")[:100]
    draft = later_pages.find(visit, resumed) if resumed else None
    ref = draft.ref if draft else request.args.get("ref", "")[:4_000]
    personal = visits.personal_of(visit, ref)
    with call.db.read() as unit:
        earlier = submitting.answered_before(unit, visit, personal)
        limit = limits.standing(unit, visit)
    if earlier is not None:
        return other_pages.receipt(visit, earlier)
    if limit is not None:
        return other_pages.once(visit, limit)
    typed = later_pages.typed(visit, draft) if draft else None
    return form_page.show(visit, personal=personal, ref=ref if personal else "", typed=typed, draft=resumed)


def _renewed(visit: Visit, answer: Response) -> Response:
    """Let the password count as long as the page that is being shown."""
    if visit.link.password_hash is not None:
        locks.remember(answer, visit.rt, visit.link, visit.now)
    limits.remember_device(answer, visit)
    return answer


@api.post(
    "/f/<token>/unlock", act=Act.PUBLIC_FORM_READ, who="anyone", takes="any", max_bytes=MAX_UNLOCK, gives="text/html",
    status=303, errors=(403, 404, 429),
)  # fmt: skip
def unlock_form(call: Call, token: str) -> object:
    """Take the password of a link and remember in a cookie that it was given."""
    visit = visits.begin(call, token, purpose=None)
    try:
        visit = visits.begin(call, token, password=request.form.get("password", ""), purpose=None)
    except (LinkLocked, TooMany) as fault:
        answer = other_pages.locked(visit, fault)
        if isinstance(fault, TooMany):
            answer.headers["Retry-After"] = str(fault.params.get("retry_after_s", 60))
        return answer
    query = request.query_string.decode("ascii", "ignore") + ("&unlocked=1" if visit.holder is not None else "")
    return _renewed(visit, redirect(f"{visit.path}?{query}" if query else visit.path, code=303))  # type: ignore[arg-type]  # werkzeug's answer is Flask's here


@api.post(
    "/f/<token>", act=Act.FORM_SUBMIT, who="visitor", takes="any", max_bytes=MAX_BYTES, gives="text/html", status=303,
    errors=(401, 403, 404),
)  # fmt: skip
def submit_form(call: Call, token: str) -> object:
    """Take a submission: as a page's form, or as JSON with the page's form token or an API token."""
    if request.mimetype == "application/json":
        return _submit_json(call, token)
    if request.mimetype not in {"multipart/form-data", "application/x-www-form-urlencoded"}:
        raise WrongMediaType(expected="multipart/form-data")
    act = _keep_for_later if "_later" in request.form else _submit_page
    return act(visits.begin(call, token, sent=request.form), request.form)


@api.get("/f/<token>/receipt", act=Act.PUBLIC_FORM_READ, who="anyone", gives="text/html", errors=(404,))
def show_receipt(call: Call, token: str) -> object:
    """Show the receipt of a submission."""
    visit = visits.begin(call, token)
    found = receipts.read(visit.secret, request.args)
    if found is None:
        return redirect(visit.path)
    whole = submitting.kept(visit, found)
    return other_pages.receipt(
        visit, whole, own=own_pages.card_of(visit, whole.own), review=own_pages.review_of(visit, found.waits)
    )


@api.post(
    "/f/<token>/files", act=Act.FILE_UPLOAD, who="visitor", takes="multipart", max_bytes=MAX_BYTES, status=201,
    errors=(403, 404, 413, 415, 422, 429),
)  # fmt: skip
def upload_file(call: Call, token: str) -> object:
    """Take one file for a field of a page; the submission then names it by its id."""
    visit = visits.begin(call, token)
    if visit.state != "open":
        raise FormClosed
    visit.ensure_unlocked()
    page_token.read(visit.secret, request.form.get("_token"), visit.link.token, now=visit.now)
    part = request.files.get("file")
    if part is None or not part.filename:
        words = {"zh-CN": "没有文件", "en": "There is no file"}
        raise Invalid(findings=[Finding("required", words, field="file")])
    row = uploading.store_one(visit, request.form.get("field", ""), part)
    return {"id": row.id, "name": row.name, "size_bytes": row.size_bytes, "type": row.type}


@api.get("/f/<token>/qr.svg", act=Act.PUBLIC_FORM_READ, who="anyone", gives="image/svg+xml", errors=(404,))
def show_qr(call: Call, token: str) -> object:
    """Draw the link as a QR code."""
    with call.db.read() as unit:
        link = links.find(unit, token)
    drawn = qr.drawn(f"{call.runtime.settings.base_url}/f/{link.token}", title=link.token)
    return Response(drawn, content_type="image/svg+xml", headers={"Cache-Control": "max-age=3600"})


@api.get(
    "/f/<token>/pictures/<field_id>/<int:number>",
    act=Act.PUBLIC_FORM_READ,
    who="anyone",
    gives="image/*",
    errors=(404,),
)
def show_picture(call: Call, token: str, field_id: str, number: int) -> object:
    """Give the picture of an option."""
    visit = visits.begin(call, token)
    if not visit.is_unlocked:
        raise NotFound
    return pictures.answer(visit, field_id, number)


@api.get("/f/<token>/look/<part>", act=Act.PUBLIC_FORM_READ, who="anyone", gives="image/*", errors=(404,))
def show_look(call: Call, token: str, part: str) -> object:
    """Give the cover or the logo of a form; like its title they also stand on the pages that are shut."""
    return theming.picture(visits.begin(call, token), part)


@api.get("/f/worker.js", act=Act.PUBLIC_FORM_READ, who="anyone", gives="text/javascript", errors=(404,))
def show_worker(_call: Call) -> object:
    """Return the service worker that opens forms without a net; it rules over the public forms alone."""
    path = framing.bundle_file("worker")
    if path is None:
        raise NotFound
    headers = {"Cache-Control": "no-cache"}
    return Response(path.read_bytes(), content_type="text/javascript; charset=utf-8", headers=headers)


@api.get("/embed.js", act=Act.PUBLIC_FORM_READ, who="anyone", gives="text/javascript", errors=(404,))
def show_embedding(_call: Call) -> object:
    """Return the script by which other sites put a form into their pages."""
    path = framing.bundle_file("embedding")
    if path is None:
        raise NotFound
    headers = {"Cache-Control": "max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"}
    text = path.read_text(encoding="utf-8")  # a module in one file: wrapped, nothing of it becomes global
    return Response(f"(()=>{{{text}}})()", content_type="text/javascript; charset=utf-8", headers=headers)


@api.get("/divisions.txt", act=Act.PUBLIC_FORM_READ, who="anyone", gives="text/plain")
def show_divisions(_call: Call) -> object:
    """Return the table of provinces, cities and counties by which addresses are chosen."""
    kept = {"Cache-Control": "max-age=86400"}
    return Response(divisions.text(), content_type="text/plain; charset=utf-8", headers=kept)


def _submit_page(visit: Visit, inputs: Any) -> object:
    if not visit.is_unlocked:
        return other_pages.locked(visit)
    ref = inputs.get("_ref", "")[:4_000]
    personal = visits.personal_of(visit, ref)
    order = inputs.get(ordering.ORDER_INPUT, "")
    token: page_token.PageToken | None = None
    typed, draft = _answers(visit, inputs, None), inputs.get("_draft", "")[:100]
    try:
        token = page_token.read(visit.secret, inputs.get("_token"), visit.link.token, now=visit.now)
        typed = _answers(visit, inputs, token)
        stored, findings = uploading.store_parts(visit, request.files) if visit.state == "open" else ({}, [])
        if stored:
            typed = _answers(visit, _with_files(inputs, stored), token)
        if "_rows" in inputs:
            change_rows(visit.form, typed, inputs["_rows"])
        asked = linking.asked(visit.form, inputs)
        if asked:
            linking.count(visit)
        if "_lang" in inputs or "_rows" in inputs or asked:
            again = Typed(typed, None, token, order, linking.sought(inputs), asked)
            return form_page.show(visit, personal=personal, ref=ref, typed=again, draft=draft)
        receipt = submitting.take(
            visit,
            Sent(
                values=raw_answers(visit.form, typed), token=token, personal=personal, trap=inputs.get(guards.TRAP, ""),
                has_script=bool(inputs.get("_script")), solution=inputs.get("_proof"), key=token.nonce,
                findings=tuple(findings), draft=draft,
            ),
        )  # fmt: skip
    except AnsweredBefore:
        with visit.rt.db.read() as unit:
            limit = limits.standing(unit, visit)
        if limit is None:
            raise
        return other_pages.once(visit, limit)
    except FormClosed:
        return other_pages.closed(visits.again(visit))
    except FormloomError as fault:
        if fault.kind not in _SHOWN_AGAIN and not isinstance(fault, DeviceUnknown):
            raise
        shown = None if isinstance(fault, PageTokenRefused) and "_lang" in inputs else fault
        sought = linking.sought(inputs) if fault.kind != "too_many" else {}
        again = Typed(typed, shown, token, order, sought)
        answer = form_page.show(visit, personal=personal, ref=ref, typed=again, draft=draft)
        if fault.kind == "too_many":
            answer.headers["Retry-After"] = str(fault.params.get("retry_after_s", 60))
        return answer
    return redirect(_receipt_path(visit, receipt, token.nonce), code=303)


def _keep_for_later(visit: Visit, inputs: Any) -> object:
    if not visit.is_unlocked:
        return other_pages.locked(visit)
    ref = inputs.get("_ref", "")[:4_000]
    personal = visits.personal_of(visit, ref)
    try:
        token = page_token.read(visit.secret, inputs.get("_token"), visit.link.token, now=visit.now)
        trap = inputs.get(guards.TRAP, "")
        return redirect(later_pages.keep(visit, inputs, token, ref=ref if personal else "", trap=trap), code=303)
    except FormClosed:
        return other_pages.closed(visits.again(visit))
    except FormloomError as fault:
        if fault.kind not in _SHOWN_AGAIN:
            raise
        typed = Typed(_answers(visit, inputs, None), fault)
        return form_page.show(visit, personal=personal, ref=ref, typed=typed, draft=inputs.get("_draft", "")[:100])


def _submit_json(call: Call, token: str) -> object:
    if (request.content_length or 0) > MAX_JSON:
        raise TooLarge(limit=f"{MAX_JSON // 1000} kB")
    body = read_json()
    values = body.get("values") if isinstance(body, Mapping) else None
    if not isinstance(values, dict):
        words = {"zh-CN": '应为 {"values": {…}}', "en": 'Must be {"values": {…}}'}
        raise Invalid(findings=[Finding("invalid", words, field="values")])
    strange = sorted(str(name)[:40] for name in set(body) - _JSON_KEYS)
    if strange:
        words = {"zh-CN": "没有这一项", "en": "Unknown key"}
        raise Invalid(findings=[Finding("unknown_field", words, field=name) for name in strange[:20]])
    visit = visits.begin(call, token, sent={"_lang": body.get("locale")}, password=_text(body.get("password")))
    page, key = None, request.headers.get("Idempotency-Key", "")[:200] or None
    if call.identity is None or call.identity.via != "token":
        given = body.get("form_token") or request.headers.get("X-Form-Token")
        page = page_token.read(visit.secret, given, visit.link.token, now=visit.now)
        key = page.nonce
    lasting = _lasting(body.get("key")) if page is not None else None
    receipt = submitting.take(
        visit,
        Sent(
            values=values, token=page, personal=visits.personal_of(visit, body.get("ref")),
            key=lasting or key, is_lasting=lasting is not None,
            trap=str(body.get("trap") or ""), has_script=bool(body.get("script")), solution=body.get("proof"),
            draft=str(body.get("draft") or "")[:100],
        ),
    )  # fmt: skip
    path = _receipt_path(visit, receipt, key)
    answer = {"id": receipt.id, "receipt": receipt.number, "at": receipt.at.isoformat(), "url": path}
    answer |= {"state": "waiting"} if receipt.waits else {}
    answer |= {"redirect": receipt.next} if receipt.next else {}
    answer |= {"own_link": own_pages.address(visit, receipt.own)} if receipt.own else {}
    return Response(orjson.dumps(answer), 201, content_type="application/json", headers={"Location": path})


def _lasting(given: object) -> str | None:
    """Return the key that a device gave to an answer which it kept. Raises Invalid."""
    if given is None or (isinstance(given, str) and _KEY.fullmatch(given)):
        return given
    raise Invalid(
        findings=[Finding("invalid", {"zh-CN": "应为 offline- 加 UUID", "en": "Must be offline- and a UUID"}, "key")]
    )


def _text(given: object) -> str | None:
    return None if given is None else str(given)[: passwords.MAX_LENGTH + 1]


def _answers(visit: Visit, inputs: Any, token: page_token.PageToken | None) -> "MultiDict[str, str]":
    """Return the inputs that are answers; questions that were taken away since the page was opened are left out."""
    gone: frozenset[str] = frozenset()
    if token is not None and token.version != visit.form.version:
        gone = visits.fields_of_version(visit, token.version) - frozenset(visit.form.by_id)
    kept = [
        (name, text)
        for name, text in inputs.items(multi=True)
        if name not in _OWN_INPUTS | gone and not linking.is_about_finding(name)
    ]
    return with_parts(visit.form, MultiDict(kept))


def _with_files(inputs: Any, stored: Mapping[str, list[str]]) -> "MultiDict[str, str]":
    """Return the inputs with the ids of the files that came with them."""
    whole = MultiDict(list(inputs.items(multi=True)))
    for name, ids in stored.items():
        whole.setlist(name, [*whole.getlist(name), *ids])
    return whole


def _receipt_path(visit: Visit, receipt: receipts.Receipt, key: str | None) -> str:
    return f"{visit.path}/receipt?r={receipts.sign(visit.secret, receipt, key)}&locale={visit.locale}{visit.carried}"
