"""Business time: working hours of several intervals a day, dated exceptions, one time zone.

A calendar document holds wall-clock intervals. They are turned into moments day by day in the calendar's zone,
so an interval keeps its wall-clock hours across a clock change and its true length is what elapsed: on the day
when the clock is set forward, "00:00-08:00" lasts seven hours.

A wall time that does not exist (gap) means the moment as far after the change; a start that exists twice is the
first, an end that exists twice is the second unless the start is as ambiguous.

Measuring and adding do not walk over days: spans are made up once for blocks of 64 days, with running sums, and kept
with the calendar, so a question costs two searches and one addition for each block in between.

Which hours a date has: its entry in `days`, else its own named entry (holiday or make-up workday), else the named entry
of the calendar that this one is based on, else those of its weekday.
"""

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from formloom.platform.kernel.errors import FormloomError
from formloom.platform.kernel.zones import DEFAULT_ZONE, moment_of

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON_DAYS = 4_000
"""How far ahead working time is looked for: more than ten years."""
MOST_BLOCKS = 2_000
MOST_DAYS_OF_AN_ENTRY = 366
_BLOCK_DAYS = 64
_DAY_END = time.max
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_LAST_DAY = date.max.toordinal() - 1

Interval = tuple[time, time]
Span = tuple[datetime, datetime]


class CalendarInvalid(FormloomError):
    """A calendar document can't be used."""

    code = "calendar_invalid"
    message = {"zh-CN": "日历有误：{where}", "en": "This calendar can't be used: {where}"}


