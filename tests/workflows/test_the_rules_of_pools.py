"""The rules of pools, pure: limits, cool-down, protection, when something comes back and who is told before."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from formloom.workflows.calendars import Calendar
from formloom.workflows.pools.rules import (
    Claimer,
    Standing,
    Terms,
    counted_in,
    days_left,
    left,
    ordered,
    outlook,
    refusal,
)

MONDAY = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)  # 09:30 in Shanghai
DAY = timedelta(days=1)
OFFICE = Calendar.parse(
    {
        "timezone": "Asia/Shanghai",
        "week": {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        "days": {"2026-11-26": [], "2026-11-28": [["09:00", "12:00"]]},
    }
)
PLAIN = counted_in(None)


@pytest.mark.parametrize(
    ("terms", "who", "counts", "code"),
    [
        (Terms(), Claimer(10_000, 10_000, MONDAY), True, None),
        (Terms(per_day=2), Claimer(taken_today=1), True, None),
        (Terms(per_day=2), Claimer(taken_today=2), True, "daily_limit"),
        (Terms(per_day=2), Claimer(taken_today=3), True, "daily_limit"),
        (Terms(holding=5), Claimer(held=4), True, None),
        (Terms(holding=5), Claimer(held=5), True, "holding_limit"),
        (Terms(holding=5), Claimer(held=5), False, None),
        (Terms(cool_down=7), Claimer(gave_up_at=MONDAY - 7 * DAY), True, None),
        (Terms(cool_down=7), Claimer(gave_up_at=MONDAY - 7 * DAY + timedelta(seconds=1)), True, "cooling_down"),
        (Terms(cool_down=7, per_day=1), Claimer(1, 0, MONDAY), True, "cooling_down"),
        (Terms(per_day=1, holding=1), Claimer(1, 1), True, "daily_limit"),
    ],
)
def test_who_may_take_a_record(terms: Terms, who: Claimer, counts: bool, code: str | None) -> None:
    found = refusal(terms, who, PLAIN, MONDAY, counts=counts)
    assert (found.code if found else None) == code


def test_a_refusal_says_the_numbers() -> None:
    found = refusal(Terms(per_day=20), Claimer(taken_today=21), PLAIN, MONDAY)
    assert found is not None
    assert (found.limit, found.taken) == (20, 21)
    cooling = refusal(Terms(cool_down=3), Claimer(gave_up_at=MONDAY - DAY), PLAIN, MONDAY)
    assert cooling is not None
    assert (cooling.limit, cooling.until) == (3, MONDAY + 2 * DAY)


@pytest.mark.parametrize(
    ("terms", "standing", "due", "why"),
    [
        (Terms(), {}, None, None),
        (Terms(unfollowed=30), {}, 30, "unfollowed"),
        (Terms(unfollowed=30), {"followed_at": MONDAY + 5 * DAY}, 35, "unfollowed"),
        (Terms(unfollowed=30), {"followed_at": MONDAY - 5 * DAY}, 30, "unfollowed"),
        (Terms(unwon=180), {}, 180, "unwon"),
        (Terms(unwon=180), {"followed_at": MONDAY + 5 * DAY}, 180, "unwon"),
        (Terms(unwon=180), {"is_won": True}, None, None),
        (Terms(unwon=180, unfollowed=30), {"is_won": True}, 30, "unfollowed"),
        (Terms(unwon=20, unfollowed=30), {}, 20, "unwon"),
        (Terms(unfollowed=2, protection=3), {}, 3, "unfollowed"),
        (Terms(unfollowed=5, protection=3), {}, 5, "unfollowed"),
        (Terms(unfollowed=5), {"is_protected": True}, None, None),
        (Terms(), {"left_at": MONDAY + DAY}, 1, "owner_left"),
        (Terms(protection=30), {"left_at": MONDAY + DAY}, 1, "owner_left"),
        (Terms(owner_left=False), {"left_at": MONDAY + DAY}, None, None),
        (Terms(), {"left_at": MONDAY + DAY, "is_protected": True}, None, None),
    ],
)
def test_when_a_record_comes_back(terms: Terms, standing: dict[str, Any], due: int | None, why: str | None) -> None:
    found = outlook(terms, Standing(MONDAY, **standing), PLAIN)
    assert found.due_at == (None if due is None else MONDAY + due * DAY)
    assert found.why == why


def test_warnings_come_so_many_days_before_and_one_at_a_time() -> None:
    found = outlook(Terms(unfollowed=10, warnings=ordered([1, 3, 3, 12])), Standing(MONDAY), PLAIN)
    assert [(one.at - MONDAY, one.days) for one in found.warnings] == [(7 * DAY, 3), (9 * DAY, 1)]
    story = [
        (0, None, 7), (7 * DAY - timedelta(seconds=1), None, 7), (7 * DAY, 3, 9), (8 * DAY, 3, 9), (9 * DAY, 1, 10),
        (10 * DAY, None, 10),
    ]  # fmt: skip
    for after, told, ahead in story:
        now = MONDAY + (after or timedelta())
        warned = found.warned_by(now)
        assert (warned.days if warned else None, found.next_at(now)) == (told, MONDAY + ahead * DAY)


def test_a_warning_is_not_told_once_protection_has_moved_the_end_past_it() -> None:
    found = outlook(Terms(unfollowed=2, protection=10, warnings=(1,)), Standing(MONDAY), PLAIN)
    assert found.due_at == MONDAY + 10 * DAY
    assert [one.at for one in found.warnings] == [MONDAY + DAY]


@pytest.mark.parametrize(
    ("number", "day"),
    [(0, 23), (1, 24), (2, 25), (3, 27), (4, 28), (5, 30)],
)
def test_working_days_pass_over_holidays_and_count_make_up_days(number: int, day: int) -> None:
    assert counted_in(OFFICE)(MONDAY, number) == datetime(2026, 11, day, 1, 30, tzinfo=UTC)


def test_a_calendar_without_working_days_does_not_hold_for_ever() -> None:
    never = Calendar.parse({"timezone": "Asia/Shanghai", "week": {}})
    assert counted_in(never)(MONDAY, 3) == MONDAY + 3 * DAY


@pytest.mark.parametrize(
    ("rest", "told"),
    [(timedelta(days=3), 3), (timedelta(days=2, seconds=1), 3), (timedelta(hours=1), 1), (timedelta(), 0), (-DAY, 0)],
)
def test_days_left_count_the_begun_one(rest: timedelta, told: int) -> None:
    assert days_left(MONDAY + rest, MONDAY) == told


def test_what_is_left_of_a_limit() -> None:
    assert [left(20, 3), left(20, 25), left(None, 3)] == [17, 0, None]
