"""Whom a step asks: nobody found, somebody who answered before, people whom the initiator chooses."""

from datetime import timedelta

import pytest

from .house import House
from .office import act, approve, asked, box, process, start, state


def test_nobody_found(office: House) -> None:
    nobody = {"assignees": [{"user_field": "owner"}]}
    process(office, [{**approve("a"), **nobody, "when_nobody": "pass"}, approve("b", "bob")])
    start(office)
    assert asked(office) == {"bob"}


@pytest.mark.parametrize(("rule", "who"), [("administrators", {"ada"}), ("people", {"eve"})])
def test_nobody_found_and_others_asked(office: House, rule: str, who: set[str]) -> None:
    nobody = {"assignees": [{"user_field": "owner"}], "nobody_to": [{"users": ["eve"]}]}
    process(office, [{**approve("a"), **nobody, "when_nobody": rule}])
    start(office)
    assert asked(office) == who


def test_who_approved_before_is_not_asked_again(office: House) -> None:
    process(office, [approve("a", "bob"), approve("b", "bob"), approve("c", "cyd")], same_person="consecutive")
    start(office)
    act(office, "bob")
    assert asked(office) == {"cyd"}


def test_the_initiator_chooses_who_is_asked(office: House) -> None:
    chosen = {"chosen": True, "from": {"users": ["cyd", "dan"]}}
    process(office, [{**approve("a"), "assignees": [chosen]}])
    run = start(office)
    assert [one["kind"] for one in box(office, "ada")] == ["choose"]
    seen = office.ask("GET", f"/tasks/{box(office, 'ada')[0]['id']}")
    assert [one["name"] for one in seen["chosen"][0]["from"]] == ["cyd", "dan"]
    refused = act(office, "ada", "submit", ok=False, chosen={"a": [office.people["eve"]]})
    assert refused.json["errors"][0]["code"] == "not_eligible"
    assert act(office, "ada", "submit", ok=False).json["errors"][0]["field"] == "to"
    act(office, "ada", "submit", chosen={"a": [office.people["dan"]]})
    assert asked(office) == {"dan"}
    act(office, "dan")
    assert state(office, run) == "approved"


def test_one_process_is_handed_to_somebody_else(office: House) -> None:
    flow = process(office, [approve("a", "bob")])
    assert office.ask("GET", "/tasks/flows", who="bob")["flows"] == []
    start(office)
    (known,) = office.ask("GET", "/tasks/flows", who="bob")["flows"]
    assert (known["id"], known["app"]["key"]) == (flow, "desk")
    now = office.clock.now()
    told = {"kind": "delegation", "starts_at": now.isoformat(), "ends_at": (now + timedelta(days=9)).isoformat()}
    office.ask("POST", "/absences", {**told, "delegate_id": office.people["cyd"], "flow_ids": [flow]}, who="bob")
    act(office, "bob")
    start(office)
    assert asked(office) == {"cyd"}
