"""The clock of a service level, replayed: pauses, stops, reopening, other targets, marks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from formloom.workflows.calendars import Calendar
from formloom.workflows.sla.clock import ALWAYS, BREACH, Clock, Mark, Moment, Rule, Target, replay

WEEK = ("mon", "tue", "wed", "thu", "fri")
OFFICE = Calendar.parse({"timezone": "Asia/Shanghai", "week": {day: [["09:00", "18:00"]] for day in WEEK}})
START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday 09:00 in Shanghai
HOUR = timedelta(hours=1)
FOUR = Target(4 * HOUR)
RESOLUTION = Rule("resolution", "resolution")
NEVER = START + timedelta(days=300)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def one(moments: list[Moment], now: datetime, rule: Rule = RESOLUTION, calendar: Calendar = OFFICE) -> Clock:
    (clock,) = replay(moments, rule, calendar, now)
    return clock


def running(hours: float = 0, target: Target | None = FOUR) -> Moment:
    return Moment(at(hours), starts=True, target=target)


def paused(hours: float) -> Moment:
    return Moment(at(hours), starts=True, pauses=True, target=FOUR)


def stopped(hours: float, *, pauses: bool = False) -> Moment:
    return Moment(at(hours), starts=True, stops=True, pauses=pauses, target=FOUR)


def kinds(clock: Clock) -> list[str]:
    return [event.kind for event in clock.events]


def test_it_is_due_after_working_time_has_passed() -> None:
    clock = one([running()], at(1))
    assert (clock.state, clock.due_at, clock.elapsed) == ("running", at(4), HOUR)
    assert one([running(8)], at(9)).due_at == at(24 + 3), "an hour today, three tomorrow"


def test_a_pause_moves_the_due_moment_by_its_working_hours_only() -> None:
    clock = one([running(), paused(1)], at(2))
    assert (clock.state, clock.due_at, clock.remaining) == ("paused", None, 3 * HOUR)
    resumed = one([running(), paused(1), running(24 + 1)], at(24 + 2))
    assert resumed.due_at == at(24 + 4)
    assert resumed.paused == 9 * HOUR
    assert kinds(resumed) == ["activate", "pause", "resume"]


def test_what_stops_when_due_is_in_time_and_later_is_not() -> None:
    in_time = one([running(), stopped(4)], NEVER)
    assert (in_time.state, in_time.is_breached, in_time.elapsed) == ("stopped", False, 4 * HOUR)
    late = one([running(), stopped(4.01)], NEVER)
    assert (late.is_breached, late.breached_at) == (True, at(4))
    overnight = one([running(0, Target(9 * HOUR)), stopped(12)], NEVER)
    assert overnight.is_breached, "it was due when the office closed"


def test_stop_goes_before_pause_and_pause_before_start() -> None:
    assert one([running(), stopped(1, pauses=True)], NEVER).state == "stopped"
    begun = one([paused(0)], at(2))
    assert (begun.state, begun.elapsed) == ("paused", timedelta())


def test_of_a_reopened_record_the_last_resolution_counts_and_the_gap_is_a_pause() -> None:
    reopened = [running(), stopped(2), running(24)]
    open_again = one(reopened, at(25))
    assert (open_again.state, open_again.stopped_at) == ("running", None)
    assert (open_again.elapsed, open_again.paused, open_again.due_at) == (3 * HOUR, 7 * HOUR, at(26))
    again = one([*reopened, stopped(25.5)], NEVER)
    assert (again.stopped_at, again.elapsed, again.is_breached) == (at(25.5), 3.5 * HOUR, False)
    assert kinds(again) == ["activate", "fulfil", "reopen", "fulfil"]


def test_a_first_response_stays_given() -> None:
    rule = Rule("first", "first_response")
    said = Moment(at(1), starts=True, target=FOUR, done=True)
    clock = one([running(), said, running(2), Moment(at(3), starts=True, target=FOUR, done=True)], NEVER, rule)
    assert (clock.stopped_at, clock.elapsed) == (at(1), HOUR)


def test_each_question_that_waits_for_an_answer_has_a_clock_of_its_own() -> None:
    rule = Rule("next", "next_response")
    idle = Moment(at(0), target=FOUR)
    asked = [Moment(at(hour), target=FOUR, begun=True) for hour in (1, 2, 9)]
    answered = Moment(at(3), target=FOUR, done=True)
    assert replay([idle], rule, OFFICE, NEVER) == []
    first, second = replay([idle, *asked[:2], answered, asked[2]], rule, OFFICE, at(24 + 5))
    assert (first.number, first.started_at, first.stopped_at) == (1, at(1), at(3)), "the oldest question counts"
    assert (second.number, second.state, second.is_breached) == (2, "running", True)
    assert [event.key for event in second.events] == ["activate:1", "breach"]


def test_a_condition_of_a_custom_clock_starts_it_each_time() -> None:
    rule = Rule("waiting", "custom")
    on, off = (
        (lambda hour: Moment(at(hour), starts=True, target=FOUR)),
        (lambda hour: Moment(at(hour), stops=True, target=FOUR)),
    )
    found = replay([off(0), on(1), off(2), on(3), on(4)], rule, OFFICE, at(5))
    assert [(clock.number, clock.started_at, clock.state) for clock in found] == [
        (1, at(1), "stopped"),
        (2, at(3), "running"),
    ]


def test_another_priority_counts_from_the_beginning() -> None:
    short = Target(HOUR)
    clock = one([running(), running(2, short)], at(3))
    assert (clock.is_breached, clock.breached_at, clock.target) == (True, at(2), short)
    relaxed = one([running(0, short), running(2, Target(8 * HOUR))], at(3))
    assert (relaxed.is_breached, relaxed.due_at) == (False, at(8))
    assert kinds(relaxed) == ["activate", "breach", "retarget"], "that time was over once is not forgotten"


def test_without_a_target_time_passes_and_nothing_is_due() -> None:
    clock = one([running(0, None)], at(100))
    assert (clock.due_at, clock.is_breached, clock.remaining) == (None, False, None)


def test_marks_are_reached_once_each_in_their_order() -> None:
    rule = Rule("resolution", "resolution", (
        BREACH, Mark("warn:0", "warn", before=HOUR / 2), Mark("warn:1", "warn", percent=50),
        Mark("ladder:0", "escalate", after=2 * HOUR),
    ))  # fmt: skip
    moments = [running(), paused(3.6), running(5), stopped(8), running(24)]
    clock = one(moments, at(26), rule)
    assert [(event.key, event.at) for event in clock.events if event.kind not in {"pause", "resume", "activate"}] == [
        ("warn:1", at(2)), ("warn:0", at(3.5)), ("breach", at(5.4)), ("ladder:0", at(7.4)),
        ("fulfil:1", at(8)), ("reopen:1", at(24)),
    ]  # fmt: skip
    assert one(moments[:1], at(1), rule).next_at == at(2)
    assert one(moments[:2], at(4), rule).next_at is None, "a resting clock comes to nothing"
    assert one(moments[:3], at(5), rule).next_at == at(5.4)


def test_hours_that_the_clock_change_takes_away_do_not_count() -> None:
    new_york = ZoneInfo("America/New_York")
    night = Calendar.parse({"timezone": "America/New_York", "week": {"sun": [["00:00", "08:00"]]}})
    begun = datetime(2026, 3, 8, 0, 30, tzinfo=new_york).astimezone(UTC)
    clock = one([Moment(begun, starts=True, target=FOUR)], begun, RESOLUTION, night)
    assert clock.due_at == datetime(2026, 3, 8, 5, 30, tzinfo=new_york)
    around_the_clock = one(
        [Moment(begun, starts=True, target=Target(4 * HOUR, business=False))], begun, RESOLUTION, night
    )
    assert around_the_clock.due_at == begun + 4 * HOUR


MOMENTS = st.lists(
    st.builds(
        lambda step, starts, stops, pauses, hours, business, begun, done: (
            step, Moment(START, starts, stops, pauses, Target(hours * HOUR, business) if hours else None, begun, done)
        ),
        st.integers(0, 40_000), *[st.booleans()] * 3, st.integers(0, 9), *[st.booleans()] * 3,
    ),
    min_size=1, max_size=14,
)  # fmt: skip
RULES = st.sampled_from(["first_response", "next_response", "resolution", "custom"]).map(
    lambda kind: Rule(
        "metric", kind, (BREACH, Mark("warn:0", "warn", percent=80), Mark("ladder:0", "escalate", after=HOUR))
    )
)


def spread(drawn: list[tuple[int, Moment]]) -> list[Moment]:
    moment, found = START, []
    for step, what in drawn:
        moment += timedelta(seconds=step)
        found.append(replace(what, at=moment))
    return found


def test_a_target_that_is_over_as_it_comes_is_missed_although_the_clock_stops_then() -> None:
    shorter = Moment(at(2), starts=True, stops=True, target=Target(HOUR, business=False))
    clock = one([running(), shorter], at(3))
    assert clock.is_breached
    assert kinds(clock) == ["activate", "retarget", "breach", "fulfil"]


@settings(max_examples=300, deadline=None)
@given(drawn=MOMENTS, rule=RULES, later=st.integers(0, 400_000))
def test_looking_at_it_on_the_way_changes_nothing(drawn: list[tuple[int, Moment]], rule: Rule, later: int) -> None:
    """What was said of the past stays true when more becomes known: that is what lets a mark be told at once."""
    moments = spread(drawn)
    now = moments[-1].at + timedelta(seconds=later)
    whole = replay(moments, rule, OFFICE, now)
    for count in range(1, len(moments)):
        seen = moments[count].at
        part = replay(moments[:count], rule, OFFICE, seen)
        for before, after in zip(part, whole, strict=False):
            assert after.events[: len(before.events)] == before.events
            assert after.started_at == before.started_at


@settings(max_examples=300, deadline=None)
@given(drawn=MOMENTS, rule=RULES, later=st.integers(1, 400_000))
def test_time_is_neither_lost_nor_counted_twice(drawn: list[tuple[int, Moment]], rule: Rule, later: int) -> None:
    moments = spread(drawn)
    now = moments[-1].at + timedelta(seconds=later)
    for clock in replay(moments, rule, OFFICE, now):
        measure = OFFICE if clock.target is not None and clock.target.business else ALWAYS
        end = clock.stopped_at or now
        assert clock.elapsed + clock.paused == measure.open_between(clock.started_at, end)
        assert len({event.key for event in clock.events}) == len(clock.events)
        assert sum(event.kind == "breach" for event in clock.events) <= 1
        if clock.is_breached:
            assert "breach" in kinds(clock)
        if clock.state == "running" and clock.due_at is not None and not clock.is_breached:
            assert clock.due_at >= now
