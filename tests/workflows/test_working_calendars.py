"""Working time: the published vectors, holidays and make-up days, one list of holidays for many calendars, long spans."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formloom.workflows import holidays
from formloom.workflows.business_time import calendar_of
from formloom.workflows.calendars import HORIZON_DAYS, Always, Calendar, CalendarInvalid
from tests.effort import calls

from .house import House, both

WEEK = ("mon", "tue", "wed", "thu", "fri")
NINE_TO_SIX = {"title": both("Hours"), "timezone": "Asia/Shanghai", "week": {day: [["09:00", "18:00"]] for day in WEEK}}
SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def year(number: int) -> dict[str, Any]:
    found = next(one for one in holidays.lists() if one.id == f"cn-{number}")
    return {**NINE_TO_SIX, "entries": list(found.entries)}


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2025-12-31T16:30", 4, "2026-01-02T11:30"),
        ("2025-12-31T16:30", 24, "2026-01-06T13:30"),
        ("2026-01-03T11:00", 1, "2026-01-05T10:00"),
    ],
)
def test_due_moments_of_the_published_vectors(start: str, hours: int, due: str) -> None:
    for extra in ({"days": {"2026-01-01": []}}, {"entries": [{"on": "2026-01-01", "kind": "holiday"}]}):
        calendar = Calendar.parse({**NINE_TO_SIX, **extra})
        assert calendar.add(local(start), timedelta(hours=hours)) == local(due)
        assert calendar.open_between(local(start), local(due)) == timedelta(hours=hours)


def test_a_make_up_saturday_is_worked_at_the_usual_hours() -> None:
    calendar = Calendar.parse(year(2026))
    assert calendar.is_open(local("2026-02-14T09:00"))
    assert not calendar.is_open(local("2026-02-16T10:00")), "a Monday within the Spring Festival"
    assert calendar.add(local("2026-02-14T17:00"), timedelta(hours=2)) == local("2026-02-24T10:00")


def test_a_make_up_day_may_have_hours_of_its_own() -> None:
    entry = {"on": "2026-02-28", "kind": "workday", "hours": [["10:00", "12:00"]]}
    calendar = Calendar.parse({**NINE_TO_SIX, "entries": [entry]})
    day = local("2026-02-28T00:00")
    assert calendar.open_between(day, day + timedelta(days=1)) == timedelta(hours=2)


@pytest.mark.parametrize(("number", "working_days"), [(2025, 248), (2026, 248)])
def test_the_years_of_china_have_as_many_working_days_as_announced(number: int, working_days: int) -> None:
    calendar = Calendar.parse(year(number))
    days = [date(number, 1, 1) + timedelta(days=offset) for offset in range(365)]
    assert sum(bool(calendar.spans_on(day)) for day in days) == working_days


def test_two_calendars_share_one_list_of_holidays() -> None:
    shared = {**year(2026), "days": {"2026-03-02": []}}
    support = {**NINE_TO_SIX, "week": {day: [["08:00", "20:00"]] for day in WEEK}, "based_on": "china"}
    own = {**support, "entries": [{"on": "2026-10-01", "kind": "workday"}]}
    calendar = Calendar.parse(support, shared)
    assert not calendar.is_open(local("2026-10-01T10:00"))
    assert calendar.is_open(local("2026-10-10T19:30")), "a make-up day is worked at this calendar's own hours"
    assert calendar.is_open(local("2026-03-02T10:00")), "single dates without a name stay with the other calendar"
    assert Calendar.parse(own, shared).is_open(local("2026-10-01T10:00")), "what it says itself wins"


def test_an_installation_answers_with_shared_holidays(house: House) -> None:
    house.define("calendar", "china", year(2026))
    house.define("calendar", "support", {**NINE_TO_SIX, "based_on": "china"})
    with house.db.read() as unit:
        app = house.ask("GET", "/apps/desk")["id"]
        found = calendar_of(unit, app, "support")
        assert found is not None
        assert not found.is_open(local("2026-10-01T10:00"))
        assert calendar_of(unit, app, "support") is found, "worked out once"
        assert calendar_of(unit, app, "nobody") is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"based_on": "refused"}, "based_on_itself"),
        ({"based_on": "chnia"}, "unknown_calendar"),
        ({"based_on": "support"}, "based_on_chain"),
        ({"entries": [{"on": "2026-02-30", "kind": "holiday"}]}, "no_such_date"),
        ({"entries": [{"on": "2026-02-20", "until": "2026-02-19", "kind": "holiday"}]}, "backwards"),
        ({"entries": [{"on": "2026-02-20", "until": "2026-02-23", "kind": "holiday"}, {"on": "2026-02-22", "kind": "workday"}]}, "duplicate_day"),
        ({"entries": [{"on": "2026-02-20", "kind": "rest"}]}, "not_a_choice"),
        ({"entries": [{"on": "2026-02-20", "kind": "workday", "hours": [["12:00", "09:00"]]}]}, "empty_interval"),
    ],
)  # fmt: skip
def test_a_calendar_with_a_fault_is_not_published(house: House, change: dict[str, Any], code: str) -> None:
    house.define("calendar", "china", year(2026))
    house.define("calendar", "support", {**NINE_TO_SIX, "based_on": "china"})
    found = house.refused({**NINE_TO_SIX, **change}, "calendar")
    assert code in [one["code"] for one in found]


def test_an_entry_of_years_can_not_be_computed_with() -> None:
    with pytest.raises(CalendarInvalid):
        Calendar.parse({**NINE_TO_SIX, "entries": [{"on": "2026-01-01", "until": "2031-01-01", "kind": "holiday"}]})


def walked(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Return the working time as the definition says it: day by day."""
    day, total = start.astimezone(calendar.zone).date() - timedelta(days=1), timedelta()
    while day <= end.astimezone(calendar.zone).date():
        for opens, closes in calendar.spans_on(day):
            total += max(timedelta(), min(closes, end) - max(opens, start))
        day += timedelta(days=1)
    return total


