"""Processes that start other processes."""

from .house import House, both
from .office import act, approve, asked, process, start, state


def test_sub_processes_are_waited_for(office: House) -> None:
    inner = {
        "title": both("Check"), "form": "task", "face": "approval", "trigger": {"type": "called"},
        "nodes": [approve("in") | {"assignees": [{"users": [office.people["dan"]]}]}],
    }  # fmt: skip
    office.define("flow", "check", inner)
    call = {"id": "sub", "type": "subprocess", "flow": "check", "values": {"title": {"ref": "subject"}}}
    process(office, [call, approve("after", "bob")])
    run = start(office)
    assert asked(office) == {"dan"}
    act(office, "dan", "reject")
    assert asked(office) == {"bob"}
    act(office, "bob")
    assert state(office, run) == "approved"


def test_sub_processes_that_are_not_waited_for(office: House) -> None:
    inner = {
        "title": both("Check"), "form": "task", "face": "approval", "trigger": {"type": "called"},
        "nodes": [approve("in") | {"assignees": [{"users": [office.people["dan"]]}]}],
    }  # fmt: skip
    office.define("flow", "check", inner)
    call = {"id": "sub", "type": "subprocess", "flow": "check", "values": {"title": "x"}, "wait": False}
    process(office, [call, approve("after", "bob")])
    start(office)
    assert asked(office) == {"bob", "dan"}
