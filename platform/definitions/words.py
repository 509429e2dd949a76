"""The words that documents are told with: names of their entries, and sentences around them in both languages.

Documents may be half-finished; whatever has no name is called by its id.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.kernel.text import LOCALES, LocalizedText, resolve

Document: TypeAlias = Mapping[str, Any]
Words: TypeAlias = tuple[str, str]
"""A sentence in Chinese and in English, with `{0}`, `{1}` … for names."""


def entries_by(entries: Any, key: str) -> dict[str, Document]:
    """Return the well-formed entries of a list by the text that stands under `key`."""
    return {
        one[key]: one
        for one in (entries if isinstance(entries, list) else ())
        if isinstance(one, Mapping) and isinstance(one.get(key), str)
    }


_NAMES = ("id", "value", "option", "key", "field", "form", "on")


def label_of(entry: Document) -> dict[str, str]:
    """Return what a field, an option or another entry is called."""
    words = entry.get("label") or entry.get("title")
    known = (
        {locale: text for locale, text in words.items() if isinstance(text, str)} if isinstance(words, Mapping) else {}
    )
    name = next((str(entry[key]) for key in _NAMES if key in entry), "?")
    return {locale: resolve(known, locale) or name for locale in LOCALES}


def type_of(entry: Document) -> LocalizedText:
    """Return what the type of a field is called."""
    name = entry.get("type")
    if isinstance(name, str) and name in FIELD_TYPES:
        return FIELD_TYPES.get(name).label
    return {locale: str(name) for locale in LOCALES}


def says(words: Words, *names: LocalizedText) -> dict[str, str]:
    """Return the sentence in both languages, its places filled with the names."""
    said = dict(zip(LOCALES, words, strict=True))
    for place, name in enumerate(names):
        said = {locale: text.replace(f"{{{place}}}", name[locale]) for locale, text in said.items()}
    return said


def joined(parts: list[LocalizedText], between: Words) -> dict[str, str]:
    """Return the parts one after the other."""
    return {locale: mark.join(part[locale] for part in parts) for locale, mark in zip(LOCALES, between, strict=True)}
