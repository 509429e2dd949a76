"""When a shift works: intervals of wall-clock time by weekday, in the shift's own zone.

An interval that ends at or before its start goes over midnight ("22:00" to "06:00") and belongs to the day on which
it begins; "24:00" is the midnight at the day's end.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from formloom.platform.kernel.errors import Finding
from formloom.platform.kernel.zones import moment_of

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")
_DAY = 24 * 60
Minutes = tuple[int, int]
"""Start and end in minutes after the day's midnight; the end may lie in the next day."""


@dataclass(frozen=True, slots=True)
class ShiftHours:
    """The hours of one shift, Monday first."""

    zone: ZoneInfo
    week: tuple[tuple[Minutes, ...], ...]

    @classmethod
    def parse(cls, zone: str, week: Mapping[str, Sequence[Sequence[str]]]) -> "ShiftHours":
        """Build from what is stored, which was checked when it was written."""
        return cls(ZoneInfo(zone), tuple(tuple(_minutes(*pair) for pair in week.get(day, ())) for day in WEEKDAYS))

    def is_on(self, at: datetime, first_on: date, last_on: date | None) -> bool:
        """Tell whether `at` falls into an interval that begins on a day from `first_on` to `last_on`, both included."""
        today = at.astimezone(self.zone).date()
        return any(
            first_on <= day and (last_on is None or day <= last_on) and self._covers(day, at)
            for day in (today - timedelta(days=1), today)
        )

    def _covers(self, day: date, at: datetime) -> bool:
        return any(self._moment(day, start) <= at < self._moment(day, end) for start, end in self.week[day.weekday()])

    def _moment(self, day: date, minutes: int) -> datetime:
        wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
        return moment_of(wall, self.zone)


def check_week(week: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what is wrong with the intervals of a week, by day."""
    spans: list[tuple[int, int, str]] = []
    for number, day in enumerate(WEEKDAYS):
        for pair in week.get(day, ()):
            if len(pair) != 2 or not all(_CLOCK.fullmatch(str(text)) for text in pair):
                yield Finding("bad_time", {"zh-CN": "时间应形如 09:00", "en": "Write times as 09:00"}, f"week/{day}")
                return
            start, end = _minutes(*pair)
            spans.append((number * _DAY + start, number * _DAY + end, day))
    if not spans:
        yield Finding("required", {"zh-CN": "请至少设置一个时段", "en": "Set at least one interval"}, "week")
        return
    spans.sort()
    first = spans[0]
    again = (first[0] + 7 * _DAY, first[1] + 7 * _DAY, first[2])
    for earlier, later in zip(spans, [*spans[1:], again], strict=True):
        if later[0] < earlier[1]:
            yield Finding("overlap", {"zh-CN": "时段重叠", "en": "These hours overlap"}, f"week/{later[2]}")


def _minutes(start: str, end: str) -> Minutes:
    opens, closes = _clock(start), _clock(end)
    return opens, closes if closes > opens else closes + _DAY


def _clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
