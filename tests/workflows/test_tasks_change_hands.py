"""Tasks are returned, given to others, and signed by more people."""

from .house import House
from .office import act, approve, asked, box, process, start, state


def test_returned_and_back_again_step_by_step(office: House) -> None:
    process(office, [approve("a", "bob"), approve("b", "cyd"), approve("c", "dan")])
    run = start(office)
    act(office, "bob")
    act(office, "cyd")
    targets = office.ask("GET", f"/tasks/{box(office, 'dan')[0]['id']}", who="dan")["return_targets"]
    assert [one["node"] for one in targets] == ["start", "a", "b"]
    act(office, "dan", "return", node="a", then="again", comment="look again")
    assert asked(office) == {"bob"}
    act(office, "bob")
    assert asked(office) == {"cyd"}
    act(office, "cyd")
    act(office, "dan")
    assert state(office, run) == "approved"


def test_returned_to_the_initiator_and_straight_back(office: House) -> None:
    process(office, [approve("a", "bob"), approve("b", "cyd")])
    run = start(office)
    act(office, "bob")
    act(office, "cyd", "return", node="start", then="direct")
    assert asked(office) == {"ada"}
    task = box(office, "ada")[0]
    assert (task["kind"], task["process_state"]) == ("start", "running")
    act(office, "ada", "submit", values={"subject": "Better"})
    assert asked(office) == {"cyd"}
    act(office, "cyd")
    assert state(office, run) == "approved"
    record = office.ask("GET", f"/processes/{run}")["record"]
    assert office.values(record)["subject"] == "Better"


def test_returned_out_of_a_parallel_way(office: House) -> None:
    ways = [{"id": "x", "nodes": [approve("fin", "bob")]}, {"id": "y", "nodes": [approve("law", "cyd")]}]
    process(office, [approve("a", "dan"), {"id": "p", "type": "parallel", "branches": ways}])
    run = start(office)
    act(office, "dan")
    act(office, "bob", "return", node="a")
    assert asked(office) == {"dan"}
    act(office, "dan")
    assert asked(office) == {"bob", "cyd"}
    act(office, "bob")
    act(office, "cyd")
    assert state(office, run) == "approved"


def test_returned_out_of_a_parallel_way_and_straight_back_to_it(office: House) -> None:
    ways = [{"id": "x", "nodes": [approve("fin", "bob")]}, {"id": "y", "nodes": [approve("law", "cyd")]}]
    process(office, [approve("a", "dan"), approve("b", "eve"), {"id": "p", "type": "parallel", "branches": ways}])
    run = start(office)
    act(office, "dan")
    act(office, "eve")
    act(office, "bob")
    act(office, "cyd", "return", node="a", then="direct")
    assert asked(office) == {"dan"}
    act(office, "dan")
    assert asked(office) == {"bob", "cyd"}
    act(office, "bob")
    act(office, "cyd")
    assert state(office, run) == "approved"


def test_signers_are_added_before_after_and_beside_each_other(office: House) -> None:
    process(office, [approve("a", "bob")])
    run = start(office)
    act(office, "bob", "add_sign", to=[office.people["cyd"]], position="before")
    assert asked(office) == {"cyd"}
    act(office, "cyd", "add_sign", to=[office.people["dan"]], position="before")  # nested
    assert asked(office) == {"dan"}
    act(office, "dan")
    assert asked(office) == {"cyd"}
    act(office, "cyd")
    assert asked(office) == {"bob"}
    act(office, "bob", "add_sign", to=[office.people["eve"]], position="after")
    assert asked(office) == {"bob"}
    act(office, "bob")
    assert asked(office) == {"eve"}
    act(office, "eve")
    assert state(office, run) == "approved"


def test_a_parallel_signer_is_needed_too(office: House) -> None:
    process(office, [approve("a", "bob")])
    run = start(office)
    act(office, "bob", "add_sign", to=[office.people["cyd"]], position="parallel")
    assert asked(office) == {"bob", "cyd"}
    act(office, "bob")
    assert state(office, run) == "running"
    act(office, "cyd", "reject")
    assert state(office, run) == "rejected"


def test_a_task_is_given_to_somebody_else(office: House) -> None:
    process(office, [approve("a", "bob")])
    run = start(office)
    act(office, "bob", "transfer", to=[office.people["cyd"]], comment="yours")
    assert asked(office) == {"cyd"}
    assert [one["state"] for one in box(office, "bob", "done")] == ["transferred"]
    act(office, "cyd")
    assert state(office, run) == "approved"
