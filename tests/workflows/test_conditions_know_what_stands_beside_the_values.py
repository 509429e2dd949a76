"""Conditions of flows may name when a record was made and by whom, as filters of lists may."""

from datetime import timedelta
from typing import Any

from .house import House, set_fields


def when(tree: dict[str, Any]) -> list[Any]:
    return [
        {
            "type": "branch",
            "when": tree,
            "then": [{"id": "a", **set_fields(note="yes")}],
            "else": [{"id": "b", **set_fields(note="no")}],
        }
    ]


def test_by_whom_a_record_was_made_decides(house: House) -> None:
    house.person("bob", is_admin=True)
    house.flow("mine", when({"field": "created_by", "op": "eq", "value": house.people["bob"]}))
    made = {who: house.ticket(who, who=who) for who in ("ada", "bob")}
    house.work()
    assert {who: house.values(record)["note"] for who, record in made.items()} == {"ada": "no", "bob": "yes"}


def test_how_old_a_record_is_decides_also_later(house: House) -> None:
    aged = {"all": [{"not": {"field": "created_at", "op": "within_last", "value": "P1D"}}]}
    flow_id = house.flow("old", when(aged), {"type": "button"})
    record = house.ticket()
    for expected in ("no", "yes"):
        house.ask("POST", f"/flows/{flow_id}/trigger", {"record": record})
        house.work()
        assert house.values(record)["note"] == expected
        house.clock.advance(timedelta(days=2))
    (why,) = house.runs(flow_id)[-1]["trace"][0]["why"]
    assert why["actual"] is not None


def test_a_wait_ends_when_the_record_is_old_enough(house: House) -> None:
    nodes = [
        {"type": "wait_until", "when": {"not": {"field": "created_at", "op": "within_last", "value": "P3D"}}},
        set_fields(note="waited"),
    ]
    house.flow("wait", nodes)
    record = house.ticket()
    house.work()
    assert house.values(record)["note"] is None
    house.clock.advance(timedelta(days=3, minutes=1))
    house.work()
    assert house.values(record)["note"] == "waited"
