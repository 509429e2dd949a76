"""Changes from one value to another, cron times over clock changes, working days, visitors' submissions."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from formloom.workflows.triggers.cron import Cron, CronInvalid

from .house import House, both, flow, set_fields

MARK = [set_fields(other="on")]
HOURS = [["09:00", "18:00"]]
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), HOURS)


def local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("changes", "before", "after", "fires"),
    [
        ({"status": {"to": "closed"}}, {"status": "new"}, {"status": "closed"}, True),
        ({"status": {"to": "closed"}}, {"status": "new"}, {"status": "open"}, False),
        ({"status": {"from": "new"}}, {"status": "new"}, {"status": "open"}, True),
        ({"status": {"from": "open"}}, {"status": "new"}, {"status": "closed"}, False),
        ({"status": {"from": "new", "to": ["open", "closed"]}}, {"status": "new"}, {"status": "open"}, True),
        ({"status": {"from": None}}, {}, {"status": "open"}, True),
        ({"status": {"from": None}}, {"status": "new"}, {"status": "open"}, False),
        ({"status": {"to": "open"}}, {"status": "open"}, {"note": "x"}, False),
        ({"hours": {"to": 3}}, {"hours": 1}, {"hours": "3.00"}, True),
        ({"status": {"to": "open"}, "note": {}}, {"status": "new"}, {"status": "open"}, False),
        ({"status": {"to": "open"}, "note": {}}, {"status": "new"}, {"status": "open", "note": "x"}, True),
    ],
)
def test_a_change_from_and_to_values_counts_and_no_other(
    house: House, changes: dict[str, Any], before: dict[str, Any], after: dict[str, Any], fires: bool
) -> None:
    flow_id = house.flow("mark", MARK, {"type": "record_updated", "changes": changes})
    record = house.ticket(**before)
    house.work()
    house.change(record, **after)
    house.work()
    assert len(house.runs(flow_id)) == int(fires)


NEXT = [
    ("*/15 * * * *", "UTC", "2026-01-01T10:01", ["2026-01-01T10:15", "2026-01-01T10:30"]),
    ("0 9 * * 1-5", "Asia/Shanghai", "2026-01-02T10:00", ["2026-01-05T09:00", "2026-01-06T09:00"]),
    ("0 9 * * MON,fri", "UTC", "2026-01-06T00:00", ["2026-01-09T09:00", "2026-01-12T09:00"]),
    ("0 0 1 */3 *", "UTC", "2026-01-01T00:00", ["2026-04-01T00:00", "2026-07-01T00:00"]),
    ("0 12 13 * 5", "UTC", "2026-01-01T00:00", ["2026-01-02T12:00", "2026-01-09T12:00", "2026-01-13T12:00"]),
    ("30 8 29 2 *", "UTC", "2026-01-01T00:00", ["2028-02-29T08:30"]),
    ("0 0 * jan 7", "UTC", "2026-01-01T00:00", ["2026-01-04T00:00", "2026-01-11T00:00"]),
    ("10-40/10 6 * * *", "UTC", "2026-01-01T06:10", ["2026-01-01T06:20", "2026-01-01T06:30", "2026-01-01T06:40"]),
]


@pytest.mark.parametrize(("text", "zone", "start", "expected"), NEXT)
def test_a_cron_expression_fires_then(text: str, zone: str, start: str, expected: list[str]) -> None:
    at = local(start, zone)
    for moment in expected:
        found = Cron.parse(text).next(at, ZoneInfo(zone))
        assert found == local(moment, zone)
        at = found


def test_what_the_clock_change_leaves_out_fires_after_the_gap_and_what_comes_twice_fires_once() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    daily = Cron.parse("30 2 * * *")
    in_gap = daily.next(local("2026-03-28T12:00", "Europe/Berlin"), berlin)
    assert in_gap == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    twice = daily.next(local("2026-10-24T12:00", "Europe/Berlin"), berlin)
    assert twice == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert daily.next(twice, berlin) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_every_hour_is_every_hour_also_when_one_comes_twice() -> None:
    berlin, at = ZoneInfo("Europe/Berlin"), datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    for hour in (0, 1, 2, 3):
        at = Cron.parse("0 * * * *").next(at, berlin) or at
        assert at == datetime(2026, 10, 25, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "* * * *", "60 * * * *", "* 24 * * *", "*/0 * * * *", "0 0 31 2 *", "5-1 * * * *", "a * * * *", "0 0 0 * *"],
)
def test_what_is_no_cron_expression_is_refused(house: House, text: str) -> None:
    with pytest.raises(CronInvalid):
        Cron.parse(text)
    trigger = {"type": "scheduled", "every": "cron", "cron": text}
    assert house.refused(flow(MARK, trigger))[0]["field"] == "trigger/cron"


def test_a_flow_by_cron_runs_on_working_days_alone(house: House) -> None:
    calendar = {
        "title": both("Team"),
        "timezone": "Asia/Shanghai",
        "week": WEEK,
        "entries": [{"on": "2026-10-01", "kind": "holiday"}],
    }
    house.define("calendar", "team", calendar)
    house.clock.at = local("2026-09-30T12:00", "Asia/Shanghai")
    trigger = {
        "type": "scheduled",
        "every": "cron",
        "cron": "0 9 * * *",
        "timezone": "Asia/Shanghai",
        "calendar": "team",
    }
    flow_id = house.flow("daily", [{"type": "create_record", "form": "task", "values": {"title": "day"}}], trigger)
    house.work()
    counted = []
    for day in ("2026-10-01", "2026-10-02", "2026-10-03", "2026-10-05"):
        house.clock.at = local(f"{day}T09:01", "Asia/Shanghai")
        house.work()
        counted.append(len(house.runs(flow_id)))
    assert counted == [0, 1, 1, 2]


def test_a_calendar_that_is_not_there_is_told(house: House) -> None:
    found = house.refused(flow(MARK, {"type": "scheduled", "every": "day", "calendar": "nosuch"}))
    assert [(one["field"], one["code"]) for one in found] == [("trigger/calendar", "unknown_calendar")]


def test_a_visitors_submission_is_another_thing_than_a_members_record(house: House) -> None:
    flow_id = house.flow("sent", MARK, {"type": "form_submitted"})
    house.ticket("by a member")
    house.work()
    assert house.runs(flow_id) == []
    made = house.ask("POST", "/forms/desk.ticket/links")
    token = made["url"].rpartition("/")[2]
    browser = house.formloom.web.test_client()
    page = browser.get(f"/f/{token}").text
    given = re.search(r'name="_token"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="_token"', page)
    assert given is not None
    house.clock.advance(timedelta(seconds=5))
    sent = {"values": {"subject": "by a visitor"}, "form_token": given[1] or given[2]}
    answer = browser.post(f"/f/{token}", json=sent)
    assert answer.status_code < 300, answer.text
    house.work()
    assert [run["record_title"] for run in house.runs(flow_id)] == ["by a visitor"]


# --- before it is published -----------------------------------------------------------------------------------


def test_the_next_times_of_a_schedule_are_told_in_the_zone_of_the_house(house: House) -> None:
    """The clock stands at a moment of the fixture; five times follow it, each later than the one before."""
    told = house.ask("POST", "/apps/desk/schedule", {"trigger": {"every": "cron", "cron": "30 9 * * mon-fri"}})
    times = [datetime.fromisoformat(one) for one in told["times"]]
    assert len(times) == 5
    assert times == sorted(times)
    assert times[0] > house.clock.now()
    zone = ZoneInfo(told["timezone"])
    assert {at.astimezone(zone).strftime("%H:%M") for at in times} == {"09:30"}
    assert all(at.astimezone(zone).weekday() < 5 for at in times)


def test_the_next_times_keep_to_the_days_of_a_calendar(house: House) -> None:
    week = {day: [] for day in ("mon", "tue", "wed", "thu", "fri", "sat")} | {"sun": [["09:00", "17:00"]]}
    house.define("calendar", "sundays", {"title": both("Sundays"), "timezone": "Asia/Shanghai", "week": week})
    trigger = {"every": "day", "at": "10:00", "calendar": "sundays"}
    told = house.ask("POST", "/apps/desk/schedule", {"trigger": trigger})
    days = {datetime.fromisoformat(one).astimezone(ZoneInfo("Asia/Shanghai")).weekday() for one in told["times"]}
    assert days == {6}


def test_what_is_no_schedule_has_no_times(house: House) -> None:
    answer = house.ask("POST", "/apps/desk/schedule", {"trigger": {"every": "cron", "cron": "soon"}}, ok=False)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "trigger/cron"
