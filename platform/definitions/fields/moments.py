"""Days and moments: settings, how they are shown, how they are written in spreadsheets."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from marshmallow import Schema, ValidationError, fields

from formloom.platform.definitions.fields.settings import named
from formloom.platform.kernel.zones import DEFAULT_ZONE

_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ZONES = available_timezones()


def is_zone(name: str) -> None:
    """Refuse a time zone that is not known. Raises ValidationError."""
    if name not in ZONES:
        raise ValidationError(f"Unknown time zone {name}")


class Days(Schema):
    """The first and the last day allowed."""

    min = fields.Date(load_default=None, allow_none=True, metadata=named("最早", "Earliest"))
    max = fields.Date(load_default=None, allow_none=True, metadata=named("最晚", "Latest"))


class Moments(Schema):
    """The zone in which input without a zone is read and in which the moment is shown; None for the installation's."""

    timezone = fields.String(load_default=None, allow_none=True, validate=is_zone, metadata=named("时区", "Time zone"))


def zone_of(cfg: Mapping[str, Any]) -> ZoneInfo:
    """Return the zone of a field's settings."""
    return ZoneInfo(cfg["timezone"]) if cfg["timezone"] else DEFAULT_ZONE


def show_date(value: date, locale: str) -> str:
    """Return a day as a person reads it: 2026年11月23日, 23 Nov 2026."""
    if locale == "zh-CN":
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def show_moment(value: datetime, locale: str) -> str:
    """Return a local moment as a person reads it."""
    return f"{show_date(value.date(), locale)}{' ' if locale == 'zh-CN' else ', '}{value:%H:%M}"


def cell_date(text: str) -> str:
    """Return a day as written in a spreadsheet in ISO form, or the text as it was."""
    found = _DATE.match(text.strip()) or _COMPACT.fullmatch(text.strip())
    if found is None:
        return text.strip()
    year, month, day = (int(part) for part in found.groups())
    return f"{year:04d}-{month:02d}-{day:02d}"


def cell_moment(text: str) -> str:
    """Return a moment as written in a spreadsheet in ISO form, or the text as it was."""
    stripped = text.strip()
    found = _DATE.match(stripped)
    if found is None:
        return stripped
    rest = stripped[found.end() :].strip().lstrip("T").replace("：", ":")
    clock = rest or "00:00"
    if re.fullmatch(r"\d:\d\d.*", clock):
        clock = f"0{clock}"
    return f"{cell_date(stripped)}T{clock}"
