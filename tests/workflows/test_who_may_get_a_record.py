"""The decision without a database: filters, strategies, shares, and the reasons in words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from formloom.platform.access.queries.structure import AbsenceRow, DepartmentRow, MemberRow, RotaRow
from formloom.platform.access.shift_hours import ShiftHours
from formloom.platform.access.structure import Structure
from formloom.platform.access.territory_map import Territory, TerritoryMap
from formloom.workflows.assignment.candidates import Candidate
from formloom.workflows.assignment.choice import Choice, choose, takers
from formloom.workflows.assignment.facts import Facts, Turn

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, ten o'clock in Shanghai
PEOPLE = ("bo", "cy", "di")
WEEK = {day: [["09:00", "12:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def person(name: str, **more: Any) -> MemberRow:
    return MemberRow(name, name, **{"supervisor_id": None, "primary_department_id": None, "max_open": None, **more})


def organisation(**more: Any) -> Structure:
    return Structure({name: person(name) for name in (*PEOPLE, "ed")}, **more)


class World:
    """A rule's surroundings: turns are taken, loads grow, as they would in the database."""

    def __init__(self, structure: Structure | None = None, limits: Mapping[str, int] | None = None) -> None:
        self.structure = structure or organisation()
        self.limits = limits or {}
        self.turns: dict[str, dict[str, Turn]] = {}
        self.loads: Counter[str] = Counter()
        self.last: dict[str, str] = {}

    def facts(self, now: datetime = NOW, **values: Any) -> Facts:
        return Facts(
            values=values, now=now, structure=self.structure, members=self._members,
            matches=lambda tree: not tree or values.get(tree["field"]) == tree["value"],
            is_open=lambda _key: True, turns=lambda lane: self.turns.get(lane, {}),
            loads=lambda _tree, _ids: self.loads, last_holder=lambda by: self.last.get(str(values.get(by))),
            names_of=lambda name: [[str(values[name])]] if values.get(name) else [],
        )  # fmt: skip

    def _members(self, named: Mapping[str, Any], further: Sequence[str]) -> list[Candidate]:
        wanted = {*(named.get("users") or ()), *further}
        return [
            Candidate(name, name, place, max_open=self.limits.get(name))
            for place, name in enumerate((*PEOPLE, "ed"))
            if name in wanted
        ]

    def give(self, rule: Mapping[str, Any], now: datetime = NOW, **values: Any) -> Choice:
        found = choose(rule, self.facts(now, **values))
        if found.user_id:
            lane = self.turns.setdefault(found.lane, {})
            number = max((turn.number for turn in lane.values()), default=0) + 1
            lane[found.user_id] = Turn(number, found.start)
            self.loads[found.user_id] += 1
        return found


def rule(strategy: str = "round_robin", **more: Any) -> dict[str, Any]:
    return {"pools": [{"strategy": strategy, "candidates": {"users": list(PEOPLE)}, **more}]}


def dropped(found: Choice) -> dict[str, str | None]:
    return {one.name: one.dropped for one in found.candidates}


SKILLED = {"skills": {("bo", "s1"): 3, ("cy", "s1"): 1, ("di", "s2"): 5},
           "skill_titles": {"s1": {"zh-CN": "账单", "en": "Billing"}, "s2": {"zh-CN": "退款", "en": "Refund"}}}  # fmt: skip


@pytest.mark.parametrize("name", ["s1", "Billing", " billing ", "账单"])
def test_a_skill_is_known_by_its_id_and_its_names(name: str) -> None:
    found = World(organisation(**SKILLED)).give(rule(filters={"skills": [{"skill": name, "level": 2}]}))
    assert found.user_id == "bo"
    assert dropped(found) == {"bo": None, "cy": "no_skill", "di": "no_skill"}
    told = {one.name: one.reason() for one in found.candidates}
    assert told["cy"] == {"zh-CN": "技能“账单”需 2 级，现为 1 级", "en": "needs “Billing” at level 2, has 1"}


