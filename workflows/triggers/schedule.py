"""When flows that follow the clock fire: by their trigger, on the days of a calendar where they name one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from formloom.platform.kernel.zones import midnight
from formloom.platform.storage.database import ReadUnit
from formloom.workflows.business_time import calendar_of
from formloom.workflows.triggers.registry import TRIGGERS

MOST_TRIES = 400
"""How many days without working hours a schedule may pass over before it is given up."""


def next_fire(unit: ReadUnit, app_id: str, cfg: Mapping[str, Any], after: datetime, home: ZoneInfo) -> datetime | None:
    """Return when a flow fires next; with a calendar, the first time on a day on which it has working hours.

    `home` is the installation's time zone. Raises CalendarInvalid.
    """
    trigger = TRIGGERS.get(str(cfg["type"]))
    fire_at = trigger.next_fire(cfg, after, home)
    key = cfg.get("calendar")
    calendar = calendar_of(unit, app_id, key) if isinstance(key, str) and key else None
    if calendar is None:
        return fire_at
    for _ in range(MOST_TRIES):
        if fire_at is None or calendar.spans_on(day := fire_at.astimezone(calendar.zone).date()):
            return fire_at
        morrow = midnight(day + timedelta(days=1), calendar.zone)
        fire_at = trigger.next_fire(cfg, morrow - timedelta(microseconds=1), home)
    return None


def next_times(
    unit: ReadUnit, app_id: str, cfg: Mapping[str, Any], after: datetime, home: ZoneInfo, most: int
) -> list[datetime]:
    """Return the next moments at which a flow fires, at most `most`. Raises CalendarInvalid."""
    found: list[datetime] = []
    while len(found) < most:
        at = next_fire(unit, app_id, cfg, found[-1] if found else after, home)
        if at is None:
            break
        found.append(at)
    return found
