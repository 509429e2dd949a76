"""Whoever waits for a condition need not look between now and the next moment at which time may change the answer."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formloom.platform.definitions.conditions.compile import Setting, matches
from formloom.platform.definitions.conditions.moments import next_change
from formloom.platform.definitions.conditions.tree import parse

KINDS: Any = {"due": "date", "at": "datetime", "note": "text"}
BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)  # the night in which Berlin's clocks go forward
TODAY, PRESENT = {"fn": "today"}, {"fn": "now"}


def leaf(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


@pytest.mark.parametrize(
    ("tree", "values", "moment"),
    [
        (leaf("due", "lte", TODAY), {"due": date(2026, 3, 30)}, datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (leaf("due", "lt", TODAY), {"due": date(2026, 3, 28)}, datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (leaf("at", "lt", PRESENT), {"at": NOW + timedelta(hours=1)}, NOW + timedelta(hours=1)),
        (leaf("at", "within_next", "PT2H"), {"at": NOW + timedelta(hours=5)}, NOW + timedelta(hours=3)),
        (leaf("at", "within_last", "PT2H"), {"at": NOW - timedelta(hours=1)}, NOW + timedelta(hours=1)),
        ({"not": leaf("at", "within_last", "P1D")}, {"at": NOW - timedelta(hours=1)}, NOW + timedelta(hours=23)),
        (leaf("due", "lte", "2026-04-01"), {"due": date(2026, 3, 30)}, None),
        (leaf("due", "lte", TODAY), {}, None),
        (leaf("note", "eq", "x"), {"note": "y"}, None),
    ],
)
def test_the_next_moment_is_that_of_the_dates_compared(
    tree: Any, values: dict[str, Any], moment: datetime | None
) -> None:
    assert next_change(parse(tree, KINDS), values, Setting(now=NOW, zone=BERLIN)) == moment


leaves = st.one_of(
    st.builds(leaf, st.just("due"), st.sampled_from(["lt", "lte", "gt", "gte", "eq", "ne"]), st.sampled_from([TODAY, PRESENT])),
    st.builds(leaf, st.just("at"), st.sampled_from(["lt", "lte", "gt", "gte"]), st.sampled_from([TODAY, PRESENT])),
    st.builds(leaf, st.sampled_from(["due", "at"]), st.sampled_from(["within_last", "within_next"]), st.sampled_from(["PT5H", "P1D", "P3D"])),
    st.builds(lambda low: leaf("at", "between", [low, PRESENT]), st.just("2026-03-28T00:00:00Z")),
)  # fmt: skip
trees = st.recursive(
    leaves, lambda inner: st.one_of(st.builds(lambda one: {"not": one}, inner), st.lists(inner, max_size=3).map(lambda some: {"any": some})), max_leaves=4
)  # fmt: skip
moments = st.integers(-4 * 24 * 60, 4 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))


@given(tree=trees, at=moments, due=moments.map(lambda moment: moment.date()), zone=st.sampled_from([BERLIN, SHANGHAI]))
def test_until_then_the_answer_stays(tree: Any, at: datetime, due: date, zone: ZoneInfo) -> None:
    node, values = parse(tree, KINDS), {"at": at, "due": due}
    turn = next_change(node, values, Setting(now=NOW, zone=zone))
    until = turn or NOW + timedelta(days=12)
    now = matches(node, values, Setting(now=NOW, zone=zone))
    moment = NOW
    while moment < until - timedelta(seconds=1):
        assert matches(node, values, Setting(now=moment, zone=zone)) == now, moment
        moment += timedelta(minutes=30)
