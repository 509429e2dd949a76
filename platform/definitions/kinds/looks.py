"""How the public pages of a form look: a ready theme, what is different from it, and a few variables.

Nothing here is CSS. Colours are `#rrggbb`, lengths whole pixels within bounds, everything else one of a few words, so
a theme can't fetch, hide or imitate anything. What the settings become on the page is said by `web/public/theming.py`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.colours import TEXT_CONTRAST, WHITE, contrast, is_dark, text_on
from formloom.platform.definitions.kinds.base import Document, unknown
from formloom.platform.kernel.errors import Finding
from formloom.platform.kernel.text import LocalizedText

COLOUR = re.compile(r"#[0-9a-f]{6}")
_LENGTH = re.compile(r"(0|[1-9][0-9]{0,3})px")
_PICTURE = r"^data:image/(png|jpeg|webp);base64,(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\Z"
LONGEST_COVER = 420_000
LONGEST_LOGO = 90_000
DARK_GROUND = "#1b1a18"
"""The ground of dark pages, as in the token sheet."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that a builder may set: a colour, or pixels between two bounds (`weight`: a multiple of 100)."""

    label: LocalizedText
    token: str
    """What it is called in the style sheet of the page."""
    least: int = 0
    most: int = 0
    unit: str = ""

    @property
    def kind(self) -> str:
        """Return how it is entered."""
        return "colour" if not self.most else "length" if self.unit else "weight"

    def takes(self, text: str) -> bool:
        """Tell whether `text` is a value of it."""
        if self.kind == "colour":
            return COLOUR.fullmatch(text) is not None
        number = text.removesuffix(self.unit) if self.unit else text
        shape = _LENGTH.fullmatch(text) if self.unit else re.fullmatch(r"[1-9]00", text)
        return shape is not None and self.least <= int(number) <= self.most


def _colour(chinese: str, english: str, token: str) -> Variable:
    return Variable({"zh-CN": chinese, "en": english}, token)


def _pixels(chinese: str, english: str, least: int, most: int, token: str = "") -> Variable:
    return Variable({"zh-CN": chinese, "en": english}, token, least, most, "px")


VARIABLES: Mapping[str, Variable] = {
    "--f-text": _colour("正文颜色", "Text", "--fl-text"),
    "--f-text-soft": _colour("次要文字颜色", "Secondary text", "--fl-text-2"),
    "--f-hint": _colour("提示文字颜色", "Hints", "--fl-text-3"),
    "--f-link": _colour("链接颜色", "Links", "--f-link"),
    "--f-edge": _colour("输入框边框颜色", "Edge of inputs", "--fl-line-3"),
    "--f-field": _colour("输入框底色", "Ground of inputs", "--f-field"),
    "--f-size": _pixels("正文字号", "Size of text", 13, 22, "--f-size"),
    "--f-title": _pixels("表单标题字号", "Size of the title", 18, 48, "--f-title"),
    "--f-gap": _pixels("题目间距", "Space between questions", 8, 56, "--f-gap"),
    "--f-height": _pixels("输入框高度", "Height of inputs", 40, 72, "--f-height"),
    "--f-width": _pixels("内容宽度", "Width of the form", 480, 1200, "--f-width"),
    "--f-cover": _pixels("封面宽度", "Width of the cover", 240, 640, "--f-cover"),
    "--f-radius": _pixels("圆角", "Corners", 0, 32, "--fl-r-3"),
    "--f-radius-large": _pixels("卡片圆角", "Corners of cards", 0, 40, "--fl-r-5"),
    "--f-label-weight": Variable({"zh-CN": "标题字重", "en": "Weight of labels"}, "--f-label-weight", 300, 800),
}
"""Name → what it is. Nothing else can be set."""


def _choice(*words: str) -> fields.String:
    return fields.String(validate=validate.OneOf(words))


def _picture(longest: int) -> fields.String:
    return fields.String(
        allow_none=True, validate=validate.And(validate.Length(max=longest), validate.Regexp(_PICTURE))
    )


