"""The look of a form's pages: what a theme's few settings become in the style sheet of every page.

The style sheet is one file for all forms; a theme only gives other values to its variables, written below it in the
same nonced block. Every value is one of ours or was checked (`kinds/looks.py`); drafts that are previewed were not, so
what doesn't fit is left out here too. Colours are derived so that text keeps 4.5:1 and edges 3:1 whatever was chosen.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from flask import Response
from markupsafe import Markup

from formloom.platform.definitions.colours import (
    BLACK,
    EDGE_CONTRAST,
    WHITE,
    contrast,
    is_dark,
    mix,
    readable,
    text_on,
)
from formloom.platform.definitions.form import FormVersion
from formloom.platform.definitions.kinds.looks import COLOUR, VARIABLES, theme_of
from formloom.platform.kernel.errors import NotFound
from formloom.platform.web.public.templating import stylesheet
from formloom.platform.web.public.visits import Visit

KEPT_S = 86_400
DARK: Mapping[str, str] = {
    "--fl-text": "#efece8", "--fl-text-2": "#bdb8b0", "--fl-text-3": "#9a948c", "--fl-surface": "#1b1a18",
    "--fl-surface-2": "#201f1d", "--fl-sunken": "#110f0e", "--fl-line": "#2b2926", "--fl-line-2": "#393631",
    "--fl-line-3": "#7d776f", "--fl-brand": "#505dd6", "--fl-brand-hover": "#5f6bdf", "--fl-brand-press": "#4753cd",
    "--fl-brand-soft": "#22254a", "--fl-brand-soft-2": "#2a2e5e", "--fl-on-brand": "#ffffff", "--fl-success": "#3fa771",
    "--fl-success-text": "#79cf9f", "--fl-success-soft": "#16291f", "--fl-warn-text": "#eebb66",
    "--fl-warn-soft": "#2e2412", "--fl-danger": "#dd5a4e", "--fl-danger-text": "#f39489", "--fl-danger-soft": "#331b18",
}  # fmt: skip
"""The dark half of the token sheet, as far as public pages need it; a test holds them to it."""
_SIZES = {"small": "15px", "large": "18px"}
_DENSITIES = {"compact": ("13px", "44px"), "roomy": ("30px", "54px")}
_CORNERS = {"none": "0 0 0", "small": "4px 6px 8px", "large": "14px 20px 24px"}
_FONTS = {
    "serif": 'Georgia,"Songti SC","Noto Serif CJK SC","Source Han Serif SC",SimSun,serif',
    "rounded": '"SF Pro Rounded","Nunito","Hiragino Maru Gothic ProN","Yuanti SC","YouYuan",system-ui,sans-serif',
    "mono": 'ui-monospace,"SF Mono","JetBrains Mono",Menlo,Consolas,"Noto Sans Mono CJK SC",monospace',
}
_SCHEMES = {"dark": "dark", "auto": "light dark"}
_READ = ("--fl-text", "--fl-text-2", "--fl-text-3", "--fl-danger-text")
_TYPES = re.compile(r"data:(image/(?:png|jpeg|webp));base64,")


@dataclass(frozen=True, slots=True)
class Look:
    """What the templates need of a theme."""

    css: Markup
    scheme: str
    classes: str
    cover_image: str = ""
    """Where the picture of the cover is fetched; empty for the woven pattern."""
    logo: str = ""
    tones: tuple[str, str] | None = None
    """Ground and warp of the woven pattern, in the accent colour."""


def look_of(form: FormVersion, path: str) -> Look:
    """Return the look of a form's pages; without a `path` (a preview) the pictures stand in the page itself."""
    given = form.settings.get("theme")
    if not given:
        return PLAIN
    theme = theme_of(form.settings)
    pictures = {part: _address(theme.get(part), part, path, form.version) for part in ("cover_image", "logo")}
    layout, labels = theme.get("layout") or "side", theme.get("labels") or "top"
    classes = " ".join(name for name in (f"lay-{layout}", "labels-left" if labels == "left" else "") if name)
    accent = _colour(theme, "accent")
    tones = (mix(WHITE, accent, 0.12), mix(WHITE, accent, 0.42)) if accent else None
    css = _css(orjson.dumps({name: theme[name] for name in sorted(theme) if name not in pictures}))
    scheme = _SCHEMES.get(str(theme.get("scheme")), "light")
    return Look(Markup(css), scheme, classes, **pictures, tones=tones)  # noqa: S704 - made of checked values


