"""Texts in several languages.

What users write (labels, options, mails) is data: a mapping from language to text. Both languages of the
product are always asked for; where one is missing, the other is shown rather than nothing.
"""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

LOCALES = ("zh-CN", "en")
"""The languages of the product, the first being the default."""

LocalizedText: TypeAlias = Mapping[str, str]


def resolve(text: LocalizedText | None, locale: str) -> str:
    """Return `text` in `locale`, else in the first language that it has, else the empty string."""
    if not text:
        return ""
    if found := text.get(locale):
        return found
    return next((text[known] for known in LOCALES if text.get(known)), next(iter(text.values()), ""))


def joined(texts: Iterable[str], locale: str) -> str:
    """Return a list of texts as one reads it: 甲、乙 or A, B."""
    return ("、" if locale == "zh-CN" else ", ").join(texts)


def fill(text: LocalizedText, locale: str, params: Mapping[str, object]) -> str:
    """Return `text` in `locale` with each `{name}` replaced from `params`; an unknown name stays as written.

    Only whole names are replaced, so a parameter can never reach attributes or items of an object.
    """
    filled = resolve(text, locale)
    for name, value in params.items():
        filled = filled.replace("{" + name + "}", str(value))
    return filled


def best_locale(accepted: str | None, offered: tuple[str, ...] = LOCALES) -> str:
    """Choose from `offered` by an Accept-Language header; its first entry when nothing fits."""
    ranked = sorted(_ranges(accepted or ""), key=lambda entry: -entry[1])
    for tag, _quality in ranked:
        for locale in offered:
            if tag == locale.lower() or tag.split("-", 1)[0] == locale.lower().split("-", 1)[0]:
                return locale
    return offered[0]


def _ranges(header: str) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    for part in header.split(",")[:20]:
        tag, _, rest = part.strip().partition(";")
        try:
            quality = float(rest.strip().removeprefix("q=")) if rest else 1.0
        except ValueError:
            continue
        if tag and quality > 0:
            found.append((tag.lower(), quality))
    return found
