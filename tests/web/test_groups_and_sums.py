"""Aggregates over HTTP: groups, measures, buckets, the same on both databases."""

import itertools
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.records import listing
from formloom.platform.records.queries.groups import Dimension, Measure
from formloom.platform.records.queries.pages import Query
from tests.web.conftest import Desk


def aggregate(desk: Desk, status: int = 200, **body: Any) -> Any:
    answer = desk.send("POST", f"/api/v1/forms/{desk.form}/aggregate", body)
    assert answer.status_code == status, answer.text
    return answer.json.get("rows", answer.json)


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """Return the desk with eight records."""
    amounts = ["1.10", "2.20", "3.30", None, "0.01", "-5", "100", "2.20"]
    priorities = itertools.cycle(["high", "low", None])
    rows = [
        {"values": {"subject": f"{n}", "amount": amount, "priority": kind}}
        for n, (amount, kind) in enumerate(zip(amounts, priorities, strict=False))
    ]
    desk.ask("POST", "/batch", {"records": rows})
    return desk


OPS = ["count", "sum", "avg", "min", "max", "distinct"]


def test_every_measure_over_everything_is_exact(filled: Desk) -> None:
    measures = [{"op": "count"}, *({"op": op, "field": "amount"} for op in OPS)]
    rows = aggregate(filled, measures=measures)
    assert rows == [{"group": {}, "measures": [8, 7, "103.81", "14.83", "-5.00", "100.00", 6]}]


def test_groups_have_their_keys_and_missing_ones_come_last(filled: Desk) -> None:
    rows = aggregate(
        filled, group_by=[{"field": "priority"}], measures=[{"op": "count"}, {"op": "sum", "field": "amount"}]
    )
    assert [(row["group"]["priority"], *row["measures"]) for row in rows] == [
        ("high", 3, "101.10"), ("low", 3, "4.41"), (None, 2, "-1.70"),
    ]  # fmt: skip


def test_a_filter_is_met_before_the_groups_are_made(filled: Desk) -> None:
    condition = {"field": "amount", "op": "gt", "value": "2"}
    rows = aggregate(filled, group_by=[{"field": "priority"}], measures=[{"op": "count"}], filter=condition)
    assert [(row["group"]["priority"], row["measures"]) for row in rows] == [("high", [1]), ("low", [2]), (None, [1])]


def test_nothing_to_count_is_nought_and_nothing_to_sum_is_missing(desk: Desk) -> None:
    measures = [{"op": op, "field": "amount"} for op in OPS]
    assert aggregate(desk, measures=measures) == [{"group": {}, "measures": [0, None, None, None, None, 0]}]
    assert aggregate(desk, group_by=[{"field": "priority"}], measures=measures) == []


MOMENTS = {
    "2026-01-01": "2025-12-31T16:00:00Z",  # midnight in Shanghai
    "2025-12-31": "2025-12-31T15:59:59.999Z",
    "2026-03-01": "2026-02-28T20:00:00Z",
    "2026-11-23": "2026-11-23T06:00:00Z",
}
BUCKETS = {
    "day": ["2025-12-31", "2026-01-01", "2026-03-01", "2026-11-23"],
    "week": ["2025-12-29", "2025-12-29", "2026-02-23", "2026-11-23"],
    "month": ["2025-12-01", "2026-01-01", "2026-03-01", "2026-11-01"],
    "quarter": ["2025-10-01", "2026-01-01", "2026-01-01", "2026-10-01"],
    "year": ["2025-01-01", "2026-01-01", "2026-01-01", "2026-01-01"],
}


def test_moments_fall_into_the_buckets_of_the_house(desk: Desk) -> None:
    for day, moment in MOMENTS.items():
        desk.add(at=moment, due=day)
    desk.add()
    for bucket, expected in BUCKETS.items():
        for field in ("at", "due"):
            rows = aggregate(desk, group_by=[{"field": field, "bucket": bucket}], measures=[{"op": "count"}])
            wanted = [(key, len(list(same))) for key, same in itertools.groupby(expected)]
            assert [(row["group"][field], row["measures"][0]) for row in rows] == [*wanted, (None, 1)], (bucket, field)


CHANGES = {
    "America/New_York": {
        "2026-03-07": "2026-03-08T04:59:59Z",  # the evening before the clocks go forward, five hours behind
        "2026-03-08": "2026-03-09T03:59:59Z",  # the evening after, four hours behind
        "2026-11-01": "2026-11-02T04:59:59Z",  # the evening after they went back
        "2026-10-31": "2026-11-01T03:59:59Z",
    },
    "Europe/Berlin": {"2026-03-28": "2026-03-28T22:59:59Z", "2026-03-29": "2026-03-29T21:59:59Z", "2026-10-25": "2026-10-25T22:59:59Z"},
    "Asia/Shanghai": {"1988-07-02": "1988-07-01T15:30:00Z", "1995-07-01": "1995-07-01T15:30:00Z"},
    "Asia/Kathmandu": {"2026-05-02": "2026-05-01T18:15:00Z", "2026-05-01": "2026-05-01T18:14:59Z"},
}  # fmt: skip


