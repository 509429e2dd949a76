"""What all public pages share: cover, name of the house, language switch, security policy."""

import gzip
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import orjson
from flask import Response, request

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.text import resolve
from formloom.platform.web.public import embedding
from formloom.platform.web.public.modes import texts_of
from formloom.platform.web.public.moments import shown_moment
from formloom.platform.web.public.templating import render, stylesheet
from formloom.platform.web.public.theming import PLAIN, Look, look_of
from formloom.platform.web.public.visits import Visit
from formloom.platform.web.public.weave import Cover, cover_of
from formloom.platform.web.security import nonce

_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'{more}; style-src 'nonce-{nonce}'; "
    "img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)
_EFFORT = 4
"""Of 9: a page of 30 fields takes under a millisecond; more takes three times as long for a twentieth of the bytes."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The parts around a page. `path` is empty where there is no form to go back to."""

    title: str
    description: str
    organisation: str
    locale: str
    other_locale: str | None
    cover: Cover
    path: str
    contact: str
    closes_at: datetime | None
    now: datetime
    zone: ZoneInfo
    look: Look = PLAIN
    hosts: tuple[str, ...] = ()
    """The origins whose pages may hold the page."""
    holder: str | None = None
    """The origin that does, see `Visit.holder`."""
    carried: str = ""

    @classmethod
    def of_visit(cls, visit: Visit, *, grey: bool = False) -> "Frame":
        """Return the frame of a form's pages."""
        found = cls._of(
            visit.form, visit.locale, organisation=visit.organisation, other=visit.other_locale, path=visit.path,
            now=visit.now, grey=grey,
        )  # fmt: skip
        return replace(found, hosts=tuple(visit.link.hosts or ()), holder=visit.holder, carried=visit.carried)

    @classmethod
    def of_draft(
        cls, form: FormVersion, locale: str, organisation: str, now: datetime, *, is_embedded: bool = False
    ) -> "Frame":
        """Return the frame of a preview."""
        found = cls._of(form, locale, organisation=organisation, other=None, path="", now=now, grey=False)
        return replace(found, holder="" if is_embedded else None)

    @classmethod
    def of_house(cls, organisation: str, locale: str, now: datetime, zone: ZoneInfo) -> "Frame":
        """Return the frame of a page that belongs to no form."""
        cover = cover_of({"kind": "basket", "color": "grey"}, organisation)
        return cls("", "", organisation, locale, None, cover, "", "", None, now, zone)

    @classmethod
    def _of(
        cls,
        form: FormVersion,
        locale: str,
        *,
        organisation: str,
        other: str | None,
        path: str,
        now: datetime,
        grey: bool,
    ) -> "Frame":
        settings = form.settings
        chosen = dict(settings.get("cover") or {}) | ({"color": "grey", "kind": "basket"} if grey else {})
        closes, look = settings.get("open_until"), look_of(form, path)
        return cls(
            resolve(form.title, locale) or form.key, resolve(form.document.get("description"), locale), organisation,
            locale, other, cover_of(chosen, form.key, look.tones), path, resolve(settings.get("contact"), locale),
            datetime.fromisoformat(closes) if closes else None, now, form.zone, look,
        )  # fmt: skip


def page(template: str, frame: Frame, *, status: int = 200, modes: tuple[str, ...] = (), **context: Any) -> Response:
    """Return a page; `modes` name what only some forms do, each by a script and perhaps a style sheet (`modes.py`)."""
    modes = modes if frame.holder is None else (*modes, "embed")
    html = render(
        template, frame.locale, frame=frame, nonce=nonce(), css=stylesheet(*modes), bundle=bundle_path(), modes=modes,
        mode_texts=texts_of(modes, frame.locale), mode_scripts=[path for path in map(bundle_path, modes) if path],
        shown=lambda moment: shown_moment(moment, frame.locale, frame.now, frame.zone), here=_here, **context,
    )  # fmt: skip
    headers = {
        "Cache-Control": "no-store", "Content-Security-Policy": _POLICY.format(
            nonce=nonce(), ancestors=embedding.ancestors(frame.hosts),
            more=" 'wasm-unsafe-eval'" if "scan" in modes else "",  # the reader of codes; see decision 020
        ),
        "Content-Language": frame.locale, "Vary": "Accept-Language", "X-Robots-Tag": "noindex",
    }  # fmt: skip
    return Response(html, status, content_type="text/html; charset=utf-8", headers=headers)


def packed(answer: Response) -> Response:
    """Compress a page whose reader takes that.

    For pages of forms: they tell nobody a secret that is not in their own address, so its length gives nothing away.
    """
    answer.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("gzip") > 0:
        answer.set_data(gzip.compress(answer.get_data(), _EFFORT))
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def _here(locale: str) -> str:
    """Return the address of this page in another language."""
    return "?" + urlencode({**request.args, "locale": locale})


@lru_cache(maxsize=16)
def bundle_path(name: str = "form") -> str:
    """Return the path of the pages' script, or of a part of it that only some forms need.

    Empty when it is not built, for the pages work without.
    """
    file = bundle_file(name)
    return f"/static/assets/{file.name}" if file else ""


def bundle_file(name: str) -> Path | None:
    """Return the file of a script, or None when it is not built."""
    folder = Path(str(package_files("formloom.static"))) / "dist"
    manifest = folder / f"public-{name}.json"
    if not manifest.is_file():
        return None
    entry = orjson.loads(manifest.read_bytes()).get(f"public_form/{name}.ts") or {}
    return folder / entry["file"] if "file" in entry else None
