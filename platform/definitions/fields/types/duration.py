"""A length of time."""

import re
from collections.abc import Sequence
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import (
    CleanContext,
    ColumnSpec,
    Example,
    FieldType,
    Settings,
    ValueInvalid,
    WidgetSpec,
)
from formloom.platform.definitions.fields.numbers import as_decimal
from formloom.platform.definitions.fields.settings import named

LONGEST_S = 1_000_000_000
_CLOCK = re.compile(r"(\d{1,6}):([0-5]?\d)(?::([0-5]?\d))?", re.ASCII)
_WORDS = re.compile(
    r"(?:PT)?(?:(\d{1,6})\s*(?:小时|时|hours?|hrs?|h))?\s*(?:(\d{1,8})\s*(?:分钟|分|minutes?|mins?|m))?"
    r"\s*(?:(\d{1,9})\s*(?:秒钟|秒|seconds?|secs?|s))?",
    re.ASCII | re.IGNORECASE,
)
_UNIT_S = (3600, 60, 1)


class Lengths(Schema):
    """The shortest and the longest allowed, and whether seconds are asked for."""

    with_seconds = fields.Boolean(load_default=False, metadata=named("精确到秒", "With seconds"))
    min_minutes = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(0, 10_000_000),
        metadata=named("最短（分钟）", "Shortest (minutes)"),
    )  # fmt: skip
    max_minutes = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(0, 10_000_000),
        metadata=named("最长（分钟）", "Longest (minutes)"),
    )  # fmt: skip


class Duration(FieldType[int]):
    """A length of time in whole seconds: how long a call took, how long a visit may take.

    Input is a number of seconds, a text such as "1:30", "90 min" or "PT1H30M", or a list of hours, minutes and
    perhaps seconds, which is what the inputs of a page send.
    """

    id = "duration"
    label = {"zh-CN": "时长", "en": "Duration"}
    help = {"zh-CN": "通话、工时等用了多久", "en": "How long something took"}
    icon = "duration"
    keywords = ("duration", "length", "hours", "时长", "shichang", "sc", "工时", "gongshi")
    value_kind = "number"
    settings = Lengths
    examples = (
        Example("1:30", clean=5400),
        Example(["1", "30"], clean=5400),
        Example(90, clean=90),
        Example(["", ""], clean=None),
        Example("soon", error="not_duration"),
        Example("0:10", {"min_minutes": 15}, error="too_short"),
    )

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("integer")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> int | None:  # noqa: ARG002 - the signature is the base's
        seconds = _seconds(raw)
        if seconds is None:
            return None
        if not 0 <= seconds <= LONGEST_S:
            raise ValueInvalid("not_duration", messages.DURATION_EXPECTED)
        least, most = cfg["min_minutes"], cfg["max_minutes"]
        if least is not None and seconds < least * 60:
            raise ValueInvalid("too_short", messages.TOO_SMALL, min=_clock(least * 60))
        if most is not None and seconds > most * 60:
            raise ValueInvalid("too_long", messages.TOO_LARGE, max=_clock(most * 60))
        return seconds

    def display(self, value: int | None, cfg: Settings, locale: str) -> str:  # noqa: ARG002 - the signature is the base's
        if value is None:
            return ""
        words = ("小时", "分", "秒") if locale == "zh-CN" else ("h", "min", "s")
        parts = (value // 3600, value // 60 % 60, value % 60)
        said = [f"{part} {word}" for part, word in zip(parts, words, strict=True) if part]
        return " ".join(said) or f"0 {words[1]}"

    def export_cell(self, value: int | None, cfg: Settings, locale: str) -> str:  # noqa: ARG002 - the signature is the base's
        return "" if value is None else _clock(value)

    def widget(self, cfg: Settings) -> WidgetSpec:
        return WidgetSpec("duration", {"inputmode": "numeric", "parts": "3" if cfg["with_seconds"] else "2"})


def _seconds(raw: Any) -> int | None:
    if isinstance(raw, (list, tuple)):
        return _from_parts(raw)
    text = raw.strip().replace("：", ":")[:60] if isinstance(raw, str) else ""
    found = _CLOCK.fullmatch(text) or (_WORDS.fullmatch(text) if text else None)
    if found is not None and any(found.groups()):
        return sum(int(part or 0) * unit for part, unit in zip(found.groups(), _UNIT_S, strict=True))
    if isinstance(raw, str) and not (text.isascii() and text.isdigit()):
        raise ValueInvalid("not_duration", messages.DURATION_EXPECTED)
    value = as_decimal(text or raw)
    if value != value.to_integral_value() or abs(value) > LONGEST_S:
        raise ValueInvalid("not_duration", messages.DURATION_EXPECTED)
    return int(value)


def _from_parts(parts: Sequence[Any]) -> int | None:
    """Return the seconds of hours, minutes and perhaps seconds; None when nothing stands in any of them."""
    texts = [part.strip() if isinstance(part, str) else part for part in parts]
    if not 2 <= len(texts) <= 3 or any(isinstance(one, bool) or not isinstance(one, (str, int)) for one in texts):
        raise ValueInvalid("not_duration", messages.DURATION_EXPECTED)
    if all(one == "" for one in texts):
        return None
    plain = ["0" if one == "" else str(one)[:12] for one in texts]
    if not all(one.isascii() and one.isdigit() for one in plain):
        raise ValueInvalid("not_duration", messages.DURATION_EXPECTED)
    return sum(int(part) * unit for part, unit in zip(plain, _UNIT_S, strict=False))


def _clock(seconds: int) -> str:
    rest = f":{seconds % 60:02d}" if seconds % 60 else ""
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}{rest}"