PLAIN = Look(Markup(""), "light", "")


def picture(visit: Visit, part: str) -> Response:
    """Return the cover or the logo of a form. Raises NotFound."""
    given = theme_of(visit.form.settings).get({"cover": "cover_image", "logo": "logo"}.get(part, ""))
    found = _TYPES.match(given) if isinstance(given, str) else None
    if not isinstance(given, str) or found is None:
        raise NotFound
    content = base64.b64decode(given[found.end() :])
    return Response(content, content_type=found[1], headers={"Cache-Control": f"max-age={KEPT_S}"})


def _address(given: object, part: str, path: str, version: int) -> str:
    if not isinstance(given, str) or not _TYPES.match(given):
        return ""
    return f"{path}/look/{part.removesuffix('_image')}?v={version}" if path else given


@lru_cache(maxsize=64)
def _css(theme_json: bytes) -> str:
    theme = orjson.loads(theme_json)
    scheme = theme.get("scheme")
    shape = _shape(theme)
    if scheme == "dark":
        return _root(_colours(theme, dark=True) | shape | {"color-scheme": "dark"})
    day = _root(_colours(theme, dark=False) | shape | {"color-scheme": _SCHEMES.get(str(scheme), "light")})
    night = _root(_colours(theme, dark=True)) if scheme == "auto" else ""
    return f"{day}@media(prefers-color-scheme:dark){{{night}}}" if night else day


def _root(values: Mapping[str, str]) -> str:
    inner = ";".join(f"{name}:{value}" for name, value in values.items())
    # the font of a page is chosen by its language too, so a theme's own font has to win over that
    return f":root,:root:lang(en){{{inner}}}"


