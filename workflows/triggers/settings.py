"""Settings that several triggers have: a time of day, a zone, an offset. What can't be used is not published."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import ValidationError, fields
from marshmallow.validate import Regexp

from formloom.workflows.calendars import CalendarInvalid, zone_of
from formloom.workflows.durations import Duration


def time_of_day() -> fields.String:
    """Return the setting "HH:MM", nine o'clock when it is not given."""
    return fields.String(load_default="09:00", validate=Regexp(r"([01]\d|2[0-3]):[0-5]\d\Z"))


def time_zone() -> fields.String:
    """Return the setting of an IANA zone; None for the installation's."""
    return fields.String(load_default=None, allow_none=True, validate=_is_zone)


def zone_in(cfg: Mapping[str, Any], home: ZoneInfo) -> ZoneInfo:
    """Return the zone of a trigger's settings, `home` being the installation's. Raises CalendarInvalid."""
    return zone_of(cfg["timezone"]) if cfg.get("timezone") else home


def offset() -> fields.String:
    """Return the setting of a duration such as "-P1D"."""
    return fields.String(load_default="P0D", validate=_is_duration)


def _is_zone(name: Any) -> None:
    try:
        zone_of(name)
    except CalendarInvalid as fault:
        raise ValidationError(f"unknown time zone {name[:60]}") from fault


def _is_duration(text: Any) -> None:
    try:
        Duration.parse(text)
    except ValueError as fault:
        raise ValidationError(f"not a duration: {text[:40]}") from fault
