"""Who looks after rules sees what they did, but not what fields hold that are hidden from him."""

import json
from typing import Any

import pytest

from .house import House, both, set_fields

SECRET = "top-secret-note"
WHEN = {
    "all": [{"field": "note", "op": "eq", "value": {"ref": "other"}}, {"field": "team", "op": "eq", "value": "red"}]
}
NODES: list[Any] = [
    {"type": "branch", "when": WHEN, "then": [{"id": "m1", **set_fields(note=f"{SECRET}!", status="open")}]},
    {"type": "add_comment", "text": both("Noted {{ record.note }}")},
    {"type": "notify", "to": {"field": "owner"}, "text": both("See {{ record.note }}")},
    {"type": "create_record", "form": "task", "values": {"title": {"liquid": "About {{ record.note }}"}}},
]


def group(house: House, name: str, *, fields: Any = None, **more: Any) -> None:
    """Let a member design the app, and read tickets with what `fields` and `more` say; None for no tickets at all."""
    grants = [] if fields is None else [{"form": "ticket", "acts": ["record.read"], "fields": fields, **more}]
    document = {
        "title": both(name), "members": {"users": [house.people[name]]}, "app_acts": ["open", "design"], "grants": grants,
    }  # fmt: skip
    house.define("permission_group", name, document)


@pytest.fixture
def ran(house: House) -> tuple[House, str, str]:
    """Return an installation, a flow that ran on a ticket with a secret, and the ticket."""
    flow_id = house.flow("route", NODES)
    record = house.ticket(f"about {SECRET}", note=SECRET, other=SECRET, team="red", owner=house.people["ada"])
    house.work()
    for name in ("dee", "max", "tim", "own"):
        house.person(name)
    group(house, "dee", fields={"note": "hidden", "subject": "hidden"})
    group(house, "max")
    group(house, "tim", fields={})
    group(house, "own", fields={}, rows="own")
    return house, flow_id, record


def run(house: House, flow_id: str, who: str) -> dict[str, Any]:
    (found,) = house.ask("GET", f"/flows/{flow_id}/runs", who=who)["runs"]
    return dict(found)


def test_an_administrator_and_who_may_see_every_field_see_everything(ran: tuple[House, str, str]) -> None:
    house, flow_id, _record = ran
    for who in ("ada", "tim"):
        found = run(house, flow_id, who)
        assert found["record_title"] == f"about {SECRET}"
        first = found["trace"][0]["why"][0]
        assert (first["value"], first["actual"], first.get("hidden")) == (SECRET, SECRET, None)


def test_hidden_fields_are_left_out_one_by_one_and_what_happened_stays(ran: tuple[House, str, str]) -> None:
    house, flow_id, _record = ran
    found = run(house, flow_id, "dee")
    assert found["record_title"] is None
    note, team = found["trace"][0]["why"]
    assert (note["field"], note["actual"], note["result"], note["hidden"]) == ("note", None, True, True)
    assert (team["actual"], team.get("hidden")) == ("red", None)
    changes = found["trace"][1]["output"]["changes"]
    assert changes["note"] == {"before": None, "after": None, "hidden": True}
    assert changes["status"]["after"] == "open"
    assert [line["result"] for line in found["trace"]] == ["matched", "done", "done", "skipped", "done"]


def test_no_text_that_a_rule_put_together_tells_a_hidden_value(ran: tuple[House, str, str]) -> None:
    house, flow_id, _record = ran
    lines = run(house, flow_id, "dee")["trace"][2:]
    assert SECRET not in json.dumps(lines)


@pytest.mark.parametrize("who", ["max", "own"])
def test_nothing_is_told_of_records_that_the_reader_may_not_see(ran: tuple[House, str, str], who: str) -> None:
    house, flow_id, _record = ran
    found = run(house, flow_id, who)
    assert SECRET not in json.dumps(found)
    assert "red" not in [leaf["actual"] for leaf in found["trace"][0]["why"]]
    assert found["state"] == "done"


def test_a_value_that_comes_from_a_hidden_field_is_hidden_in_the_comparison_too(ran: tuple[House, str, str]) -> None:
    house, flow_id, _record = ran
    house.person("ria")
    group(house, "ria", fields={"other": "hidden"})
    note = run(house, flow_id, "ria")["trace"][0]["why"][0]
    assert (note["value"], note["actual"], note["hidden"]) == (None, SECRET, True)


def test_a_rehearsal_hides_the_same(ran: tuple[House, str, str]) -> None:
    house, flow_id, record = ran
    told = house.ask("POST", f"/flows/{flow_id}/simulate", {"record": record}, who="dee")
    assert told["would_run"] is True
    assert SECRET not in json.dumps([line["output"] for line in told["trace"]])
    assert SECRET in json.dumps(house.ask("POST", f"/flows/{flow_id}/simulate", {"record": record})["trace"])
