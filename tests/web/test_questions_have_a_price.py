"""The shape of a question is bounded: depth, number of conditions, page, groups, and how many statements it costs."""

import json
from typing import Any

from tests.web.conftest import Desk
from tests.web.test_input_never_becomes_sql import statements

LEAF = {"field": "subject", "op": "eq", "value": "x"}


def ask(desk: Desk, condition: Any) -> int:
    return int(desk.ask("GET", query_string={"filter": json.dumps(condition)}).status_code)


def nested(depth: int) -> Any:
    tree: Any = LEAF
    for _ in range(depth):
        tree = {"all": [tree]}
    return tree


def test_groups_stand_at_most_five_deep(desk: Desk) -> None:
    assert ask(desk, nested(5)) == 200
    assert ask(desk, nested(6)) == 422
    assert ask(desk, nested(300)) == 422
    negated: Any = LEAF
    for _ in range(300):
        negated = {"not": negated}
    assert ask(desk, negated) == 422


def test_a_condition_has_at_most_fifty_comparisons(desk: Desk) -> None:
    assert ask(desk, {"all": [LEAF] * 50}) == 200
    assert ask(desk, {"all": [LEAF] * 51}) == 422
    assert ask(desk, {"any": [{"all": [LEAF] * 10}] * 6}) == 422


def test_a_comparison_has_at_most_two_hundred_values(desk: Desk) -> None:
    assert ask(desk, {"field": "subject", "op": "in", "value": ["x"] * 200}) == 200
    assert ask(desk, {"field": "subject", "op": "in", "value": ["x"] * 201}) == 422
    assert ask(desk, {"field": "subject", "op": "eq", "value": "x" * 1_001}) == 422


def test_a_filter_in_the_address_is_at_most_twenty_thousand_characters(desk: Desk) -> None:
    assert ask(desk, {"field": "subject", "op": "eq", "value": "x" * 20_000}) == 422


def test_a_page_is_at_most_two_hundred_and_the_body_of_a_write_at_most_a_megabyte(desk: Desk) -> None:
    assert desk.ask("GET", query_string={"limit": 200}).status_code == 200
    assert desk.ask("GET", query_string={"limit": 201}).status_code == 422
    assert desk.ask("POST", json={"values": {"subject": "x" * 1_100_000}}).status_code == 413


def test_a_page_costs_the_same_number_of_statements_however_long_it_is(staffed: Desk) -> None:
    people = [staffed.site.ask("admin", "GET", "/api/v1/session").json["user"]["id"]]
    rows = [{"values": {"subject": f"{n}", "agent": people[0]}} for n in range(150)]
    staffed.ask("POST", "/batch", {"records": rows})
    for who in ("admin", "owner", "clerk"):
        staffed.ask("GET", who=who, query_string={"limit": 1})
        counts = []
        for limit in (1, 150):
            with statements() as seen:
                staffed.ask("GET", who=who, query_string={"limit": limit, "count": "exact"})
            counts.append(len(seen))
        assert counts[0] == counts[1] <= 12, (who, counts)


def test_a_batch_costs_far_fewer_statements_than_it_has_rows(desk: Desk) -> None:
    desk.add()
    rows = [{"values": {"subject": f"{n}", "code": f"{n}"}} for n in range(200)]
    with statements() as seen:
        desk.ask("POST", "/batch", {"records": rows})
    assert len(seen) <= 30


def test_aliases_and_repeats_do_not_multiply_the_work(desk: Desk) -> None:
    assert desk.ask("GET", query_string={"sort": ",".join(["amount"] * 6)}).status_code == 422
    assert desk.ask("GET", query_string={"fields": ",".join(["subject"] * 201)}).status_code == 422
    measures = [{"op": "count"}] * 11
    answer = desk.send("POST", f"/api/v1/forms/{desk.form}/aggregate", {"measures": measures})
    assert answer.status_code == 422