@pytest.mark.parametrize("zone", CHANGES)
def test_days_begin_at_midnight_before_and_after_a_clock_change(desk: Desk, zone: str) -> None:
    for moment in CHANGES[zone].values():
        desk.add(at=moment)
    runtime = desk.site.formloom.runtime
    with runtime.db.read() as unit:
        form = runtime.catalog.find(unit, desk.form)
        query = Query(setting=Setting(now=runtime.now()))
        rows = listing.aggregate(
            unit, desk.site.admin, form, [Dimension("at", "day")], [Measure("count")], query, zone=ZoneInfo(zone)
        )
    assert [row.group["at"] for row in rows] == sorted(CHANGES[zone])
    assert all(datetime.fromisoformat(day).tzinfo is None for day in CHANGES[zone])


WRONG: list[dict[str, Any]] = [
    {"group_by": [{"field": "nothing"}]}, {"group_by": [{"field": "subject", "bucket": "day"}]},
    {"group_by": [{"field": "due", "bucket": "decade"}]}, {"group_by": [{"field": "due"}] * 4}, {"group_by": ["due"]},
    {"measures": [{"op": "sum", "field": "subject"}]}, {"measures": [{"op": "sum"}]}, {"measures": [{"op": "median", "field": "amount"}]},
    {"measures": [{"op": "min", "field": "tags"}]}, {"measures": [{"op": "max", "field": "urgent"}]}, {"measures": [{"op": "count"}] * 11},
    {"measures": [{"op": "avg", "field": "due"}]}, {"measures": [{"op": "sum", "field": "id"}]}, {"filter": {"field": "nothing", "op": "eq", "value": 1}},
    {"having": 1}, {"measures": [{"op": "min", "field": "papers"}]},
]  # fmt: skip


def test_what_can_not_be_computed_is_422(desk: Desk) -> None:
    desk.add(amount="1")
    for body in WRONG:
        aggregate(desk, 422, **body)


EVERY = ["subject", "code", "amount", "due", "at", "urgent", "priority", "tags", "agent", "number", "papers", "photo", "id", "rev",
         "created_at", "created_by", "updated_at", "updated_by"]  # fmt: skip


def test_every_field_with_every_measure_and_as_a_group_gives_a_figure_or_a_reason(filled: Desk) -> None:
    filled.add(
        code="c",
        due="2026-01-01",
        at="2026-01-01T00:00:00Z",
        urgent=True,
        tags=["red"],
        agent=filled.site.admin.user_id,
    )
    for field in EVERY:
        for op in OPS:
            answer = filled.send(
                "POST", f"/api/v1/forms/{filled.form}/aggregate", {"measures": [{"op": op, "field": field}]}
            )
            assert answer.status_code in {200, 422}, (field, op, answer.text)
        answer = filled.send("POST", f"/api/v1/forms/{filled.form}/aggregate", {"group_by": [{"field": field}]})
        assert answer.status_code in {200, 422}, (field, answer.text)


def test_at_most_a_thousand_groups_come_back(desk: Desk) -> None:
    rows = [{"values": {"subject": f"{n}"}} for n in range(1_000)]
    desk.ask("POST", "/batch", {"records": rows})
    desk.add(subject="one more")
    assert len(aggregate(desk, group_by=[{"field": "subject"}])) == 1_000


def test_hidden_fields_and_foreign_rows_stay_out_of_sums(staffed: Desk) -> None:
    staffed.ask("POST", json={"values": {"subject": "mine", "amount": "1"}}, who="owner")
    staffed.add(amount="100")
    body = {"measures": [{"op": "sum", "field": "amount"}]}
    path = f"/api/v1/forms/{staffed.form}/aggregate"
    assert staffed.send("POST", path, body, who="owner").json["rows"][0]["measures"] == ["1.00"]
    hidden = staffed.send("POST", path, {"measures": [{"op": "count", "field": "papers"}]}, who="clerk")
    missing = staffed.send("POST", path, {"measures": [{"op": "count", "field": "nothing"}]}, who="clerk")
    assert (hidden.status_code, missing.status_code) == (422, 422)
    assert hidden.json["errors"][0]["message"].replace("papers", "nothing") == missing.json["errors"][0]["message"]
