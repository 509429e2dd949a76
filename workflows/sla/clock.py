"""The clock of a service level: pure, worked out anew from everything that happened.

    clocks = replay(moments, metric, calendar, now)

A moment says what is true of a record from then on: whether the metric's start, stop and pause conditions hold, which
target counts; or that something happened right then, such as a reply. Nothing is ever added to a clock: it is replayed
from all moments each time, so whatever was late, out of turn or decided anew (another priority, policy or calendar)
comes out as if it had been known from the beginning.

Where conditions hold together, stop goes before pause and pause before start. A first response is met once and for all.
A resolution that is reopened goes on: the last one counts, and the time that the record was resolved is a pause. The
other kinds begin a new clock, with the next number, each time that they are started again.

Time is counted in the target's own measure, by the calendar or around the clock. What is stopped by the moment at which
it is due is in time; a minute later it is not, even where no working time lies in between.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from formloom.workflows.calendars import Always, WorkingTime

Kind = Literal["first_response", "next_response", "resolution", "custom"]
State = Literal["running", "paused", "stopped"]
EventKind = Literal[
    "activate", "pause", "resume", "fulfil", "reopen", "retarget", "warn", "breach", "escalate", "cancel"
]
ALWAYS = Always()
ZERO = timedelta()


@dataclass(frozen=True, slots=True)
class Target:
    """How much time there is; `business` counts the calendar's hours only."""

    within: timedelta
    business: bool = True


@dataclass(frozen=True, slots=True)
class Mark:
    """A point on the way: so much `before` the target or this `percent` of it, or so much `after` it."""

    key: str
    kind: EventKind
    before: timedelta | None = None
    percent: int | None = None
    after: timedelta | None = None

    def offset(self, target: Target) -> timedelta:
        """Return after how much counted time the mark is reached."""
        if self.percent is not None:
            return target.within * self.percent / 100
        return max(ZERO, target.within - (self.before or ZERO) + (self.after or ZERO))


BREACH = Mark("breach", "breach")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a clock needs to know of its metric."""

    id: str
    kind: Kind
    marks: tuple[Mark, ...] = (BREACH,)

    @property
    def repeats(self) -> bool:
        """Tell whether being started again begins a new clock."""
        return self.kind in {"next_response", "custom"}

    @property
    def reopens(self) -> bool:
        """Tell whether a stop can be taken back."""
        return self.kind == "resolution"


@dataclass(frozen=True, slots=True)
class Moment:
    """What is true from `at` on (`starts`, `stops`, `pauses`, `target`), and what happened then (`begun`, `done`)."""

    at: datetime
    starts: bool = False
    stops: bool = False
    pauses: bool = False
    target: Target | None = None
    begun: bool = False
    done: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a clock's log; `key` is the same each time that the clock is replayed."""

    key: str
    kind: EventKind
    at: datetime
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock as it stands at the moment of asking; `elapsed` and `paused` are in the target's measure.

    `due_at` is None while it is paused or without a target. `next_at` is when the next mark is reached if nothing
    happens meanwhile.
    """

    number: int
    state: State
    started_at: datetime
    stopped_at: datetime | None
    due_at: datetime | None
    target: Target | None
    elapsed: timedelta
    paused: timedelta
    is_breached: bool
    breached_at: datetime | None
    is_warned: bool
    next_at: datetime | None
    events: tuple[Event, ...]

    @property
    def remaining(self) -> timedelta | None:
        """Return how much time is left in the target's measure; negative when it is over."""
        return None if self.target is None else self.target.within - self.elapsed


def replay(moments: Iterable[Moment], rule: Rule, calendar: WorkingTime, now: datetime) -> list[Clock]:
    """Return the clocks that a metric has run for a record, in order; `moments` are in the order of time."""
    made: list[_Running] = []
    before: Moment | None = None
    for moment in moments:
        if moment.at > now:
            break
        current = made[-1] if made else None
        if current is not None:
            current.see(moment)
        if current is None or (current.is_over and rule.repeats):
            is_edge = before is None or not (before.starts and not before.stops)
            if moment.begun or (moment.starts and not (moment.stops and rule.repeats) and is_edge):
                made.append(_Running(len(made) + 1, moment, rule, calendar))
                made[-1].see(moment)
        before = moment
    return [one.clock(now) for one in made]


