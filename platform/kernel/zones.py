"""Time zones: the one that an installation has before it chooses, and wall clocks."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

DEFAULT_ZONE = ZoneInfo("Asia/Shanghai")
"""The zone of an installation that has not chosen another one."""


def moment_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment, in UTC, at which clocks in `zone` show `wall`, which has no zone of its own.

    A time that comes twice is the first of both; one that a clock change skips is read as if it had not changed yet.
    At the ends of the calendar, where the zone would lead out of it, `wall` is taken as UTC.
    """
    try:
        return wall.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return wall.replace(tzinfo=UTC)


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """Return the day that a moment falls on in `zone`."""
    try:
        return moment.astimezone(zone).date()
    except OverflowError:
        return moment.date()


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment, in UTC, at which a day begins in `zone`."""
    return moment_of(datetime.combine(day, time()), zone)
