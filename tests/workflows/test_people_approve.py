"""Approvals over HTTP, on both databases: who is asked and what the answers come to."""

import pytest

from .house import House, both
from .office import act, approve, asked, box, process, start, state


def test_one_after_the_other(office: House) -> None:
    process(office, [approve("a", "bob"), approve("b", "cyd")])
    run = start(office)
    assert asked(office) == {"bob"}
    act(office, "bob")
    assert asked(office) == {"cyd"}
    act(office, "cyd", comment="fine")
    assert (state(office, run), asked(office)) == ("approved", set())
    log = office.ask("GET", f"/processes/{run}")["log"]
    assert [(one["did"], (one["who"] or {}).get("name")) for one in log] == [
        ("started", "ada"), ("approved", "bob"), ("approved", "cyd"),
    ]  # fmt: skip
    assert log[-1]["comment"] == "fine"
    assert [one["process"] for one in box(office, "bob", "done")] == [run]
    assert [one["state"] for one in box(office, "ada", "started")] == ["approved"]


@pytest.mark.parametrize(
    ("mode", "answers", "result"),
    [
        ("any", [("bob", "approve")], "approved"),
        ("any", [("bob", "reject")], "rejected"),
        ("all", [("bob", "approve"), ("cyd", "approve"), ("dan", "approve")], "approved"),
        ("all", [("bob", "approve"), ("cyd", "reject")], "rejected"),
        ("sequential", [("bob", "approve"), ("cyd", "approve"), ("dan", "approve")], "approved"),
        ("vote", [("bob", "approve"), ("cyd", "approve")], "approved"),
        ("vote", [("bob", "reject"), ("cyd", "reject")], "rejected"),
        ("vote", [("bob", "approve"), ("cyd", "reject"), ("dan", "approve")], "approved"),
    ],
)
def test_ways_of_counting(office: House, mode: str, answers: list[tuple[str, str]], result: str) -> None:
    process(office, [approve("a", "bob", "cyd", "dan", mode=mode, percent=60)])
    run = start(office)
    assert asked(office) == ({"bob"} if mode == "sequential" else {"bob", "cyd", "dan"})
    for number, (who, answer) in enumerate(answers):
        assert state(office, run) == "running", number
        act(office, who, answer)
    assert (state(office, run), asked(office)) == (result, set())


def test_a_condition_chooses_the_way(office: House) -> None:
    ways = [
        {"id": "big", "when": {"field": "hours", "op": "gt", "value": 8}, "nodes": [approve("boss", "dan")]},
        {"id": "else", "nodes": [approve("peer", "cyd")]},
    ]
    process(office, [{"id": "r", "type": "route", "branches": ways}, approve("last", "eve")])
    start(office, hours="9")
    assert asked(office) == {"dan"}
    act(office, "dan")
    assert asked(office) == {"eve"}
    act(office, "eve")
    start(office, hours="2")
    assert asked(office) == {"cyd"}


def test_parallel_ways_meet_again(office: House) -> None:
    ways = [
        {"id": "x", "nodes": [approve("fin", "bob")]},
        {"id": "y", "nodes": [approve("law", "cyd"), approve("law2", "dan")]},
    ]
    process(office, [{"id": "p", "type": "parallel", "branches": ways}, approve("last", "eve")])
    run = start(office)
    assert asked(office) == {"bob", "cyd"}
    act(office, "bob")
    act(office, "cyd")
    assert asked(office) == {"dan"}
    act(office, "dan")
    assert asked(office) == {"eve"}
    act(office, "eve")
    assert state(office, run) == "approved"


def test_the_first_of_parallel_ways_withdraws_the_others(office: House) -> None:
    ways = [{"id": "x", "nodes": [approve("fin", "bob")]}, {"id": "y", "nodes": [approve("law", "cyd")]}]
    process(office, [{"id": "p", "type": "parallel", "branches": ways, "join": "any"}, approve("last", "eve")])
    start(office)
    task = box(office, "cyd")[0]["id"]
    act(office, "bob")
    assert asked(office) == {"eve"}
    late = office.ask("POST", f"/tasks/{task}/approve", {}, who="cyd", ok=False)
    assert (late.status_code, late.json["code"]) == (409, "task_done")