def _shape(theme: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    if theme.get("text_size") in _SIZES:
        found["--f-size"] = _SIZES[theme["text_size"]]
    if theme.get("density") in _DENSITIES:
        found["--f-gap"], found["--f-height"] = _DENSITIES[theme["density"]]
    if theme.get("radius") in _CORNERS:
        found |= zip(("--fl-r-3", "--fl-r-4", "--fl-r-5"), _CORNERS[theme["radius"]].split(), strict=True)
    if theme.get("font") in _FONTS:
        found["--fl-font"] = _FONTS[theme["font"]]
    return found | {VARIABLES[name].token: value for name, value in _variables(theme) if VARIABLES[name].most}


def _variables(theme: Mapping[str, Any]) -> list[tuple[str, str]]:
    given = theme.get("variables")
    pairs = given.items() if isinstance(given, dict) else ()
    return [(name, text) for name, text in pairs if name in VARIABLES and VARIABLES[name].takes(str(text))]


def _colour(theme: Mapping[str, Any], name: str) -> str:
    given = theme.get(name)
    return given if isinstance(given, str) and COLOUR.fullmatch(given) else ""


def _colours(theme: Mapping[str, Any], *, dark: bool) -> dict[str, str]:
    ground = _colour(theme, "background")
    if dark and not (ground and is_dark(ground)):
        ground = ""
    is_night = dark or bool(ground and is_dark(ground))
    base = DARK if is_night else light_tokens()
    found = dict(DARK) if is_night else {}
    if ground:
        found |= _grounds(ground, base)
    surface = found.get("--fl-surface", base["--fl-surface"])
    accent = _colour(theme, "accent")
    if accent:
        found |= _accents(accent, surface, is_night=is_night)
    brand = accent or base["--fl-brand"]
    if is_night or ground or accent:
        on_brand = found.get("--fl-on-brand", base["--fl-on-brand"])
        found |= {"--f-link": readable(brand, surface), "--f-veil": f"{surface}f2", "--f-tick": _tick(on_brand)}
    if is_night:
        found |= {"--f-dim": "brightness(.42) saturate(1.3)", "--f-arrow": _arrow(base["--fl-text-3"])}
    return found | {VARIABLES[name].token: text for name, text in _variables(theme) if not VARIABLES[name].most}


def _grounds(ground: str, base: Mapping[str, str]) -> dict[str, str]:
    ink = base["--fl-text"]
    well = mix(ground, ink, 0.06)
    if is_dark(well) != is_dark(ground):  # a middle grey: no text would be read on both
        well = ground
    found = {
        "--fl-surface": ground, "--fl-surface-2": mix(ground, ink, 0.025), "--fl-sunken": well,
        "--fl-line": mix(ground, ink, 0.09), "--fl-line-2": mix(ground, ink, 0.15),
        "--fl-line-3": readable(mix(ground, ink, 0.4), ground, EDGE_CONTRAST),
        "--f-field": mix(ground, WHITE, 0.06 if is_dark(ground) else 0.7),
    }  # fmt: skip
    return found | {name: readable(base[name], well) for name in _READ}  # text also stands on wells


def _accents(accent: str, surface: str, *, is_night: bool) -> dict[str, str]:
    on_brand = text_on(accent)
    away = BLACK if on_brand == WHITE else WHITE  # so that text on a pressed button is read even better
    return {
        "--fl-brand": accent, "--fl-brand-hover": mix(accent, away, 0.14), "--fl-brand-press": mix(accent, away, 0.26),
        "--fl-brand-soft": mix(surface, accent, 0.16 if is_night else 0.07),
        "--fl-brand-soft-2": mix(surface, accent, 0.26 if is_night else 0.16), "--fl-on-brand": on_brand,
    }  # fmt: skip


def _tick(colour: str) -> str:
    shape = "%3Cpath d='m3.5 8.5 3 3 6-7'/%3E"
    return _picture_of(shape, colour, "viewBox='0 0 16 16' stroke-width='2'")


def _arrow(colour: str) -> str:
    return _picture_of("%3Cpath d='m4.5 6.5 3.5 3.5 3.5-3.5'/%3E", colour, "width='16' height='16' stroke-width='1.4'")


def _picture_of(shape: str, colour: str, more: str) -> str:
    start = f"%3Csvg xmlns='http://www.w3.org/2000/svg' fill='none' stroke='%23{colour[1:]}' {more}"
    return f"url(\"data:image/svg+xml,{start} stroke-linecap='round' stroke-linejoin='round'%3E{shape}%3C/svg%3E\")"


@lru_cache(maxsize=1)
def light_tokens() -> Mapping[str, str]:
    """Return the colours of the style sheet itself."""
    return dict(re.findall(r"(--fl-[\w-]+):(#[0-9a-f]{6})", str(stylesheet()).split("}", 1)[0]))


def contrasts(theme: Mapping[str, Any], *, dark: bool) -> dict[str, float]:
    """Return how well the pairs that people have to read are read, for tests and reports."""
    tokens = {**(DARK if dark else light_tokens()), **_colours(theme, dark=dark)}
    surface, brand = tokens["--fl-surface"], tokens["--fl-brand"]
    found = {name: contrast(tokens[name], surface) for name in _READ}
    found["link"] = contrast(tokens.get("--f-link", brand), surface)
    for name in ("--fl-brand", "--fl-brand-hover", "--fl-brand-press"):
        found[f"on {name}"] = contrast(tokens["--fl-on-brand"], tokens[name])
    return found
