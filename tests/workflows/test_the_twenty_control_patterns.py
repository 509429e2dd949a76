"""The twenty basic control patterns of workflows, by the numbers of van der Aalst and others (2003, revised 2006).

Those that need nothing but the engine run on it alone, twice: with the state put away and read again between all steps,
and without. Those that need records, people or other processes run over HTTP on both databases.

Pattern 17 stands with a narrower meaning: which of several steps comes next is not for people to choose; what runs by
itself on parallel ways is never done at the same time.
"""

from datetime import timedelta
from typing import Any

import pytest

from formloom.workflows.engine.machine import settle
from formloom.workflows.engine.outcome import Outcome

from .house import House, both, set_fields
from .office import act, approve, asked, box, process, start, state
from .ride import Nodes, Ride, do, fork

BIG = {"field": "hours", "op": "gt", "value": 8}
URGENT = {"field": "status", "op": "eq", "value": "open"}


@pytest.fixture(params=[pytest.param(True, id="put away"), pytest.param(False, id="kept")])
def put_away(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


class TestTheEngineAlone:
    """Control flow without any outside."""

    @pytest.fixture
    def ride(self, put_away: bool) -> Any:
        return lambda nodes, *waits: Ride(nodes, waits=waits, save=put_away)

    def test_01_sequence(self, ride: Any) -> None:
        assert (ride([do("a"), do("b"), do("c")]).done) == ["a", "b", "c"]

    def test_02_parallel_split(self, ride: Any) -> None:
        assert ride([fork("p", [do("a")], [do("b")])], "a", "b").waiting == {"a", "b"}

    def test_03_synchronisation(self, ride: Any) -> None:
        run = ride([fork("p", [do("a"), do("b")], [do("c")]), do("d")], "b", "c")
        run.answer("c")
        assert (run.waiting, run.done) == ({"b"}, ["a", "b", "c"])
        run.answer("b")
        assert (run.done, run.state.ended) == (["a", "b", "c", "d"], "done")

    def test_08_multi_merge(self, ride: Any) -> None:
        """What follows is done once for each way that comes: it stands on each of them."""
        tail = do("tail")
        run = ride([fork("p", [do("a"), tail], [do("b"), {**tail, "id": "tail 2"}])], "a", "b")
        run.answer("b")
        assert run.done == ["a", "b", "tail 2"]
        run.answer("a")
        assert run.done == ["a", "b", "tail 2", "tail"]

    def test_09_discriminator(self, ride: Any) -> None:
        run = ride([fork("p", [do("a")], [do("b")], join="any"), do("c")], "a", "b", "c")
        other = run.token("b")
        assert other in run.answer("a")
        assert run.waiting == {"c"}
        run.answer("c")
        assert run.done.count("c") == 1

    def test_10_arbitrary_cycles(self, ride: Any) -> None:
        run = ride([do("a"), do("b"), do("c")], "b", "c")
        run.answer("b")
        run.answer("c", goes_to="b")
        assert run.waiting == {"b"}
        run.answer("b")
        run.answer("c")
        assert run.done == ["a", "b", "c", "b", "c"]
        assert len(set(run.numbers)) == len(run.numbers)

    def test_11_implicit_termination(self, ride: Any) -> None:
        """A run is over when nothing is left to do on any way, without a node that says so."""
        run = ride([fork("p", [do("a")], [do("b")])], "a", "b")
        run.answer("a")
        assert run.state.ended is None
        run.answer("b")
        assert (run.state.ended, run.state.tokens) == ("done", ())

    def test_13_as_many_as_the_design_says(self, ride: Any) -> None:
        run = ride([fork("p", *[[do(f"a{number}")] for number in range(3)]), do("after")], "a0", "a1", "a2")
        for name in ("a2", "a0", "a1"):
            assert "after" not in run.done
            run.answer(name)
        assert run.done[-1] == "after"

    def test_16_deferred_choice(self, ride: Any) -> None:
        """What happens first decides, and the later answer finds nothing to answer."""
        run = ride([fork("p", [do("a"), do("then a")], [do("b"), do("then b")], join="any")], "a", "b")
        late = run.token("b")
        run.answer("a")
        assert run.done == ["a", "b", "then a"]
        assert settle(run.program, run.state, late, Outcome()) == run.state

    def test_17_interleaved_routing(self, ride: Any) -> None:
        """One after the other, in whatever order they become ready, and never two at once."""
        nodes: Nodes = [fork("p", [do("a"), do("a2")], [do("b"), do("b2")])]
        run = ride(nodes, "a", "b")
        run.answer("b")
        run.answer("a")
        assert run.done == ["a", "b", "b2", "a2"]
        assert all(one.status != "busy" for one in run.state.tokens)

    def test_19_cancel_a_task(self, ride: Any) -> None:
        run = ride([fork("p", [do("a"), do("b")], [do("c")])], "a", "b", "c")
        run.answer("a")
        gone, other = run.token("b"), run.token("c")
        run.answer("b", goes_to="a")
        assert (run.waiting, run.token("c")) == ({"a", "c"}, other)
        assert "b" not in run.waiting or run.token("b") != gone

    def test_20_cancel_the_case(self, ride: Any) -> None:
        run = ride([fork("p", [do("a")], [do("b")]), do("c")], "a", "b")
        gone = run.answer("a", ends="rejected")
        assert (run.state.ended, run.state.tokens, len(gone)) == ("rejected", (), 2)


def with_three_ways(house: House) -> None:
    ways = [
        {"id": "x", "when": BIG, "nodes": [approve("boss", "dan")]},
        {"id": "y", "when": URGENT, "nodes": [approve("duty", "cyd")]},
        {"id": "z", "when": {"all": [BIG, URGENT]}, "nodes": [approve("both", "eve")]},
    ]
    process(house, [{"id": "p", "type": "parallel", "branches": ways}, approve("last", "bob")])


def with_one_of_two(house: House) -> None:
    ways = [{"id": "x", "when": BIG, "nodes": [approve("boss", "dan")]}, {"id": "z", "nodes": [approve("peer", "cyd")]}]
    process(house, [{"id": "r", "type": "route", "branches": ways}, approve("last", "bob")])


@pytest.mark.parametrize(("hours", "who"), [("9", {"dan"}), ("8", {"cyd"})])
def test_04_exclusive_choice(office: House, hours: str, who: set[str]) -> None:
    with_one_of_two(office)
    start(office, hours=hours)
    assert asked(office) == who


def test_05_simple_merge(office: House) -> None:
    with_one_of_two(office)
    for hours, who in (("9", "dan"), ("8", "cyd")):
        run = start(office, hours=hours)
        act(office, who)
        assert asked(office) == {"bob"}
        act(office, "bob")
        assert state(office, run) == "approved"


@pytest.mark.parametrize(
    ("values", "who"),
    [
        ({"hours": "9"}, {"dan"}),
        ({"status": "open"}, {"cyd"}),
        ({"hours": "9", "status": "open"}, {"dan", "cyd", "eve"}),
        ({}, {"bob"}),
    ],
)
def test_06_multi_choice(office: House, values: dict[str, str], who: set[str]) -> None:
    with_three_ways(office)
    start(office, **values)
    assert asked(office) == who


def test_07_synchronising_merge(office: House) -> None:
    """As many as were sent are waited for: here three, there one."""
    with_three_ways(office)
    run = start(office, hours="9", status="open")
    for who in ("eve", "dan", "cyd"):
        assert not box(office, "bob")
        act(office, who)
    act(office, "bob")
    assert state(office, run) == "approved"
    run = start(office, hours="9")
    act(office, "dan")
    act(office, "bob")
    assert state(office, run) == "approved"


def with_checks(house: House, **more: Any) -> None:
    """A process of its own for the record, which Dan answers."""
    inner = {
        "title": both("Check"), "form": "task", "face": "approval", "trigger": {"type": "called"},
        "nodes": [approve("in") | {"assignees": [{"users": [house.people["dan"]]}]}],
    }  # fmt: skip
    house.define("flow", "check", inner)
    call = {"id": "sub", "type": "subprocess", "flow": "check", "values": {"title": {"ref": "subject"}}, **more}
    process(house, [call, approve("after", "bob")])


def test_12_several_without_synchronisation(office: House) -> None:
    with_checks(office, wait=False)
    run = start(office)
    assert asked(office) == {"bob", "dan"}
    act(office, "bob")
    assert (state(office, run), asked(office)) == ("approved", {"dan"})


def test_14_as_many_as_the_record_says(office: House) -> None:
    """How many is known when the step is come to: one for each person that the record names."""
    meant = [{"user_field": "owner"}, {"users": [office.people["dan"], office.people["eve"]]}]
    body = [{"id": "t", "type": "create_record", "form": "task", "values": {"title": {"item": "name"}}}]
    flow = office.flow("each", [{"type": "for_each", "of": {"users": meant}, "nodes": body}, set_fields(other="after")])
    office.ticket(owner=office.people["cyd"])
    office.ticket()
    office.work()
    assert sorted(one["values"]["title"] for one in office.records("task")) == ["cyd", "dan", "dan", "eve", "eve"]
    assert [one["values"]["other"] for one in office.records()] == ["after", "after"]
    assert [one["state"] for one in office.runs(flow)] == ["done", "done"]


def test_15_more_while_it_runs(office: House) -> None:
    process(office, [approve("a", "bob"), approve("b", "ada")])
    run = start(office)
    act(office, "bob", "add_sign", to=[office.people["cyd"]], position="parallel")
    act(office, "cyd", "add_sign", to=[office.people["dan"], office.people["eve"]], position="parallel")
    for who in ("bob", "eve", "cyd"):
        act(office, who)
        assert "ada" not in asked(office)
    act(office, "dan")
    act(office, "ada")
    assert state(office, run) == "approved"


def test_16_a_person_or_the_clock_whichever_is_first(office: House) -> None:
    ways = [
        {"id": "x", "nodes": [approve("a", "bob")]},
        {"id": "y", "nodes": [{"id": "d", "type": "delay", "after": "PT2H"}, {"id": "s", **set_fields(other="late")}]},
    ]
    process(office, [{"id": "p", "type": "parallel", "branches": ways, "join": "any"}, approve("last", "cyd")])
    start(office)
    act(office, "bob")
    office.clock.advance(timedelta(hours=3))
    office.work()
    assert (asked(office), office.records()[0]["values"]["other"]) == ({"cyd"}, None)
    act(office, "cyd")
    start(office)
    office.clock.advance(timedelta(hours=3))
    office.work()
    assert (asked(office), office.records()[-1]["values"]["other"]) == ({"cyd"}, "late")


def test_18_milestone(office: House) -> None:
    """A step can be done only while the record is in a state; it waits until it is."""
    until = {"id": "w", "type": "wait_until", "when": URGENT}
    process(office, [until, approve("a", "bob")])
    start(office)
    assert asked(office) == set()
    office.change(office.records()[0]["id"], status="open")
    office.work()
    assert asked(office) == {"bob"}
