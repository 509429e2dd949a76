"""A time of day."""

import re
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
from formloom.platform.definitions.fields.settings import named

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::00)?", re.ASCII)
_CELL = re.compile(
    r"(上午|早上|中午|下午|晚上|am|pm)?\s*(\d{1,2})\s*[:点时]\s*(?:(\d{1,2})\s*分?)?(?::00)?\s*(am|pm)?",
    re.ASCII | re.IGNORECASE,
)
_AFTERNOON = frozenset({"下午", "晚上", "pm"})
_MORNING = frozenset({"上午", "早上", "am"})
_TIME = validate.Regexp(r"^([01]\d|2[0-3]):[0-5]\d\Z")


class Times(Schema):
    """The first and the last time allowed."""

    min = fields.String(load_default=None, allow_none=True, validate=_TIME, metadata=named("最早", "Earliest"))
    max = fields.String(load_default=None, allow_none=True, validate=_TIME, metadata=named("最晚", "Latest"))


class Time(FieldType[str]):
    """A time of day to the minute, HH:MM, without a day and without a zone; as text it sorts as time goes."""

    id = "time"
    label = {"zh-CN": "时间", "en": "Time"}
    help = {"zh-CN": "几点几分，如预约时段", "en": "A time of day, such as for a visit"}
    icon = "time"
    keywords = ("time", "clock", "hour", "时间", "shijian", "sj", "钟点")
    value_kind = "time"
    settings = Times
    examples = (
        Example("14:05", clean="14:05"),
        Example("14:05:00", clean="14:05"),
        Example("24:00", error="not_time"),
        Example("08:59", {"min": "09:00"}, error="too_early"),
    )

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("text")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> str | None:  # noqa: ARG002 - the signature is the base's
        found = _CLOCK.fullmatch(raw.strip()) if isinstance(raw, str) else None
        if found is None:
            raise ValueInvalid("not_time", messages.TIME_EXPECTED)
        value = f"{found[1]}:{found[2]}"
        if cfg["min"] and value < cfg["min"]:
            raise ValueInvalid("too_early", messages.TOO_EARLY, min=cfg["min"])
        if cfg["max"] and value > cfg["max"]:
            raise ValueInvalid("too_late", messages.TOO_LATE, max=cfg["max"])
        return value

    def parse_cell(self, text: str, cfg: Settings, ctx: CleanContext) -> str | None:
        return self.clean(_written(text), cfg, ctx) if text.strip() else None

    def widget(self, cfg: Settings) -> WidgetSpec:
        return WidgetSpec("time", {name: cfg[name] for name in ("min", "max") if cfg[name]})


def _written(text: str) -> str:
    """Return a time as offices write it in the form HH:MM, or the text as it was."""
    found = _CELL.fullmatch(text.strip().replace("：", ":"))
    if found is None:
        return text
    hour, minute, part = int(found[2]), int(found[3] or 0), (found[1] or found[4] or "").lower()
    if part in _AFTERNOON and hour < 12:
        hour += 12
    elif part in _MORNING and hour == 12:
        hour = 0
    return f"{hour:02d}:{minute:02d}"
