"""A length of time by a calendar: three days are three working days, eight hours eight working hours."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from formloom.workflows.business_time import passed
from formloom.workflows.calendars import Calendar
from formloom.workflows.durations import Duration

from .house import House, both, set_fields
from .office import approve, asked, box, process, start

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEK: dict[str, Any] = {day: [["09:00", "12:00"], ["13:00", "18:00"]] for day in ("mon", "tue", "wed", "thu")}
DOCUMENT: dict[str, Any] = {
    "title": both("Office"), "timezone": "Asia/Shanghai", "week": {**WEEK, "fri": [["09:00", "12:00"]]},
    "days": {"2026-12-01": [], "2026-12-05": [["09:00", "18:00"]]},
}  # fmt: skip
OFFICE = Calendar.parse(DOCUMENT)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("begun", "length", "ended"),
    [
        ("11-23T15:00", "P1D", "11-24T15:00"),  # Monday to Tuesday
        ("11-23T15:00", "P3D", "11-26T15:00"),
        ("11-26T15:00", "P1D", "11-30T09:00"),  # Friday is over at noon: the next working moment
        ("11-21T11:00", "P1D", "11-24T09:00"),  # given on a Saturday, it begins on Monday
        ("11-30T10:00", "P1D", "12-02T10:00"),  # the first of December is a holiday
        ("12-04T10:00", "P1D", "12-05T10:00"),  # a Saturday that is worked
        ("11-23T15:00", "PT4H", "11-24T10:00"),
        ("11-23T15:00", "P1DT4H", "11-25T10:00"),
        ("11-23T20:00", "P1D", "11-25T09:00"),
    ],
)  # fmt: skip
def test_days_and_hours_of_a_calendar(begun: str, length: str, ended: str) -> None:
    found = passed(OFFICE, at(begun), Duration.parse(length))
    assert found is not None
    assert found.astimezone(SHANGHAI) == at(ended)


def test_a_calendar_without_hours_never_ends() -> None:
    assert passed(Calendar.parse({"title": both("x"), "week": {}}), at("11-23T15:00"), Duration.parse("P1D")) is None


def test_a_task_has_so_many_working_days(office: House) -> None:
    office.define("calendar", "hours", DOCUMENT)
    office.clock.at = at("11-26T11:00")
    process(office, [approve("a", "bob", timeout={"after": "P2D", "calendar": "hours", "then": "pass"})])
    start(office)
    assert datetime.fromisoformat(box(office, "bob")[0]["due_at"]) == at("11-30T11:00")
    office.clock.at = at("11-30T10:59")
    office.work()
    assert asked(office) == {"bob"}
    office.clock.advance(timedelta(minutes=2))
    office.work()
    assert asked(office) == set()


def test_holidays_of_the_calendar_that_it_is_based_on_count(house: House) -> None:
    holiday = {"on": "2026-11-24", "kind": "holiday", "title": both("Day off")}
    house.define(
        "calendar",
        "country",
        {"title": both("Country"), "timezone": "Asia/Shanghai", "week": WEEK, "entries": [holiday]},
    )
    house.define(
        "calendar", "hours", {"title": both("Office"), "timezone": "Asia/Shanghai", "week": WEEK, "based_on": "country"}
    )
    house.clock.at = at("11-23T15:00")
    house.flow("wait", [{"type": "delay", "after": "P1D", "calendar": "hours"}, set_fields(note="waited")])
    record = house.ticket()
    house.work()
    house.clock.at = at("11-25T14:59")
    house.work()
    assert house.values(record)["note"] is None
    house.clock.at = at("11-25T15:01")
    house.work()
    assert house.values(record)["note"] == "waited"
