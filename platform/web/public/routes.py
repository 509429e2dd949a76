"""Public forms over HTTP: the page, its submission, uploads, the receipt, the QR code."""

import io
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any

import orjson
import segno
from flask import Response, redirect, request
from itsdangerous import BadData, URLSafeSerializer

from formloom.platform.access.policy import Act
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import Finding, FormloomError, Invalid, NotFound, TooLarge
from formloom.platform.kernel.text import LOCALES, best_locale, resolve
from formloom.platform.records.links import PersonalLink, filled
from formloom.platform.records.links import read as read_personal
from formloom.platform.web.problems import STATUS
from formloom.platform.web.public import page_token, submitting
from formloom.platform.web.public.controls import attach, build_form, submitted
from formloom.platform.web.public.drawing import draw, logic_of, offered_locales, views
from formloom.platform.web.public.page_token import PageToken
from formloom.platform.web.public.queries import links
from formloom.platform.web.public.queries.links import LinkRow
from formloom.platform.web.public.uploading import keep_uploads, kept_files
from formloom.platform.web.public.weave import weave_svg
from formloom.platform.web.route import Api, Call, WrongMediaType, read_json

api = Api("public", prefix="")
MAX_BYTES = 64_000_000
MAX_JSON = 1_000_000


@api.get("/f/<token>", act=Act.PUBLIC_FORM_READ, who="anyone", gives="text/html")
def show_form(call: Call, token: str) -> object:
    """Show a public form."""
    try:
        link, form = _find(call, token)
    except NotFound:
        return draw("missing.html", _locale(call, LOCALES), status=404)
    locale = _locale(call, offered_locales(form))
    state = submitting.state(call.runtime, link, form, call.now)
    if state != "open":
        return _closed(call, form, state, locale)
    return _page(call, link, form, locale)


@api.post(
    "/f/<token>", act=Act.FORM_SUBMIT, who="anyone", takes="any", max_bytes=MAX_BYTES, gives="text/html", status=303,
    errors=(401, 403, 404),
)  # fmt: skip
def submit_form(call: Call, token: str) -> object:
    """Take a submission: as a page's form, or as JSON with the page's form token or a bearer token."""
    link, form = _find(call, token)
    if request.mimetype == "application/json":
        return _submit_json(call, link, form)
    if request.mimetype not in {"multipart/form-data", "application/x-www-form-urlencoded"}:
        raise WrongMediaType(expected="multipart/form-data")
    locale = _locale(call, offered_locales(form))
    return _submit_page(call, link, form, locale)


@api.get("/f/<token>/challenge", act=Act.PUBLIC_FORM_READ, who="anyone")
def give_challenge(call: Call, token: str) -> object:
    """Give the proof-of-work task of a form."""
    _link, form = _find(call, token)
    return submitting.challenge(call.runtime, form)


@api.get("/f/<token>/done", act=Act.PUBLIC_FORM_READ, who="anyone", gives="text/html")
def show_receipt(call: Call, token: str) -> object:
    """Show the receipt of a submission."""
    link, form = _find(call, token)
    locale = _locale(call, offered_locales(form))
    try:
        number, at, is_repeat = _signer(call).loads(request.args.get("r", "")[:1_000])
    except (BadData, ValueError, TypeError):
        return redirect(f"/f/{link.token}")
    return draw(
        "done.html", locale, title=resolve(form.title, locale), cover=_cover(form), number=number, at=at,
        is_repeat=is_repeat, thanks=resolve(form.settings.get("thanks"), locale), link=link.token,
        can_repeat=form.settings.get("submit_again", True) is not False, other=_other(form, locale), is_preview=False,
    )  # fmt: skip


@api.get("/f/<token>/qr.svg", act=Act.PUBLIC_FORM_READ, who="anyone", gives="image/svg+xml")
def show_qr(call: Call, token: str) -> object:
    """Give the link's QR code."""
    link, _form = _find(call, token)
    out = io.BytesIO()
    segno.make(f"{call.runtime.settings.base_url}/f/{link.token}", error="m").save(out, kind="svg", scale=6, border=2)
    return Response(out.getvalue(), content_type="image/svg+xml")


def _submit_page(call: Call, link: LinkRow, form: FormVersion, locale: str) -> object:
    data = request.form
    personal = _personal(call, form, data.get("ref"))
    try:
        token = page_token.read(call.runtime.settings.secret_key, data.get("_token", ""), link.token, now=call.now)
        submitting.check_proof(call.runtime, form, data)
        uploaded = keep_uploads(call, link, form)
        values = {**submitted(form, data), **uploaded}
        receipt = submitting.submit(
            call.runtime, link, form, values, token=token, personal=personal, ip=call.ip, locale=locale, now=call.now
        )
    except FormloomError as fault:
        if fault.kind not in {"invalid", "too_many", "too_large"} and fault.code not in {
            "form_closed",
            "quota_reached",
        }:
            raise
        if fault.code in {"form_closed", "quota_reached"}:
            return _closed(call, form, submitting.state(call.runtime, link, form, call.now), locale)
        return _page(call, link, form, locale, data=data, fault=fault)
    signed = _signer(call).dumps([receipt.number, receipt.at, receipt.is_repeat])
    return redirect(f"/f/{link.token}/done?r={signed}", code=303)


