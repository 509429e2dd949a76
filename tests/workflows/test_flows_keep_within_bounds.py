"""How often a flow may run, and what is pointed out about flows that get in each other's way."""

from datetime import timedelta
from typing import Any

import pytest

from .house import House, both, flow, set_fields

MARK = [set_fields(other="on")]


def findings(house: House, key: str, document: dict[str, Any]) -> list[tuple[str, str, str]]:
    made = house.ask("POST", "/apps/desk/definitions", {"kind": "flow", "key": key, "document": document})
    told = house.ask("GET", f"/definitions/{made['id']}/draft")["findings"]
    house.ask("POST", f"/definitions/{made['id']}/publish")
    return [(one["field"], one["severity"], one["message"]) for one in told]


def test_beyond_its_limit_a_flow_is_left_out_and_told_until_the_time_is_over(house: House) -> None:
    flow_id = house.flow("mark", MARK, limit={"runs": 2, "per": "PT1M"})
    records = [house.ticket(str(number)) for number in range(4)]
    house.work()
    assert [house.values(one)["other"] for one in records] == ["on", "on", None, None]
    assert [run["state"] for run in house.runs(flow_id)] == ["done", "done", "skipped", "skipped"]
    assert house.runs(flow_id)[3]["summary"]["en"] == "Not run: this rule has run as often as it may for now"
    house.clock.advance(timedelta(seconds=61))
    late = house.ticket("late")
    house.work()
    assert house.values(late)["other"] == "on"


@pytest.mark.parametrize(
    "limit", [{"runs": 0, "per": "PT1M"}, {"runs": 5, "per": "soon"}, {"runs": 5, "per": "PT0M"}, {}]
)
def test_a_limit_that_is_none_is_refused(house: House, limit: dict[str, Any]) -> None:
    assert house.refused(flow(MARK, limit=limit))[0]["field"].startswith("limit")


def test_a_flow_that_changes_what_sets_it_off_is_pointed_out(house: House) -> None:
    trigger = {"type": "record_updated", "fields": ["other"]}
    ((place, severity, words),) = findings(house, "one", flow(MARK, trigger, title=both("Mark it")))
    assert (place, severity) == ("nodes/0", "warning")
    assert "“Other”" in words
    assert findings(house, "two", flow(MARK, {"type": "record_updated", "fields": ["note"]}))[0][2].startswith(
        "The rule “Mark it”"
    )


def test_two_flows_that_change_the_same_field_on_the_same_event_are_pointed_out(house: House) -> None:
    house.flow("first", [set_fields(note="a")], title=both("First"))
    ((place, severity, words),) = findings(house, "second", flow([set_fields(note="b")]))
    assert (place, severity) == ("nodes/0", "warning")
    assert "“First”" in words
    assert findings(house, "third", flow([set_fields(other="b")])) == []
    assert (
        findings(house, "fourth", flow([set_fields(note="b")], {"type": "record_updated", "fields": ["status"]})) == []
    )


def test_what_hangs_on_a_condition_is_not_pointed_out(house: House) -> None:
    inner = {"id": "in", **set_fields(note="a")}
    red = {"field": "team", "op": "eq", "value": "red"}
    house.flow("first", [{"type": "branch", "when": red, "then": [inner], "else": []}])
    assert findings(house, "second", flow([set_fields(note="b")])) == []


def test_what_hangs_on_a_branch_without_a_condition_is_pointed_out(house: House) -> None:
    inner = {"id": "in", **set_fields(note="a")}
    house.flow("first", [{"type": "branch", "when": {}, "then": [inner], "else": []}], title=both("First"))
    ((place, severity, words),) = findings(
        house, "second", flow([{"type": "branch", "when": {}, "then": [{"id": "x", **set_fields(note="b")}]}])
    )
    assert (place, severity) == ("nodes/0/then/0", "warning")
    assert "“First”" in words


def test_two_flows_that_set_each_other_off_are_pointed_out(house: House) -> None:
    house.flow("there", [set_fields(note="a")], {"type": "record_updated", "fields": ["other"]}, title=both("There"))
    back = flow([set_fields(other="b")], {"type": "record_updated", "fields": ["note"]})
    ((place, severity, words),) = findings(house, "back", back)
    assert (place, severity) == ("trigger", "warning")
    assert "“There”" in words
    aside = flow([set_fields(hours=1)], {"type": "record_updated", "fields": ["note"]})
    assert findings(house, "aside", aside) == []