def test_only_fields_of_the_step_are_shown_and_changed(office: House) -> None:
    rights = {"hours": "edit", "email": "hide"}
    process(office, [approve("a", "bob", fields=rights)])
    start(office, hours="3", email="a@b.example")
    task = box(office, "bob")[0]["id"]
    seen = office.ask("GET", f"/tasks/{task}", who="bob")
    assert [(one["label"]["en"], one["value"]) for one in seen["summary"]] == [("Subject", "Loom"), ("Hours", "3.00")]
    assert "email" not in seen["values"]
    assert seen["fields"]["hours"] == "edit"
    assert seen["fields"]["subject"] == "view"
    refused = act(office, "bob", ok=False, values={"subject": "Mine"})
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (403, "subject")
    act(office, "bob", values={"hours": "4"})
    assert office.records()[0]["values"]["hours"] == "4.00"


def test_a_check_and_a_comment_can_be_demanded(office: House) -> None:
    check = {"field": "hours", "op": "lte", "value": 5}
    node = approve(
        "a", "bob", check=check, check_message=both("Too long"), comment="required", fields={"hours": "edit"}
    )
    process(office, [node])
    run = start(office, hours="9")
    assert act(office, "bob", ok=False).json["errors"][0]["field"] == "comment"
    refused = act(office, "bob", ok=False, comment="ok")
    assert (refused.status_code, refused.json["errors"][0]["message"]) == (422, "Too long")
    assert state(office, run) == "running"
    act(office, "bob", comment="ok", values={"hours": "5"})
    assert state(office, run) == "approved"


def test_copies_are_read(office: House) -> None:
    process(
        office, [{"id": "c", "type": "cc", "title": both("cc"), "assignees": [{"users": ["eve"]}]}, approve("a", "bob")]
    )
    start(office)
    assert office.ask("GET", "/tasks/counts", who="eve")["counts"] == {"todo": 0, "cc": 1}
    copy = box(office, "eve", "cc")[0]
    office.ask("GET", f"/tasks/{copy['id']}", who="eve")
    assert office.ask("GET", "/tasks/counts", who="eve")["counts"] == {"todo": 0, "cc": 0}
    assert asked(office) == {"bob"}


def test_several_at_once(office: House) -> None:
    process(office, [approve("a", "bob")])
    for _ in range(3):
        start(office)
    ids = [one["id"] for one in box(office, "bob")]
    results = office.ask("POST", "/tasks/batch", {"ids": [*ids, "no"], "action": "approve"}, who="bob")["results"]
    assert [one["status"] for one in results] == [200, 200, 200, 404]
    assert asked(office) == set()


def test_a_task_is_nobody_elses(office: House) -> None:
    process(office, [approve("a", "bob")])
    run = start(office)
    task = box(office, "bob")[0]["id"]
    assert office.ask("GET", f"/tasks/{task}", who="cyd", ok=False).status_code == 404
    assert office.ask("POST", f"/tasks/{task}/approve", {}, who="cyd", ok=False).status_code == 404
    assert office.ask("GET", f"/processes/{run}", who="cyd", ok=False).status_code == 404


def test_actions_run_between_people(office: House) -> None:
    process(
        office,
        [approve("a", "bob"), {"id": "s", "type": "set_fields", "values": {"status": "open"}}, approve("b", "cyd")],
    )
    run = start(office)
    act(office, "bob")
    assert office.records()[0]["values"]["status"] == "open"
    act(office, "cyd", "reject", comment="no")
    assert state(office, run) == "rejected"


def test_a_title_that_a_step_hides_is_told_and_found_nowhere(office: House) -> None:
    process(office, [approve("a", "bob", fields={"subject": "hide"}), approve("b", "cyd")])
    run = start(office)
    (row,) = box(office, "bob")
    assert (row["record_title"], [one["field"] for one in row["summary"]]) == (None, [])
    assert office.ask("GET", "/tasks?q=Loom", who="bob")["tasks"] == []
    seen = office.ask("GET", f"/processes/{run}", who="bob")
    assert (seen["record_title"], seen["summary"]) == (None, [])
    act(office, "bob")
    assert box(office, "cyd")[0]["record_title"] == "Loom"
    assert office.ask("GET", f"/processes/{run}")["record_title"] == "Loom"
