"""Relative dates of sample data, so that an example never looks old: `now-58.5h`, `today+3d`."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

_RELATIVE = re.compile(r"(now|today)([+-])(\d{1,5}(?:\.\d{1,3})?)([dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def moment_of(text: str, now: datetime) -> datetime:
    """Return the moment of `now-58d`. Raises ValueError for anything else."""
    found = _RELATIVE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no relative moment")
    away = timedelta(**{_UNITS[found[4]]: float(found[3])})
    return now + away if found[2] == "+" else now - away


def resolved(values: Mapping[str, Any], now: datetime, zone: ZoneInfo, people: Mapping[str, str]) -> dict[str, Any]:
    """Return sample values with moments, days (of `zone`) and `@people` replaced; unknown people become empty."""
    return {name: _resolved(value, now, zone, people) for name, value in values.items()}


def _resolved(value: Any, now: datetime, zone: ZoneInfo, people: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_resolved(one, now, zone, people) for one in value]
    if not isinstance(value, str):
        return value
    if value.startswith("@") and value[1:] in people:
        return people[value[1:]]
    found = _RELATIVE.fullmatch(value)
    if found is None:
        return value
    at = moment_of(value, now)
    if found[1] == "today":
        return at.astimezone(zone).date().isoformat()
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