class Theme(Schema):
    """What is different from the ready theme that `preset` names; see the module."""

    preset = fields.String(validate=validate.Length(1, 40))
    scheme = _choice("light", "dark", "auto")
    accent = fields.String(validate=validate.Regexp(r"^#[0-9a-f]{6}\Z"))
    background = fields.String(validate=validate.Regexp(r"^#[0-9a-f]{6}\Z"))
    font = _choice("sans", "serif", "rounded", "mono")
    text_size = _choice("small", "medium", "large")
    density = _choice("compact", "regular", "roomy")
    radius = _choice("none", "small", "medium", "large")
    labels = _choice("top", "left")
    layout = _choice("side", "top", "plain")
    cover_image = _picture(LONGEST_COVER)
    logo = _picture(LONGEST_LOGO)
    variables = fields.Dict(
        keys=fields.String(validate=validate.Length(max=40)), values=fields.String(validate=validate.Length(max=20)),
        validate=validate.Length(max=40),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Preset:
    """A ready theme."""

    label: LocalizedText
    settings: Mapping[str, str]


PRESETS: Mapping[str, Preset] = {
    "loom": Preset({"zh-CN": "织单", "en": "Loom"}, {}),
    "paper": Preset(
        {"zh-CN": "素笺", "en": "Paper"},
        {"accent": "#7a3b1d", "background": "#faf6ef", "font": "serif", "radius": "small", "layout": "plain"},
    ),
    "celadon": Preset(
        {"zh-CN": "青瓷", "en": "Celadon"},
        {"accent": "#1f6f63", "background": "#f3f8f5", "radius": "large", "layout": "top"},
    ),
    "vermilion": Preset({"zh-CN": "朱砂", "en": "Vermilion"}, {"accent": "#b3261e", "layout": "side", "radius": "small"}),
    "sun": Preset({"zh-CN": "暖阳", "en": "Sun"}, {"accent": "#f2b705", "background": "#fffdf5", "radius": "large", "font": "rounded"}),
    "night": Preset({"zh-CN": "夜航", "en": "Night"}, {"accent": "#6ea8fe", "scheme": "dark", "layout": "top"}),
    "ledger": Preset(
        {"zh-CN": "账册", "en": "Ledger"},
        {"accent": "#22201d", "density": "compact", "text_size": "small", "radius": "none", "labels": "left", "layout": "plain"},
    ),
    "clear": Preset(
        {"zh-CN": "醒目", "en": "Clear"},
        {"accent": "#0b3d91", "text_size": "large", "density": "roomy", "radius": "medium", "scheme": "auto", "layout": "plain"},
    ),
}  # fmt: skip
"""Ready themes by their ids; the first one is what forms without a theme have."""


def theme_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the theme of a form's settings: those of the ready theme, and over them the form's own."""
    own = dict(settings.get("theme") or {})
    ready = PRESETS.get(str(own.get("preset") or "loom"), PRESETS["loom"])
    return {**ready.settings, **{name: value for name, value in own.items() if value not in (None, "")}}


def described_themes() -> dict[str, Any]:
    """Return what the designer draws its panel from."""
    return {
        "presets": [{"id": name, "label": one.label, "settings": dict(one.settings)} for name, one in PRESETS.items()],
        "variables": [
            {"id": name, "label": one.label, "kind": one.kind, "min": one.least, "max": one.most, "unit": one.unit}
            for name, one in VARIABLES.items()
        ],
        "limits": {"cover_image": LONGEST_COVER, "logo": LONGEST_LOGO},
    }


def check_look(document: Document) -> Iterator[Finding]:
    """Yield what is wrong with the theme, and what is hard to read."""
    settings: Mapping[str, Any] = document.get("settings") or {}
    own: Mapping[str, Any] = settings.get("theme") or {}
    if not own:
        return
    if own.get("preset") and own["preset"] not in PRESETS:
        words = {"zh-CN": "主题", "en": "theme"}
        yield unknown("unknown_theme", "settings/theme/preset", own["preset"], PRESETS, words)
    yield from _check_variables(own.get("variables") or {})
    yield from _check_contrast(theme_of(settings))


def _check_variables(variables: Mapping[str, str]) -> Iterator[Finding]:
    for name, text in variables.items():
        path = f"settings/theme/variables/{name}"
        if name not in VARIABLES:
            yield unknown("unknown_variable", path, name, VARIABLES, {"zh-CN": "样式变量", "en": "style variable"})
        elif not VARIABLES[name].takes(text):
            yield Finding("bad_variable", _EXPECTED[VARIABLES[name].kind], path, _bounds(VARIABLES[name]))


_EXPECTED: Mapping[str, LocalizedText] = {
    "colour": {"zh-CN": "应为颜色，如 #1f6f63", "en": "Must be a colour such as #1f6f63"},
    "length": {"zh-CN": "应为 {min}px 到 {max}px", "en": "Must be from {min}px to {max}px"},
    "weight": {"zh-CN": "应为 {min} 到 {max} 的整百数", "en": "Must be a hundred from {min} to {max}"},
}


def _bounds(variable: Variable) -> dict[str, int]:
    return {"min": variable.least, "max": variable.most}


def _check_contrast(theme: Mapping[str, Any]) -> Iterator[Finding]:
    accent, ground = theme.get("accent"), ground_of(theme)
    if accent and text_on(accent) != WHITE:
        words = {
            "zh-CN": "白字在主色上对比度不足（{ratio}:1），按钮文字改用黑色",
            "en": "White is hard to read on the accent colour ({ratio}:1): buttons get black text",
        }
        yield _warning("accent_is_light", words, "accent", contrast(WHITE, accent))
    if accent and contrast(accent, ground) < TEXT_CONTRAST:
        words = {
            "zh-CN": "主色在背景上对比度不足（{ratio}:1），链接与选中边框会自动加深或提亮",
            "en": "The accent colour is hard to read on the background ({ratio}:1): links and edges are adapted",
        }
        yield _warning("accent_is_faint", words, "accent", contrast(accent, ground))
    for name in ("--f-text", "--f-text-soft", "--f-hint", "--f-link"):
        chosen = (theme.get("variables") or {}).get(name) or ""
        if COLOUR.fullmatch(chosen) and contrast(chosen, ground) < TEXT_CONTRAST:
            words = {
                "zh-CN": "此颜色在背景上对比度不足（{ratio}:1，应至少 4.5:1）",
                "en": "This colour is hard to read on the background ({ratio}:1, 4.5:1 is needed)",
            }
            yield _warning("hard_to_read", words, f"variables/{name}", contrast(chosen, ground))


def ground_of(theme: Mapping[str, Any]) -> str:
    """Return the colour that a theme's pages stand on, by day where they follow the device."""
    chosen = str(theme.get("background") or "")
    if theme.get("scheme") == "dark":
        return chosen if chosen and is_dark(chosen) else DARK_GROUND
    return chosen or WHITE


def _warning(code: str, words: LocalizedText, path: str, ratio: float) -> Finding:
    return Finding(code, words, f"settings/theme/{path}", {"ratio": f"{ratio:.1f}"}, severity="warning")