class WorkingTime(Protocol):
    """What measures time that counts: a calendar, or the clock that never stops."""

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much time counts from `start` to `end`; zero when `end` is not later."""
        ...

    def add(self, start: datetime, working: timedelta) -> datetime | None:
        """Return the first moment by which `working` has passed since `start`; None if it never does."""
        ...


class _Block(NamedTuple):
    """The spans of 64 days in microseconds since 1970; `before[i]` is what the spans before the i-th come to."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working hours by weekday (Monday first), with `days` overriding single dates."""

    zone: ZoneInfo
    week: tuple[tuple[Interval, ...], ...]
    days: Mapping[date, tuple[Interval, ...]]
    _blocks: dict[int, _Block] = field(default_factory=dict, init=False, compare=False, repr=False)

    @classmethod
    def parse(cls, document: Mapping[str, Any], base: Mapping[str, Any] | None = None) -> "Calendar":
        """Build from a calendar document, `base` being the one that it is based on. Raises CalendarInvalid."""
        given = document.get("week") or {}
        unknown = [name for name in given if name not in WEEKDAYS]
        if unknown:
            raise CalendarInvalid(where=f"week.{unknown[0]}")
        week = tuple(_intervals(given.get(name) or (), f"week.{name}") for name in WEEKDAYS)
        usual = next((hours for hours in week if hours), ())
        days: dict[date, tuple[Interval, ...]] = {}
        for one in (base or {}, document):
            days.update(_entries(one.get("entries") or (), usual))
        for text, hours in (document.get("days") or {}).items():
            days[_date(text, f"days.{text}")] = _intervals(hours, f"days.{text}")
        return cls(zone_of(document.get("timezone") or DEFAULT_ZONE.key), week, days)

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
        begin, stop = _ticks(start), _ticks(end)
        if stop <= begin:
            return timedelta()
        first, last = self._number_of(start), self._number_of(end)
        total = _until(self._block(last), stop) - _until(self._block(first), begin)
        return timedelta(microseconds=total + sum(self._block(number).total for number in range(first, last)))

    def add(self, start: datetime, working: timedelta) -> datetime | None:
        """Return the first moment by which `working` has passed since `start`; None if not within the horizon.

        Nothing to add: the first working moment.
        """
        if not self._has_hours():
            return None
        first, left = self._number_of(start), working // _TICK
        left += _until(self._block(first), _ticks(start))
        for number in range(first, first + HORIZON_DAYS // _BLOCK_DAYS):
            block = self._block(number)
            if left < block.total or (left == block.total and working and block.total):
                return max(start, _EPOCH + timedelta(microseconds=_reached(block, left, is_end=bool(working))))
            left -= block.total
        return None

    def days_later(self, start: datetime, number: int) -> datetime | None:
        """Return the same time of day that many working days after the day of `start`, which may be none itself.

        A day with any working hours counts. None if not within the horizon.
        """
        there = start.astimezone(self.zone)
        day, left = there.date(), number
        for _ in range(HORIZON_DAYS):
            if left <= 0:
                return moment_of(datetime.combine(day, there.time()), self.zone)
            day += timedelta(days=1)
            left -= 1 if self.spans_on(day) else 0
        return None

    def next_open(self, at: datetime) -> datetime | None:
        """Return `at` when it is a working moment, else the next one; None if there is none within the horizon."""
        return self.add(at, timedelta())

    def _has_hours(self) -> bool:
        return any(self.week) or any(self.days.values())

    def _number_of(self, at: datetime) -> int:
        return at.astimezone(self.zone).toordinal() // _BLOCK_DAYS

    def _block(self, number: int) -> _Block:
        found = self._blocks.get(number)
        if found is None:
            if len(self._blocks) >= MOST_BLOCKS:
                self._blocks.clear()
            found = self._blocks[number] = self._made(number)
        return found

    def _made(self, number: int) -> _Block:
        starts, ends, before, total = [], [], [], 0
        first = max(1, number * _BLOCK_DAYS)
        for ordinal in range(first, min((number + 1) * _BLOCK_DAYS, _LAST_DAY)):
            for opens, closes in self.spans_on(date.fromordinal(ordinal)):
                starts.append(_ticks(opens))
                ends.append(_ticks(closes))
                before.append(total)
                total += ends[-1] - starts[-1]
        return _Block(tuple(starts), tuple(ends), tuple(before), total)

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


class Always:
    """The clock that never stops: every hour of every day counts."""

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """Return the time from `start` to `end`; zero when `end` is not later."""
        return max(timedelta(), end - start)

    def add(self, start: datetime, working: timedelta) -> datetime | None:
        """Return `start` moved by `working`; None where the calendar of the world ends."""
        try:
            return start + working
        except OverflowError:
            return None


def _ticks(at: datetime) -> int:
    return (at - _EPOCH) // _TICK


def _until(block: _Block, moment: int) -> int:
    """Return what the spans of a block come to before `moment`."""
    place = bisect_right(block.starts, moment) - 1
    if place < 0:
        return 0
    return block.before[place] + min(moment, block.ends[place]) - block.starts[place]


def _reached(block: _Block, amount: int, *, is_end: bool) -> int:
    """Return the moment by which the spans of a block have come to `amount`.

    Where one span ends and a later one begins, that is the end of the earlier (`is_end`) or the start of the later.
    """
    find = bisect_left if is_end and amount else bisect_right
    place = max(0, find(block.before, amount) - 1)
    return block.starts[place] + amount - block.before[place]


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


def _entries(entries: Iterable[Mapping[str, Any]], usual: tuple[Interval, ...]) -> dict[date, tuple[Interval, ...]]:
    """Return the hours of the dates that named entries are about; a make-up workday has the usual hours or its own."""
    found: dict[date, tuple[Interval, ...]] = {}
    for place, entry in enumerate(entries):
        where = f"entries.{place}"
        first = _date(str(entry.get("on")), where)
        last = _date(str(entry.get("until") or entry.get("on")), where)
        if not 0 <= (last - first).days <= MOST_DAYS_OF_AN_ENTRY:
            raise CalendarInvalid(where=where)
        own = _intervals(entry.get("hours") or (), where)
        hours = (own or usual) if entry.get("kind") == "workday" else own
        found.update({first + timedelta(days=offset): hours for offset in range((last - first).days + 1)})
    return found


def _date(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise CalendarInvalid(where=where) from fault