class _Running:
    """A clock while it is replayed."""

    def __init__(self, number: int, moment: Moment, rule: Rule, calendar: WorkingTime) -> None:
        self._number = number
        self._rule = rule
        self._calendar = calendar
        self._target = moment.target
        self._state: State = "running"
        self._since = moment.at
        self._started_at = moment.at
        self._counted = {True: ZERO, False: ZERO}
        self._rested = {True: ZERO, False: ZERO}
        self._stopped_at: datetime | None = None
        self._is_final = False
        self._due: datetime | None = None
        self._reached: dict[str, datetime] = {}
        self._events: list[Event] = []
        self._counts: dict[str, int] = {}
        self._tell("activate", moment.at, **self._told_target())

    @property
    def is_over(self) -> bool:
        return self._state == "stopped"

    def see(self, moment: Moment) -> None:
        """Take a moment into account."""
        if self._is_final:
            return
        stops = moment.stops or moment.done
        if self.is_over and stops:
            return
        wanted: State = "stopped" if stops else "paused" if moment.pauses else "running"
        if wanted != self._state or moment.target != self._target:
            self._close(moment.at)
        if moment.target != self._target:
            self._target = moment.target
            self._tell("retarget", moment.at, **self._told_target())
            self._reach_at_once(moment.at)
        if wanted != self._state:
            self._turn(wanted, moment)

    def _turn(self, wanted: State, moment: Moment) -> None:
        was, self._state = self._state, wanted
        if wanted == "stopped":
            self._stopped_at = moment.at
            self._is_final = not (self._rule.reopens and moment.stops)
            self._tell("fulfil", moment.at)
            return
        if was == "stopped":
            self._stopped_at = None
            self._tell("reopen", moment.at)
        if wanted == "paused":
            self._tell("pause", moment.at)
        elif was == "paused":
            self._tell("resume", moment.at)

    def _close(self, at: datetime) -> None:
        """Count what passed since the last turn."""
        span = {True: self._calendar.open_between(self._since, at), False: ALWAYS.open_between(self._since, at)}
        if self._state == "running":
            self._due = self._moment_after(self._target.within) if self._target else None
            self._reach(at)
        sums = self._counted if self._state == "running" else self._rested
        for measure, passed in span.items():
            sums[measure] += passed
        self._since = at

    def _reach(self, until: datetime) -> None:
        """Note the marks that were passed between the last turn and `until`, in the order of time."""
        passed = [(at, mark) for mark in self._rule.marks if (at := self._time_of(mark)) is not None and at < until]
        for at, mark in sorted(passed, key=lambda pair: pair[0]):
            self._reached[mark.key] = at
            self._events.append(Event(mark.key, mark.kind, at, self._told_target()))

    def _reach_at_once(self, at: datetime) -> None:
        """Note the marks of a new target that lie behind what was counted: the clock may stop at this very moment."""
        if self._target is None:
            return
        counted, target = self._counted[self._target.business], self._target
        passed = [mark for mark in self._rule.marks if mark.key not in self._reached and mark.offset(target) < counted]
        for mark in sorted(passed, key=lambda one: one.offset(target)):
            self._reached[mark.key] = at
            self._events.append(Event(mark.key, mark.kind, at, self._told_target()))

    def _time_of(self, mark: Mark) -> datetime | None:
        """Return when a mark that was not reached yet is, counting on from the last turn; None if never."""
        if self._target is None or mark.key in self._reached:
            return None
        return self._moment_after(mark.offset(self._target))

    def _moment_after(self, amount: timedelta) -> datetime | None:
        business = self._target is not None and self._target.business
        missing = amount - self._counted[business]
        if missing <= ZERO:
            return self._since
        return (self._calendar if business else ALWAYS).add(self._since, missing)

    def clock(self, now: datetime) -> Clock:
        """Return the clock as it stands at `now`."""
        if self._state != "stopped":
            self._close(now)
        business = self._target is not None and self._target.business
        ahead = [at for mark in self._rule.marks if (at := self._time_of(mark))] if self._state == "running" else []
        return Clock(
            self._number, self._state, self._started_at, self._stopped_at, self._due_at(), self._target,
            self._counted[business], self._rested[business], self._is_breached,
            self._reached.get("breach", self._since) if self._is_breached else None,
            any(event.kind == "warn" for event in self._events), min(ahead, default=None), tuple(self._events),
        )  # fmt: skip

    @property
    def _is_breached(self) -> bool:
        if self._target is None:
            return False
        left = self._target.within - self._counted[self._target.business]
        return left < ZERO or (left == ZERO and "breach" in self._reached)

    def _due_at(self) -> datetime | None:
        if self._target is None:
            return None
        if self._is_breached:
            return self._reached.get("breach", self._since)
        if self._state == "paused":
            return None
        return self._due if self._state == "stopped" else self._moment_after(self._target.within)

    def _tell(self, kind: EventKind, at: datetime, **detail: Any) -> None:
        self._counts[kind] = self._counts.get(kind, 0) + 1
        self._events.append(Event(f"{kind}:{self._counts[kind]}", kind, at, detail))

    def _told_target(self) -> dict[str, Any]:
        if self._target is None:
            return {"within_s": None}
        return {"within_s": int(self._target.within.total_seconds()), "business": self._target.business}


def in_order(moments: Sequence[Moment]) -> list[Moment]:
    """Return moments in the order of time; those of the same time stay as they are."""
    return sorted(moments, key=lambda moment: moment.at)
