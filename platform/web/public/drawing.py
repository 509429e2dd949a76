"""Draws the public pages: Jinja templates with autoescape, texts in both languages."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from importlib.resources import files as package_files
from typing import Any

import orjson
from flask import Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from formloom.platform.definitions.form import Field as FormField
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.text import LOCALES, resolve
from formloom.platform.web.factory import nonce
from formloom.platform.web.public.controls import shown_fields
from formloom.platform.web.public.texts import TEXTS

ENVIRONMENT = Environment(
    loader=PackageLoader("formloom.platform.web.public"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
    undefined=StrictUndefined,
)  # fmt: skip


def draw(template: str, locale: str, *, status: int = 200, **context: Any) -> Response:
    """Return a page."""
    html = ENVIRONMENT.get_template(template).render(
        t=_Texts(locale), locale=locale, nonce=nonce(), css=_stylesheet(), **context
    )
    return Response(html, status, content_type="text/html; charset=utf-8", headers={"Cache-Control": "no-store"})


def views(form: FormVersion, page: Any, locale: str) -> list[dict[str, Any]]:
    """Return what the page template needs of each field."""
    conditional = form.conditional_fields()
    return [_view(item, page, locale, item.id in conditional) for item in shown_fields(form)]


def logic_of(form: FormVersion) -> Markup:
    """Return the JSON that the script evaluates conditions from; safe inside a script element."""
    shown = shown_fields(form)
    names = {item.id for item in shown}
    data = {
        "fields": [
            {
                "id": item.id, "kind": item.type.value_kind, "required": item.required,
                "opens_section": item.type.opens_section, "control": item.type.widget(item.cfg).control,
            }
            for item in shown
        ],
        "rules": [_public_rule(rule, names) for rule in form.document.get("rules") or ()],
    }  # fmt: skip
    text = orjson.dumps(data).decode()
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - escaped


def _public_rule(rule: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    targets = {part: [one for one in rule.get(part) or () if one in names] for part in ("show", "hide", "require")}
    return {"when": rule.get("when") or {}, **targets}


def offered_locales(form: FormVersion) -> tuple[str, ...]:
    """Return the languages that the form is shown in."""
    chosen = form.settings.get("languages")
    return tuple(one for one in LOCALES if one in chosen) or LOCALES if isinstance(chosen, list) else LOCALES


def _view(item: FormField, page: Any, locale: str, is_conditional: bool) -> dict[str, Any]:
    field = page._fields.get(item.id) if item.type.is_stored else None
    widget = item.type.widget(item.cfg)
    return {
        "id": item.id, "control": widget.control, "attributes": dict(widget.attributes), "field": field,
        "label": resolve(item.label, locale) or ("" if item.type.id == "note" else item.id),
        "help": resolve(item.document.get("help"), locale),
        "placeholder": resolve(item.document.get("placeholder"), locale), "required": item.required,
        "width": item.document.get("width") or "full", "is_conditional": is_conditional,
        "text": resolve(item.cfg.get("text"), locale), "low": resolve(item.cfg.get("low"), locale),
        "high": resolve(item.cfg.get("high"), locale), "max_items": item.cfg.get("max_items"),
        "max_size_mb": item.cfg.get("max_size_mb"), "is_stored": item.type.is_stored,
        "is_fixed": bool(item.document.get("from_link")),
    }  # fmt: skip


@lru_cache(maxsize=1)
def _stylesheet() -> Markup:
    folder = package_files("formloom.platform.web.public")
    return Markup((folder / "templates" / "public.css").read_text(encoding="utf-8"))  # noqa: S704 - a file of ours


class _Texts:
    """`t.submit` in a template gives the text in the page's language."""

    def __init__(self, locale: str) -> None:
        self._locale = locale

    def __getattr__(self, name: str) -> str:
        return resolve(TEXTS[name], self._locale)
