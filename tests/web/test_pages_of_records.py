"""Lists: filter, order, cursor, offset, count; the same on both databases."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.conftest import Desk


def pages(desk: Desk, **query: Any) -> Iterator[list[dict[str, Any]]]:
    """Yield page after page until there is none."""
    cursor = None
    while True:
        answer = desk.ask("GET", query_string={**query, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        yield answer.json["records"]
        cursor = answer.json["next"]
        if cursor is None:
            return


def subjects(desk: Desk, **query: Any) -> list[str]:
    return [record["values"]["subject"] for page in pages(desk, **query) for record in page]


def test_a_list_without_questions_is_the_newest_first_fifty_at_a_time(desk: Desk) -> None:
    rows = [{"values": {"subject": f"{n:03}"}} for n in range(60)]
    desk.ask("POST", "/batch", {"records": rows})
    answer = desk.ask("GET").json
    assert len(answer["records"]) == 50
    assert answer["records"][0]["values"]["subject"] == "059"
    assert answer["next"]
    assert answer["count"] is None
    assert len(answer["records"][0]["values"]) == len(answer["records"][-1]["values"])


@pytest.mark.parametrize("field", ["amount", "due", "at", "priority", "urgent", "code"])
def test_missing_values_stand_last_in_both_directions(desk: Desk, field: str) -> None:
    given = {
        "amount": ["2", "-1.5", "10"], "due": ["2026-02-01", "2025-12-31", "2026-01-01"],
        "at": ["2026-02-01T00:00:00Z", "2025-12-31T23:59:59Z", "2026-01-01T00:00:00.5Z"],
        "priority": ["low", "high"], "urgent": [True, False], "code": ["b", "a", "c"],
    }[field]  # fmt: skip
    for value in (*given, None, None):
        desk.add(**{field: value})
    up = [record["values"][field] for page in pages(desk, sort=field, limit=2) for record in page]
    down = [record["values"][field] for page in pages(desk, sort=f"-{field}", limit=2) for record in page]
    assert up[-2:] == down[-2:] == [None, None]
    assert up[:-2] == list(reversed(down[:-2]))
    assert len(up) == len(given) + 2


def test_numbers_are_ordered_as_numbers_and_shown_as_text(desk: Desk) -> None:
    for value in ("10", "9", "-1", "0.5"):
        desk.add(amount=value)
    amounts = [record["values"]["amount"] for record in desk.listed(sort="amount")]
    assert amounts == ["-1.00", "0.50", "9.00", "10.00"]


@pytest.mark.parametrize("sort", ["amount", "-amount", "-created_at", "priority,-amount", "id", "-code"])
def test_paging_gives_every_record_once_whatever_the_order(desk: Desk, sort: str) -> None:
    kinds = itertools.cycle([("1", "high"), ("1", None), (None, "low"), ("2", "high"), (None, None)])
    rows = [
        {"values": {"subject": f"{n}", "amount": amount, "priority": kind}}
        for n, (amount, kind) in zip(range(23), kinds, strict=False)
    ]
    desk.ask("POST", "/batch", {"records": rows})
    seen = subjects(desk, sort=sort, limit=4)
    assert sorted(seen, key=int) == [f"{n}" for n in range(23)]
    whole = [record["values"]["subject"] for record in desk.listed(sort=sort, limit=200)]
    assert seen == whole


def test_a_cursor_stays_put_while_records_are_added_and_removed(desk: Desk) -> None:
    made = [desk.add(subject=f"{n}", amount=f"{n}") for n in range(10)]
    walk = pages(desk, sort="amount", limit=3)
    seen = [record["values"]["subject"] for record in next(walk)]
    desk.add(subject="before", amount="-1")
    desk.add(subject="after", amount="99")
    desk.ask("DELETE", f"/{made[1]['id']}")
    seen += [record["values"]["subject"] for page in walk for record in page]
    assert seen == [*(f"{n}" for n in range(10)), "after"]


def test_a_cursor_belongs_to_its_order(desk: Desk) -> None:
    for n in range(3):
        desk.add(amount=f"{n}")
    cursor = desk.ask("GET", query_string={"limit": 1, "sort": "amount"}).json["next"]
    answer = desk.ask("GET", query_string={"limit": 1, "sort": "-code", "cursor": cursor})
    assert answer.status_code == 422


def test_offset_skips_and_count_counts_what_the_filter_meets(desk: Desk) -> None:
    for n in range(12):
        desk.add(subject=f"{n}", amount=f"{n}")
    asked = {"sort": "amount", "limit": 3, "count": "exact", "filter": '{"field":"amount","op":"gte","value":"5"}'}
    answer = desk.ask("GET", query_string={**asked, "offset": 2}).json
    assert [record["values"]["subject"] for record in answer["records"]] == ["7", "8", "9"]
    assert answer["count"] == 7
    beyond = desk.ask("GET", query_string={**asked, "offset": 1_000}).json
    assert (beyond["records"], beyond["next"], beyond["count"]) == ([], None, 7)


def test_only_the_fields_that_were_asked_for_come_back(desk: Desk) -> None:
    desk.add(amount="1")
    answer = desk.ask("GET", query_string={"fields": "amount"}).json
    assert answer["records"][0]["values"] == {"amount": "1.00"}


def test_members_behind_ids_are_named_beside_the_records(staffed: Desk) -> None:
    clerk = staffed.site.ask("admin", "GET", "/api/v1/people", query_string={"q": "clerk"}).json["people"][0]["id"]
    staffed.add(agent=clerk)
    assert staffed.ask("GET").json["people"][clerk] == "clerk"


def test_search_finds_text_wherever_it_stands_and_knows_no_wildcards(desk: Desk) -> None:
    for subject in ("100% 羊毛", "100 羊毛", "A_B", "AxB"):
        desk.add(subject=subject)
    assert subjects(desk, q="%") == ["100% 羊毛"]
    assert subjects(desk, q="a_b") == ["A_B"]
    assert len(subjects(desk, q="羊毛")) == 2


def test_deleted_records_stand_in_the_trash_alone(desk: Desk) -> None:
    kept, gone = desk.add(subject="kept"), desk.add(subject="gone")
    assert desk.ask("DELETE", f"/{gone['id']}").status_code == 204
    assert subjects(desk) == ["kept"]
    trash = desk.site.ask("admin", "GET", f"/api/v1/forms/{desk.form}/trash").json["records"]
    assert [record["id"] for record in trash] == [gone["id"]]
    assert desk.ask("POST", f"/{gone['id']}/restore", {}).status_code == 200
    assert len(subjects(desk)) == 2
    assert kept["id"] in {record["id"] for record in desk.listed()}
