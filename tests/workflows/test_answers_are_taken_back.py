"""An answer can be taken back as long as nothing came of it but that others were asked."""

from datetime import timedelta
from typing import Any

from .house import House
from .office import act, approve, asked, box, process, start, state


def take_back(house: House, who: str, *, ok: bool = True) -> Any:
    """Take back what somebody answered last."""
    task = box(house, who, "done")[0]["id"]
    answer = house.ask("POST", f"/tasks/{task}/take_back", {}, who=who, ok=ok)
    house.work()
    return answer


def offers(house: House, who: str) -> bool:
    """Tell whether somebody's last answer is offered to be taken back."""
    task = box(house, who, "done")[0]["id"]
    return "take_back" in house.ask("GET", f"/tasks/{task}", who=who)["actions"]


def test_the_next_ones_are_asked_no_more_and_asked_again_later(office: House) -> None:
    process(office, [approve("a", "bob"), approve("b", "cyd")])
    run = start(office)
    act(office, "bob", comment="fine")
    assert (asked(office), offers(office, "bob")) == ({"cyd"}, True)
    take_back(office, "bob")
    assert asked(office) == {"bob"}
    log = office.ask("GET", f"/processes/{run}")["log"]
    assert [one["did"] for one in log] == ["started", "approved", "took_back"]
    act(office, "bob")
    assert asked(office) == {"cyd"}
    act(office, "cyd")
    assert state(office, run) == "approved"


def test_not_once_the_next_one_has_answered_or_the_process_is_over(office: House) -> None:
    process(office, [approve("a", "bob"), approve("b", "cyd", "dan", mode="all")])
    start(office)
    act(office, "bob")
    act(office, "cyd")
    assert offers(office, "bob") is False
    refused = take_back(office, "bob", ok=False)
    assert (refused.status_code, refused.json["code"]) == (409, "not_taken_back")
    take_back(office, "cyd")
    assert asked(office) == {"cyd", "dan"}
    act(office, "cyd")
    act(office, "dan")
    assert take_back(office, "dan", ok=False).status_code == 409


def test_those_who_were_asked_beside_are_asked_again(office: House) -> None:
    process(office, [approve("a", "bob", "cyd"), approve("b", "dan")])
    run = start(office)
    act(office, "bob")
    assert asked(office) == {"dan"}
    take_back(office, "bob")
    assert asked(office) == {"bob", "cyd"}
    act(office, "cyd")
    act(office, "dan")
    assert state(office, run) == "approved"


def test_in_order_the_next_one_waits_again(office: House) -> None:
    process(office, [approve("a", "bob", "cyd", mode="sequential")])
    run = start(office)
    act(office, "bob")
    assert asked(office) == {"cyd"}
    take_back(office, "bob")
    assert asked(office) == {"bob"}
    act(office, "bob")
    act(office, "cyd")
    assert state(office, run) == "approved"


def test_not_when_the_run_did_something_that_stays(office: House) -> None:
    change = {"id": "s", "type": "set_fields", "values": {"status": "open"}}
    process(office, [approve("a", "bob"), change, approve("b", "cyd")])
    start(office)
    act(office, "bob")
    assert (offers(office, "bob"), take_back(office, "bob", ok=False).status_code) == (False, 409)


def test_out_of_parallel_ways(office: House) -> None:
    ways = [{"id": "x", "nodes": [approve("fin", "cyd")]}, {"id": "y", "nodes": [approve("law", "dan")]}]
    process(office, [approve("a", "bob"), {"id": "p", "type": "parallel", "branches": ways}])
    run = start(office)
    act(office, "bob")
    assert asked(office) == {"cyd", "dan"}
    take_back(office, "bob")
    assert asked(office) == {"bob"}
    act(office, "bob")
    act(office, "cyd")
    take_back(office, "cyd")
    assert asked(office) == {"cyd", "dan"}
    act(office, "cyd")
    act(office, "dan")
    assert state(office, run) == "approved"


def test_a_moment_that_was_waited_for_does_not_come_early(office: House) -> None:
    process(office, [approve("a", "bob"), {"id": "d", "type": "delay", "after": "PT2H"}, approve("b", "cyd")])
    start(office)
    act(office, "bob")
    take_back(office, "bob")
    office.clock.advance(timedelta(hours=1))
    act(office, "bob")
    office.clock.advance(timedelta(hours=1, minutes=1))
    office.work()
    assert asked(office) == set()
    office.clock.advance(timedelta(hours=1))
    office.work()
    assert asked(office) == {"cyd"}


def test_nobody_takes_back_what_is_anothers(office: House) -> None:
    process(office, [approve("a", "bob"), approve("b", "cyd")])
    start(office)
    act(office, "bob")
    task = box(office, "bob", "done")[0]["id"]
    assert office.ask("POST", f"/tasks/{task}/take_back", {}, who="cyd", ok=False).status_code == 404
