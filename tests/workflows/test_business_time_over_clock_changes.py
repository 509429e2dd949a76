"""Working hours keep their wall-clock meaning over clock changes, exceptions and split days."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formloom.workflows.calendars import Calendar, CalendarInvalid

NEW_YORK = ZoneInfo("America/New_York")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def calendar(zone: str, hours: list[list[str]], days: dict[str, list[list[str]]] | None = None) -> Calendar:
    week = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), hours)
    return Calendar.parse({"timezone": zone, "week": week, "days": days or {}})


def office() -> Calendar:
    hours = [["09:00", "12:00"], ["13:30", "18:00"]]
    week = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), hours)
    return Calendar.parse({
        "timezone": "Asia/Shanghai", "week": week, "days": {"2026-10-01": [], "2026-10-10": [["10:00", "16:00"]]},
    })  # fmt: skip


def test_lunch_is_not_working_time() -> None:
    start = datetime(2026, 11, 23, 11, 0, tzinfo=SHANGHAI)
    assert office().add(start, timedelta(hours=2)) == datetime(2026, 11, 23, 14, 30, tzinfo=SHANGHAI)
    assert not office().is_open(datetime(2026, 11, 23, 12, 30, tzinfo=SHANGHAI))
    assert office().is_open(datetime(2026, 11, 23, 13, 30, tzinfo=SHANGHAI))
    assert not office().is_open(datetime(2026, 11, 23, 18, 0, tzinfo=SHANGHAI))


def test_a_holiday_is_closed_and_a_dated_shift_is_open() -> None:
    assert not office().is_open(datetime(2026, 10, 1, 10, 0, tzinfo=SHANGHAI))
    saturday = datetime(2026, 10, 10, 10, 0, tzinfo=SHANGHAI)
    assert office().is_open(saturday)
    assert office().next_open(datetime(2026, 10, 9, 18, 0, tzinfo=SHANGHAI)) == saturday


def test_an_interval_over_the_spring_gap_is_an_hour_shorter() -> None:
    nights = calendar("America/New_York", [["00:00", "08:00"]])
    day = datetime(2026, 3, 8, 0, 0, tzinfo=NEW_YORK)
    assert nights.open_between(day, day + timedelta(days=1)) == timedelta(hours=7)
    assert nights.add(day, timedelta(hours=3)) == datetime(2026, 3, 8, 4, 0, tzinfo=NEW_YORK)


def test_an_interval_over_the_autumn_fold_is_an_hour_longer() -> None:
    nights = calendar("America/New_York", [["00:00", "08:00"]])
    day = datetime(2026, 11, 1, 0, 0, tzinfo=NEW_YORK)
    next_day = datetime(2026, 11, 2, 0, 0, tzinfo=NEW_YORK)
    assert nights.open_between(day.astimezone(UTC), next_day.astimezone(UTC)) == timedelta(hours=9)


def test_nine_in_the_morning_stays_nine_in_the_morning() -> None:
    shop = calendar("America/New_York", [["09:00", "17:00"]])
    for day in (datetime(2026, 3, 7, 20, tzinfo=NEW_YORK), datetime(2026, 10, 31, 20, tzinfo=NEW_YORK)):
        opened = shop.next_open(day.astimezone(UTC))
        assert opened is not None
        assert opened.astimezone(NEW_YORK).hour == 9


def test_a_day_to_midnight_meets_the_next_one() -> None:
    always = calendar("Asia/Shanghai", [["00:00", "24:00"]])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert always.open_between(start, start + timedelta(days=3)) == timedelta(days=3)


def test_a_calendar_without_hours_never_opens() -> None:
    never = Calendar.parse({"timezone": "Asia/Shanghai", "week": {}})
    assert never.next_open(datetime(2026, 1, 1, tzinfo=UTC)) is None
    assert never.add(datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=1)) is None


@pytest.mark.parametrize(
    "document",
    [
        {"timezone": "Mars/Olympus"},
        {"week": {"mon": [["18:00", "09:00"]]}},
        {"week": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}},
        {"week": {"monday": []}},
        {"week": {"mon": [["nine", "ten"]]}},
        {"week": {"mon": ["09:00"]}},
        {"days": {"1 October": []}},
    ],
)
def test_a_calendar_that_cannot_be_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(CalendarInvalid):
        Calendar.parse(document)


@given(
    zone=st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"]),
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    minutes=st.integers(1, 5_000),
)
def test_adding_working_time_is_the_inverse_of_measuring_it(zone: str, start: datetime, minutes: int) -> None:
    hours = calendar(zone, [["01:15", "02:45"], ["09:00", "12:00"], ["13:00", "24:00"]])
    begin = start.replace(tzinfo=UTC)
    end = hours.add(begin, timedelta(minutes=minutes))
    assert end is not None
    assert hours.open_between(begin, end) == timedelta(minutes=minutes)
