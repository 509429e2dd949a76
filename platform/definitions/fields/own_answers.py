"""Answers that somebody wrote himself beside the options of a choice.

Such an answer is one value like any other, marked by what no option's value begins with: `other:耳机`. So a text can
never be taken for an option, whatever options come or go later, and nothing that compares, groups or stores values
needs to know more. People read the text without its mark. The mark alone stands for whatever was written: a condition
`eq "other:"` holds for every own answer, a rule that offers `other:` lets people write one (decision 021).
"""

from collections.abc import Collection, Mapping
from typing import Any, TypeGuard

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import Settings, ValueInvalid
from formloom.platform.definitions.fields.settings import MARK
from formloom.platform.definitions.fields.texts import as_text
from formloom.platform.kernel.text import LocalizedText, resolve

OTHER: LocalizedText = {"zh-CN": "其他", "en": "Other"}


def is_own(value: object) -> TypeGuard[str]:
    """Tell whether a value was written, not chosen."""
    return isinstance(value, str) and value.startswith(MARK)


def behind(value: str) -> str:
    """Return what was chosen: an option's value, or the mark for whatever was written."""
    return MARK if value.startswith(MARK) else value


def words(value: str) -> str:
    """Return what was written."""
    return value.removeprefix(MARK)


def offered(cfg: Mapping[str, Any]) -> list[str]:
    """Return what a field offers: its options, and the mark where people may write an answer of their own."""
    return [*(one["value"] for one in cfg.get("options") or ()), *([MARK] if cfg.get("own_answer") else [])]


def label_of_own(cfg: Mapping[str, Any], locale: str) -> str:
    """Return how the choice to write an answer is called."""
    return resolve(cfg.get("own_label"), locale) or resolve(OTHER, locale)


def cleaned(raw: str, cfg: Settings) -> str:
    """Return a written answer, marked, with single spaces. Raises ValueInvalid."""
    text = " ".join(as_text(words(raw)).split())
    if not text:
        raise ValueInvalid("own_answer_missing", messages.OWN_ANSWER_MISSING)
    most = cfg["own_most"]
    if len(text) > most:
        raise ValueInvalid("own_answer_too_long", messages.OWN_ANSWER_TOO_LONG, max=most, actual=len(text))
    return MARK + text


def as_asked(value: Any, operand: Any) -> Any:
    """Return a clean choice as `operand` asks for it: one that names the mark asks for no particular text."""
    if operand != MARK and not (isinstance(operand, tuple) and MARK in operand):
        return value
    return tuple(map(behind, value)) if isinstance(value, tuple) else behind(value)


def without(value: str, barred: Collection[str]) -> str | None:
    """Return a value, or None for one that is not offered."""
    return None if behind(value) in barred else value