def test_the_skill_is_that_which_the_records_value_names() -> None:
    by_field = rule(filters={"skills": [{"field": "kind"}]})
    world = World(organisation(**SKILLED))
    assert [world.give(by_field, kind=kind).user_id for kind in ("Billing", "Refund", "Billing")] == ["bo", "di", "cy"]
    assert world.give(by_field, kind="Painting").user_id is None
    assert world.give(by_field, kind=None).user_id is not None, "an empty value asks for no skill"


def test_several_skills_are_all_needed() -> None:
    skills = {**SKILLED["skills"], ("di", "s1"): 2}
    both = {"skills": [{"skill": "s1", "level": 2}, {"skill": "s2", "level": 4}]}
    found = World(organisation(**{**SKILLED, "skills": skills})).give(rule(filters=both))
    assert (found.user_id, dropped(found)) == ("di", {"bo": "no_skill", "cy": "no_skill", "di": None})


def test_a_territory_is_that_of_the_records_place() -> None:
    areas = TerritoryMap.of([
        Territory("t1", None, {"en": "South"}, ("广东",), ("bo",)),
        Territory("t2", "t1", {"en": "Shenzhen"}, ("深圳",), ("di",)),
    ])  # fmt: skip
    world = World(organisation(territories=areas))
    by_place = rule(filters={"territory": "city"})
    assert world.give(by_place, city="深圳").user_id == "di"
    assert world.give(by_place, city="广东").user_id == "bo"
    nowhere = world.give(by_place, city="哈尔滨")
    assert nowhere.user_id is None
    assert nowhere.candidates[0].reason() == {"zh-CN": "不负责“哈尔滨”", "en": "does not look after “哈尔滨”"}


def leave(name: str, delegate: str | None = None) -> dict[str, tuple[AbsenceRow, ...]]:
    row = AbsenceRow("a", name, "leave", NOW - timedelta(days=1), NOW + timedelta(days=1), delegate, None, None)
    return {name: (row,)}


def test_who_is_on_leave_is_passed_over_unless_the_pool_says_otherwise() -> None:
    world = World(organisation(absences=leave("bo", "ed")))
    skipped = world.give(rule())
    assert (skipped.user_id, dropped(skipped)["bo"]) == ("cy", "on_leave")
    assert World(organisation(absences=leave("bo"))).give(rule(filters={"leave": "ignore"})).user_id == "bo"


def test_the_delegate_is_asked_in_his_place_where_the_pool_wants_that() -> None:
    world = World(organisation(absences=leave("bo", "ed")))
    found = world.give(rule(filters={"leave": "delegate"}))
    assert found.user_id == "ed"
    assert [one.instead_of for one in found.candidates if one.name == "ed"] == ["bo"]
    skilled = {**SKILLED, "absences": leave("bo", "ed")}
    needs_more = World(organisation(**skilled)).give(
        rule(filters={"leave": "delegate", "skills": [{"skill": "s1", "level": 2}]})
    )
    assert needs_more.user_id is None, "a delegate needs the skill as well"
    assert dropped(needs_more)["ed"] == "no_skill"


def test_who_works_shifts_gets_records_while_on_shift() -> None:
    on = {"shifts": {"early": ShiftHours.parse("Asia/Shanghai", WEEK)},
          "rota": {"bo": (RotaRow("bo", "early", NOW.date() - timedelta(days=30), None),)}}  # fmt: skip
    world = World(organisation(**on))
    assert world.give(rule()).user_id == "bo"
    late = NOW + timedelta(hours=5)
    found = World(organisation(**on)).give(rule(), late)
    assert (found.user_id, dropped(found)) == ("cy", {"bo": "off_shift", "cy": None, "di": None})
    assert World(organisation(**on)).give(rule(filters={"shift": False}), late).user_id == "bo"


def test_capacity_is_the_least_of_person_pool_and_rule() -> None:
    world = World(limits={"bo": 1})
    limited = {**rule(max_open=3), "max_open": 2}
    got = Counter(world.give(limited).user_id for _ in range(8))
    assert got == {"bo": 1, "cy": 2, "di": 2, None: 3}


def test_shares_follow_weights_and_are_evenly_spread() -> None:
    world = World()
    weighted = rule("weighted", weights={"by": "map", "map": {"bo": 3, "cy": 2}})
    got = [str(world.give(weighted).user_id) for _ in range(60)]
    assert Counter(got) == {"bo": 30, "cy": 20, "di": 10}
    for first in range(0, 60, 6):
        assert Counter(got[first : first + 6]) == {"bo": 3, "cy": 2, "di": 1}