ODD = {
    "week": {"mon": [["00:00", "02:30"], ["09:00", "12:00"]], "wed": [["01:15", "24:00"]], "sun": [["00:00", "03:00"]]},
    "entries": [
        {"on": "2026-03-29", "until": "2026-04-02", "kind": "workday"},
        {"on": "2026-10-25", "kind": "holiday"},
    ],
}


@settings(max_examples=300, deadline=None)
@given(
    zone=st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"]),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    seconds=st.integers(0, 400 * 86_400),
)
def test_blocks_measure_as_days_do(zone: str, start: datetime, seconds: int) -> None:
    calendar = Calendar.parse({"timezone": zone, **ODD})
    begin = start.replace(tzinfo=UTC)
    end = begin + timedelta(seconds=seconds)
    assert calendar.open_between(begin, end) == walked(calendar, begin, end)


@settings(max_examples=200, deadline=None)
@given(
    zone=st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/Berlin"]),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    seconds=st.integers(1, 2_000_000),
)
def test_the_due_moment_is_the_first_by_which_the_time_has_passed(zone: str, start: datetime, seconds: int) -> None:
    calendar = Calendar.parse({"timezone": zone, **ODD})
    begin, working = start.replace(tzinfo=UTC), timedelta(seconds=seconds)
    due = calendar.add(begin, working)
    assert due is not None
    assert walked(calendar, begin, due) == working
    assert walked(calendar, begin, due - timedelta(seconds=1)) < working


def test_beyond_the_horizon_nothing_is_due() -> None:
    rarely = Calendar.parse({"timezone": "UTC", "week": {}, "days": {"2026-01-01": [["09:00", "10:00"]]}})
    start = datetime(2026, 1, 2, tzinfo=UTC)
    assert rarely.add(start, timedelta(minutes=1)) is None
    always = Always()
    assert always.add(start, timedelta(days=HORIZON_DAYS)) == start + timedelta(days=HORIZON_DAYS)
    assert always.add(start, timedelta(days=3_600_000)) is None


def test_spans_of_years_are_no_more_work_than_a_hundredth_of_a_walk() -> None:
    calendar = Calendar.parse(year(2026))
    start, end = datetime(2020, 1, 1, tzinfo=UTC), datetime(2029, 12, 31, tzinfo=UTC)
    calendar.open_between(start, end)
    walk = calls(lambda: walked(calendar, start, end))
    assert calls(lambda: calendar.open_between(start, end)) < walk / 100
