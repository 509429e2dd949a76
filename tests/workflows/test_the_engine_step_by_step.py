"""The engine alone: where a run stands after each step, with the state put away and read again between all steps."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formloom.workflows.engine.machine import TooManyVisits, send
from formloom.workflows.engine.program import MAX_NODES, START, FlowTooDeep, NoSuchPlace, Program

from .ride import Ride, do, fork


def test_nothing_to_do() -> None:
    assert Ride([]).state.ended == "done"


def test_forks_within_forks_meet_where_they_began() -> None:
    inner = fork("q", [do("a")], [do("b")])
    ride = Ride([fork("p", [inner, do("c")], [do("d")]), do("e")], waits=["a", "b", "d"])
    ride.answer("a")
    ride.answer("d")
    assert "c" not in ride.done
    ride.answer("b")
    assert ride.done[-2:] == ["c", "e"]
    assert ride.state.ended == "done"


def test_a_way_without_nodes_is_no_way() -> None:
    assert Ride([fork("p", [], [do("a")]), do("b")]).done == ["a", "b"]
    assert Ride([fork("p", [], []), do("b")]).done == ["b"]


def test_straight_back_after_a_return() -> None:
    ride = Ride([do("a"), do("b"), do("c"), do("d")], waits=["a", "c", "d"])
    ride.answer("a")
    ride.answer("c", goes_to="a", comes_back=True)
    ride.answer("a")
    assert ride.waiting == {"c"}
    assert ride.done == ["a", "b", "c", "a", "c"]


def test_cancel_region_when_sent_out_of_a_fork() -> None:
    ride = Ride([do("a"), fork("p", [do("b")], [do("c")]), do("d")], waits=["b", "c"])
    gone = ride.answer("b", goes_to="a")
    assert len(gone) == 2
    assert ride.waiting == {"b", "c"}
    ride.answer("b")
    ride.answer("c")
    assert ride.state.ended == "done"


def test_sent_back_within_a_way_leaves_the_other_ways_alone() -> None:
    ride = Ride([fork("p", [do("a"), do("b")], [do("c")]), do("d")], waits=["a", "b", "c"])
    ride.answer("a")
    other = ride.token("c")
    ride.answer("b", goes_to="a")
    assert ride.waiting == {"a", "c"}
    assert ride.token("c") == other


def test_sent_into_a_fork_that_is_past_walks_that_way_alone() -> None:
    ride = Ride([fork("p", [do("a")], [do("b")]), do("c")], waits=["a", "b", "c"])
    ride.answer("a")
    ride.answer("b")
    ride.answer("c", goes_to="a")
    assert ride.waiting == {"a"}
    ride.answer("a")
    assert ride.waiting == {"c"}


def test_whoever_sends_for_ever_is_stopped() -> None:
    ride = Ride([do("a")], waits=["a"], save=False)
    with pytest.raises(TooManyVisits):
        for _ in range(1_100):
            ride.answer("a", goes_to="a")


def test_what_stands_before_what() -> None:
    program = Program.of([do("a"), fork("p", [do("b")], [do("c")]), do("d")])
    assert program.is_before("a", "b")
    assert program.is_before("b", "d")
    assert not program.is_before("b", "c")
    assert not program.is_before("d", "a")
    assert program.is_before(START, "a")
    assert not program.is_before("a", START)


def test_a_place_that_is_not_there() -> None:
    ride = Ride([do("a")], waits=["a"])
    with pytest.raises(NoSuchPlace):
        send(ride.program, ride.state, ride.token("a"), "gone")


def test_bounds() -> None:
    with pytest.raises(FlowTooDeep):
        Program.of([do(f"n{number}") for number in range(MAX_NODES + 1)])
    nested: list[dict[str, Any]] = [do("x")]
    for number in range(20):
        nested = [{"id": f"b{number}", "type": "branch", "then": nested}]
    with pytest.raises(FlowTooDeep):
        Program.of(nested)


def test_doubled_and_missing_ids_are_told_apart() -> None:
    program = Program.of([{"type": "end"}, do("a"), do("a"), {"id": "b", "type": "branch", "then": [do("a")]}])
    assert len(program.places) == 5


_names = st.integers(0, 10**6).map(lambda number: f"n{number}")


def _trees() -> st.SearchStrategy[list[dict[str, Any]]]:
    leaf = st.builds(lambda name, waits: {**do(name), "waits": waits}, _names, st.booleans())

    def wider(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
        lists = st.lists(st.lists(inner, max_size=3), min_size=2, max_size=3)
        return st.builds(
            lambda name, several, join: fork(name, *several, join=join), _names, lists, st.sampled_from(["all", "any"])
        )

    return st.lists(st.recursive(leaf, wider, max_leaves=12), max_size=4)


def _numbered(nodes: list[dict[str, Any]], count: list[int]) -> list[dict[str, Any]]:
    told = []
    for node in nodes:
        count[0] += 1
        mine = {**node, "id": f"n{count[0]}"}
        if "branches" in node:
            mine["branches"] = [{**one, "nodes": _numbered(one["nodes"], count)} for one in node["branches"]]
        told.append(mine)
    return told


@settings(max_examples=200, deadline=None)
@given(tree=_trees(), data=st.data())
def test_any_tree_comes_to_its_end_with_or_without_being_put_away(
    tree: list[dict[str, Any]], data: st.DataObject
) -> None:
    nodes = _numbered(tree, [0])
    program = Program.of(nodes)
    slow = [name for name, place in program.places.items() if place.cfg.get("waits")]
    put_away, kept = Ride(nodes, waits=slow), Ride(nodes, waits=slow, save=False)
    for _ in range(200):
        assert put_away.state == kept.state
        assert put_away.state.ended is None or not put_away.state.tokens
        # No token stands without its fork, and no fork without its tokens.
        ids = {one.id for one in put_away.state.tokens}
        assert all(one.parent is None or one.parent in ids for one in put_away.state.tokens)
        assert all(put_away.state.children(one.id) for one in put_away.state.tokens if one.status == "split")
        if put_away.state.ended is not None:
            break
        node = data.draw(st.sampled_from(sorted(put_away.waiting)))
        target = data.draw(st.sampled_from([None, None, None, *program.places]))
        told = {"goes_to": target} if target and program.is_before(target, node) else {}
        put_away.answer(node, **told)
        kept.answer(node, **told)
    assert len(set(put_away.numbers)) == len(put_away.numbers)
