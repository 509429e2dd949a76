"""Jinja for the public pages: autoescape always, texts in the page's language, nothing undefined."""

from functools import lru_cache
from importlib.resources import files as package_files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from formloom.platform.web.public.texts import say, zone_name

_PACKAGE = "formloom.platform.web.public"
ENVIRONMENT = Environment(
    loader=PackageLoader(_PACKAGE), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
)
ENVIRONMENT.globals |= {"say": say, "zone_name": zone_name}


def render(template: str, locale: str, **context: Any) -> Markup:
    """Return a template filled in; what stands in `context` is escaped."""
    html = ENVIRONMENT.get_template(template).render(locale=locale, **context)
    return Markup(html)  # noqa: S704 - Jinja escaped it


@lru_cache(maxsize=16)
def stylesheet(*extras: str) -> Markup:
    """Return the style sheet that stands in every page, with those of `extras` that have one."""
    folder = package_files(_PACKAGE) / "templates"
    files = [folder / f"{name}.css" for name in ("public", *extras)]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files if file.is_file())
    return Markup("".join(line.strip() for line in text.splitlines()))  # noqa: S704 - files of ours