def _submit_json(call: Call, link: LinkRow, form: FormVersion) -> object:
    if (request.content_length or 0) > MAX_JSON:
        raise TooLarge(limit=f"{MAX_JSON // 1000} kB")
    body = read_json()
    if not isinstance(body, Mapping) or not isinstance(body.get("values"), Mapping):
        words = {"zh-CN": '应为 {"values": {…}}', "en": 'must be {"values": {…}}'}
        raise Invalid(findings=[Finding("invalid", words, field="values")])
    strange = sorted(str(name)[:40] for name in set(body) - {"values", "form_token", "ref", "locale", "proof"})
    if strange:
        words = {"zh-CN": "没有这一项", "en": "Unknown key"}
        raise Invalid(findings=[Finding("unknown_field", words, field=name) for name in strange])
    token: PageToken | None = None
    if call.identity is None:
        given = str(body.get("form_token") or request.headers.get("X-Form-Token") or "")
        token = page_token.read(call.runtime.settings.secret_key, given, link.token, now=call.now)
    personal = _personal(call, form, body.get("ref"))
    locale = body.get("locale") if body.get("locale") in LOCALES else _locale(call, offered_locales(form))
    receipt = submitting.submit(
        call.runtime, link, form, body["values"], token=token, personal=personal, ip=call.ip, locale=str(locale),
        now=call.now,
    )  # fmt: skip
    answer: dict[str, str] = {"id": receipt.id, "receipt": receipt.number, "at": receipt.at}
    return Response(orjson.dumps(answer), 201, content_type="application/json")


def _page(
    call: Call, link: LinkRow, form: FormVersion, locale: str, *, data: Any = None, fault: FormloomError | None = None
) -> Response:
    personal = _personal(call, form, (data or request.args).get("ref"))
    page = build_form(form, locale, data=data, values=_starting_values(form, personal))
    summary: list[dict[str, str]] = []
    if fault is not None:
        findings = fault.findings or (Finding(fault.code, fault.message, params=fault.params),)
        summary = attach(page, findings, locale)
    token = page_token.issue(call.runtime.settings.secret_key, link.token, form.form_id, form.version, now=call.now)
    if data is not None and fault is not None and fault.code == page_token.TooFast.code:
        token = str(data.get("_token"))
    return draw(
        "form.html", locale, status=STATUS[fault.kind] if fault else 200, action=f"/f/{link.token}",
        title=resolve(form.title, locale), description=resolve(form.document.get("description"), locale),
        fields=views(form, page, locale), summary=summary, token=token, ref=(data or request.args).get("ref", ""),
        submit_label=resolve(form.settings.get("submit_label"), locale), cover=_cover(form), logic=logic_of(form),
        other=_other(form, locale), kept=kept_files(call, form, data), honeypot=submitting.HONEYPOT,
        proof=form.settings.get("proof_of_work") is not False, script=_script(), is_preview=False, link=link.token,
        draft_key=f"{link.token}:{form.form_id}",
    )  # fmt: skip


def preview(form: FormVersion, locale: str) -> Response:
    """Return a draft drawn as the public page, for the designer; it can't be sent."""
    page = build_form(form, locale)
    return draw(
        "form.html", locale, action="", title=resolve(form.title, locale),
        description=resolve(form.document.get("description"), locale), fields=views(form, page, locale), summary=[],
        token="", ref="", submit_label=resolve(form.settings.get("submit_label"), locale), cover=_cover(form),
        logic=logic_of(form), other="", kept={}, honeypot=submitting.HONEYPOT, proof=False, script=_script(),
        is_preview=True, link="", draft_key="",
    )  # fmt: skip


def _closed(call: Call, form: FormVersion, state: str, locale: str) -> Response:
    settings = form.settings
    return draw(
        "closed.html", locale, status=403, title=resolve(form.title, locale), state=state, cover=_cover(form),
        opens_at=settings.get("open_from"), ended_at=settings.get("open_until"),
        message=resolve(settings.get("closed_message"), locale), contact=resolve(settings.get("contact"), locale),
        other=_other(form, locale), now=call.now.isoformat(),
    )  # fmt: skip


def _find(call: Call, token: str) -> tuple[LinkRow, FormVersion]:
    with call.db.read() as unit:
        link = links.find(unit, token)
        return link, call.runtime.catalog.current(unit, link.form_id)


def _personal(call: Call, form: FormVersion, text: object) -> PersonalLink | None:
    found = read_personal(call.runtime.settings.secret_key, text) if isinstance(text, str) and text else None
    return found if found is not None and found.form_id == form.form_id else None


def _starting_values(form: FormVersion, personal: PersonalLink | None) -> dict[str, Any]:
    """Return what stands in the page at first: defaults, hidden values of the address, those of a personal link."""
    values = {item.id: item.default for item in form.stored if item.public and item.default is not None}
    for item in form.stored:
        if item.public and item.type.id == "hidden" and item.id in request.args:
            values[item.id] = request.args[item.id][:500]
    return values | (filled(form, personal) if personal else {})


def _locale(call: Call, offered: tuple[str, ...]) -> str:
    given = (request.args.get("lang"), request.args.get("locale"), request.form.get("_locale"))
    asked = next((one for one in given if one in offered), None)
    if asked is not None:
        return asked
    return best_locale(call.request.headers.get("Accept-Language"), offered)


def _other(form: FormVersion, locale: str) -> str:
    return next((one for one in offered_locales(form) if one != locale), "")


def _cover(form: FormVersion) -> str:
    cover = form.settings.get("cover") or {}
    return weave_svg(
        str(cover.get("seed") or form.key),
        kind=str(cover.get("kind") or "plain"),
        color=str(cover.get("color") or "indigo"),
    )


def _signer(call: Call) -> URLSafeSerializer:
    return URLSafeSerializer(call.runtime.settings.secret_key, salt="receipt")


@lru_cache(maxsize=1)
def _script() -> str:
    """Return the address of the page's script, from the manifest of the bundle; empty when it is not built."""
    manifest = Path(str(package_files("formloom.static"))) / "dist" / "public-form.json"
    return str(orjson.loads(manifest.read_bytes())["public_form/form.ts"]["file"]) if manifest.is_file() else ""
