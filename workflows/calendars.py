"""Business time: working hours of several intervals a day, dated exceptions, one time zone.

A calendar document holds wall-clock intervals. They are turned into moments day by day in the calendar's zone,
so an interval keeps its wall-clock hours across a clock change and its true length is what elapsed: on the day
when the clock is set forward, "00:00-08:00" lasts seven hours.

A wall time that does not exist (gap) means the moment as far after the change; a start that exists twice is the
first, an end that exists twice is the second unless the start is as ambiguous.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from formloom.platform.kernel.errors import FormloomError
from formloom.platform.kernel.zones import DEFAULT_ZONE

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON_DAYS = 400
_DAY_END = time.max

Interval = tuple[time, time]
Span = tuple[datetime, datetime]


class CalendarInvalid(FormloomError):
    """A calendar document can't be used."""

    code = "calendar_invalid"
    message = {"zh-CN": "日历有误：{where}", "en": "This calendar can't be used: {where}"}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working hours by weekday (Monday first), with `days` overriding single dates."""

    zone: ZoneInfo
    week: tuple[tuple[Interval, ...], ...]
    days: Mapping[date, tuple[Interval, ...]]

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> "Calendar":
        """Build from a calendar document. Raises CalendarInvalid."""
        week = document.get("week") or {}
        dated = document.get("days") or {}
        unknown = [name for name in week if name not in WEEKDAYS]
        if unknown:
            raise CalendarInvalid(where=f"week.{unknown[0]}")
        return cls(
            zone=zone_of(document.get("timezone") or DEFAULT_ZONE.key),
            week=tuple(_intervals(week.get(name) or (), f"week.{name}") for name in WEEKDAYS),
            days={_date(text): _intervals(hours, f"days.{text}") for text, hours in dated.items()},
        )

    def spans_on(self, day: date) -> list[Span]:
        """Return the working spans of a local date as UTC moments, in order."""
        hours = self.days.get(day, self.week[day.weekday()])
        spans = [self._span(day, start, end) for start, end in hours]
        return [(start, end) for start, end in spans if start < end]

    def is_open(self, at: datetime) -> bool:
        """Tell whether `at` falls into working hours; the last moment of an interval does not."""
        return any(start <= at < end for start, end in self.spans_on(at.astimezone(self.zone).date()))

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much working time passes from `start` to `end`; zero when `end` is not later."""
        total = timedelta()
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while day <= last:
            for opens, closes in self.spans_on(day):
                total += max(timedelta(), min(closes, end) - max(opens, start))
            day += timedelta(days=1)
        return total

    def add(self, start: datetime, working: timedelta) -> datetime | None:
        """Return the first moment by which `working` has passed since `start`; None if not within the horizon."""
        left = working
        for opens, closes in self._spans_from(start):
            opens = max(opens, start)  # noqa: PLW2901 - the first span has begun already
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
        return None

    def next_open(self, at: datetime) -> datetime | None:
        """Return `at` when it is a working moment, else the next one; None if there is none within the horizon."""
        for opens, _closes in self._spans_from(at):
            return max(opens, at)
        return None

    def _spans_from(self, at: datetime) -> Iterator[Span]:
        day = at.astimezone(self.zone).date()
        for offset in range(HORIZON_DAYS):
            for opens, closes in self.spans_on(day + timedelta(days=offset)):
                if closes > at:
                    yield opens, closes

    def _span(self, day: date, start: time, end: time) -> Span:
        opens = datetime.combine(day, start, self.zone)
        is_ambiguous = opens.utcoffset() != opens.replace(fold=1).utcoffset()
        if end is _DAY_END:
            closes = datetime.combine(day + timedelta(days=1), time.min, self.zone)
        else:
            closes = datetime.combine(day, end, self.zone)
            if not is_ambiguous:
                closes = _later_of(closes)
        return opens.astimezone(UTC), closes.astimezone(UTC)


def zone_of(name: object) -> ZoneInfo:
    """Return the time zone of an IANA name. Raises CalendarInvalid."""
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise CalendarInvalid(where=f"timezone {name}") from fault


def _later_of(moment: datetime) -> datetime:
    second = moment.replace(fold=1)
    return second if second.astimezone(UTC) > moment.astimezone(UTC) else moment


def _intervals(raw: Any, where: str) -> tuple[Interval, ...]:
    try:
        found = sorted((_time(start), _end_time(end)) for start, end in raw)
    except (TypeError, ValueError) as fault:
        raise CalendarInvalid(where=where) from fault
    for start, end in found:
        if end <= start:
            raise CalendarInvalid(where=where)
    if any(later[0] < earlier[1] for earlier, later in itertools.pairwise(found)):
        raise CalendarInvalid(where=where)
    return tuple(found)


def _time(text: Any) -> time:
    return time.fromisoformat(text)


def _end_time(text: Any) -> time:
    return _DAY_END if text == "24:00" else time.fromisoformat(text)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise CalendarInvalid(where=f"days.{text}") from fault
