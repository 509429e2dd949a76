"""What some forms do beyond the ordinary page. Each is a script of its own that only these forms load."""

from collections.abc import Mapping

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.text import LocalizedText, resolve

TEXTS: Mapping[str, Mapping[str, LocalizedText]] = {
    "cards": {
        "card_ok": {"zh-CN": "下一题", "en": "OK"},
        "card_of": {"zh-CN": "{n} / {of}", "en": "{n} / {of}"},
        "card_told": {"zh-CN": "第 {n} 题，共 {of} 题", "en": "Question {n} of {of}"},
        "card_enter": {"zh-CN": "按 Enter ↵", "en": "press Enter ↵"},
        "card_line": {
            "zh-CN": "Enter ↵ 下一题，Shift + Enter 换行",
            "en": "Enter ↵ goes on, Shift + Enter begins a line",
        },
    },
}


def modes_of(form: FormVersion) -> tuple[str, ...]:
    """Return the names of what a form does beyond the ordinary page; each is that of its script."""
    return ("cards",) if form.settings.get("mode") == "cards" else ()


def texts_of(modes: tuple[str, ...], locale: str) -> dict[str, str]:
    """Return the words that the scripts of these modes need."""
    return {name: resolve(text, locale) for mode in modes for name, text in TEXTS.get(mode, {}).items()}