def test_who_was_away_is_not_given_what_was_missed_by_weight() -> None:
    weighted = rule("weighted", weights={"by": "map", "map": {"bo": 2}})
    world = World(organisation(absences=leave("bo")))
    for _ in range(20):
        world.give(weighted)
    got = Counter(world.give(weighted, NOW + timedelta(days=2)).user_id for _ in range(20))
    assert got == {"bo": 10, "cy": 5, "di": 5}


def test_capacity_can_be_the_weight() -> None:
    world = World(limits={"bo": 40, "cy": 20, "di": 20})
    got = Counter(world.give(rule("weighted", weights={"by": "capacity"})).user_id for _ in range(40))
    assert got == {"bo": 20, "cy": 10, "di": 10}


def test_the_same_customer_comes_to_the_same_person_while_he_may() -> None:
    sticky = {"strategy": "sticky", "sticky": {"field": "customer"}, "max_open": 2}
    both: dict[str, Any] = {"pools": [sticky, *rule()["pools"]]}
    world = World()
    world.last["acme"] = "di"
    found = world.give(both, customer="acme")
    assert (found.user_id, found.because["en"]) == ("di", "had the last one")
    assert world.give(both, customer="new").user_id == "bo"
    world.loads["di"] = 2
    assert world.give(both, customer="acme").user_id == "cy", "at his limit, so the next pool decides"


def test_the_manager_of_a_person_or_of_a_department() -> None:
    people = {**{name: person(name) for name in (*PEOPLE, "ed")}, "bo": person("bo", supervisor_id="di")}
    structure = Structure(people, departments={"d1": DepartmentRow("d1", None, "cy")})
    to_manager: dict[str, Any] = {"pools": [{"strategy": "manager", "manager": {"field": "seller"}}]}
    assert World(structure).give(to_manager, seller="bo").user_id == "di"
    assert World(structure).give(to_manager, seller="d1").user_id == "cy"
    assert World(structure).give(to_manager, seller="di").user_id is None


def test_what_is_to_be_taken_waits_and_then_goes_on() -> None:
    both: dict[str, Any] = {
        "pools": [*rule("claim", claim={"minutes": 10})["pools"], *rule(candidates={"users": ["ed"]})["pools"]]
    }
    world = World()
    waiting = world.give(both)
    assert (waiting.user_id, waiting.waits, waiting.pool) == (None, True, 0)
    assert choose(both, world.facts(), waited=timedelta(minutes=9)).waits
    untaken = choose(both, world.facts(), waited=timedelta(minutes=10))
    assert untaken.user_id == "ed"
    assert untaken.skipped[0]["because"]["en"] == "nobody took it"


def test_who_is_away_may_still_take_it_but_not_who_lacks_the_skill_or_is_full() -> None:
    world = World(organisation(**SKILLED, absences=leave("bo")), {"cy": 1})
    world.loads["cy"] = 1
    filters = {"skills": [{"skill": "s1"}]}
    found = takers(rule("claim", filters=filters), world.facts())
    assert {name: (one.dropped, one.may_take) for name, one in found.items()} == {
        "bo": ("on_leave", True), "cy": ("full", False), "di": ("no_skill", False)
    }  # fmt: skip
    assert not takers(rule(when={"field": "kind", "value": "other"}), world.facts(kind="this"))


def test_the_fallback_knows_neither_filters_nor_limits() -> None:
    to_ed = {**rule(filters={"skills": [{"skill": "none"}]}), "fallback": {"user": "ed"}}
    world = World(limits={"ed": 1})
    assert [world.give(to_ed).user_id for _ in range(3)] == ["ed", "ed", "ed"]


def test_turns_are_counted_from_where_the_lane_stands() -> None:
    world = World()
    world.turns["0"] = {"bo": Turn(7, 0.0), "cy": Turn(8, 0.0)}
    assert world.give(rule()).user_id == "di"
    assert replace(world.facts(), values={}).turns("0")["di"].number == 9
