"""Cron expressions: five fields, minute, hour, day of the month, month, day of the week.

Each field is `*`, a number, a range `1-5`, a step `*/15` or `10-40/10`, or several of them with commas. Months and days
of the week may be written `jan` and `mon`; Sunday is 0 or 7. Where both days are limited, either is enough, as cron
does it.

Times are those of a zone's clocks. A time that a clock change leaves out fires just after the gap. One that comes twice
fires the first time, unless every hour is asked for: then it fires both times.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
SEARCH_DAYS = 366 * 8
"""The 29th of February may be eight years away."""
_PART = re.compile(r"(\*|\d{1,2}(?:-\d{1,2})?)(?:/(\d{1,2}))?", re.ASCII)


class CronInvalid(ValueError):
    """An expression can't be read, or never fires."""


@dataclass(frozen=True, slots=True)
class Cron:
    """One expression, read."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_hour: bool
    any_day: bool
    any_weekday: bool

    @staticmethod
    @lru_cache(maxsize=256)
    def parse(text: str) -> "Cron":
        """Return the expression that `text` writes. Raises CronInvalid."""
        parts = text.split()
        if len(parts) != 5 or len(text) > 120:
            raise CronInvalid("five fields are needed: minute hour day month weekday")
        minute, hour, day, month, weekday = parts
        weekdays = {number % 7 for number in _numbers(weekday, 0, 7, DAYS, 0)}
        made = Cron(
            tuple(sorted(_numbers(minute, 0, 59))), tuple(sorted(_numbers(hour, 0, 23))),
            frozenset(_numbers(day, 1, 31)), frozenset(_numbers(month, 1, 12, MONTHS, 1)), frozenset(weekdays),
            hour == "*", day == "*", weekday == "*",
        )  # fmt: skip
        if made.next(datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("UTC")) is None:
            raise CronInvalid("this day never comes")
        return made

    def next(self, after: datetime, zone: ZoneInfo) -> datetime | None:
        """Return the first moment strictly after `after`, in UTC; None when there is none."""
        day = after.astimezone(zone).date() - timedelta(days=1)
        for _ in range(SEARCH_DAYS):
            if self._is_day(day):
                found = [at for at in self._moments(day, zone) if at > after]
                if found:
                    return min(found)
            day += timedelta(days=1)
        return None

    def _moments(self, day: date, zone: ZoneInfo) -> set[datetime]:
        folds = (0, 1) if self.any_hour else (0,)
        return {
            datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone, fold=fold).astimezone(UTC)
            for hour in self.hours for minute in self.minutes for fold in folds
        }  # fmt: skip

    def _is_day(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        in_month, in_week = day.day in self.days, (day.weekday() + 1) % 7 in self.weekdays
        if self.any_day or self.any_weekday:
            return in_month and in_week
        return in_month or in_week


def _numbers(text: str, least: int, most: int, names: tuple[str, ...] = (), first: int = 0) -> set[int]:
    for number, name in enumerate(names, first):
        text = re.sub(rf"\b{name}\b", str(number), text, flags=re.IGNORECASE)
    found: set[int] = set()
    for part in text.split(","):
        read = _PART.fullmatch(part)
        if read is None or read[2] == "0":
            raise CronInvalid(f"not understood: {part[:20]}")
        start, end = _span(read[1], least, most, open_end=read[2] is not None)
        if not least <= start <= end <= most:
            raise CronInvalid(f"outside {least}-{most}: {part[:20]}")
        found |= set(range(start, end + 1, int(read[2] or 1)))
    return found


def _span(text: str, least: int, most: int, *, open_end: bool) -> tuple[int, int]:
    if text == "*":
        return least, most
    start, _, end = text.partition("-")
    return int(start), int(end) if end else most if open_end else int(start)
