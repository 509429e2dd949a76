"""What the text-like types have in common: cleaning, length, user-given patterns.

Patterns run in RE2, which is linear in the text, so that no pattern can stall a request.
"""

import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import re2

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import CleanContext, ColumnSpec, FieldType, Settings, ValueInvalid
from formloom.platform.definitions.fields.samples import texts
from formloom.platform.definitions.fields.settings import Texts

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = 1 << 20


class PatternInvalid(ValueError):
    """RE2 can't read the pattern; look-ahead and back references are not known to it."""


@lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> Any:
    """Return the compiled pattern. Raises PatternInvalid."""
    try:
        return re2.compile(pattern, _OPTIONS)
    except re2.error as fault:
        raise PatternInvalid(str(fault)) from fault


def as_text(raw: Any) -> str:
    """Return `raw` as text in NFC without control characters. Raises ValueInvalid."""
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float)):
        raise ValueInvalid("not_text", messages.TEXT_EXPECTED)
    if isinstance(raw, int) and raw.bit_length() > 256:
        raise ValueInvalid("not_text", messages.TEXT_EXPECTED)
    text = raw if isinstance(raw, str) else str(raw)
    if text.isascii() and text.isprintable():
        return text
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(mark for mark in text if mark in "\n\t" or (mark >= " " and not 0xD800 <= ord(mark) <= 0xDFFF))


class TextType(FieldType[str]):
    """Base of types whose value is a text."""

    settings = Texts
    limit = 10_000
    keeps_lines = False

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the same for all settings
        return ColumnSpec("text")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> str | None:
        return self.compile(cfg)(raw, ctx)

    def samples(self, cfg: Settings, ctx: CleanContext) -> Iterable[Any]:  # noqa: ARG002 - the signature is the base's
        return texts(cfg["min_length"] or 0, min(cfg["max_length"] or self.limit, self.limit))

    def compile(self, cfg: Settings) -> Callable[[Any, CleanContext], str | None]:
        least, most = cfg["min_length"] or 0, min(cfg["max_length"] or self.limit, self.limit)
        pattern = compile_pattern(cfg["pattern"]) if cfg["pattern"] else None
        words = cfg["pattern_message"] or messages.PATTERN
        keeps_lines = self.keeps_lines

        def run(raw: Any, _ctx: CleanContext) -> str | None:
            if isinstance(raw, str) and len(raw) > 8 * most + 1000:  # not worth reading
                raise ValueInvalid("too_long", messages.TOO_LONG, min=least, max=most, actual=len(raw))
            text = as_text(raw)
            text = text.strip() if keeps_lines else " ".join(text.split("\n")).strip()
            if not text:
                return None
            if not least <= len(text) <= most:
                code, message = (
                    ("too_short", messages.TOO_SHORT) if len(text) < least else ("too_long", messages.TOO_LONG)
                )
                raise ValueInvalid(code, message, min=least, max=most, actual=len(text))
            if pattern is not None and pattern.fullmatch(text) is None:
                raise ValueInvalid("pattern", words)
            return text

        return run
