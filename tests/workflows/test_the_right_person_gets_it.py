"""Assignment over the database: fair under concurrency, within hours and limits, and always with its reasons told."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import inspect

from formloom.platform.storage import tables
from formloom.workflows import dispatcher as dispatching
from tests.waiting import PATIENCE_S

from .house import House, both

OPEN = {"all": [{"field": "status", "op": "ne", "value": "closed"}]}
LOG = tables.assignment_log


def pool(strategy: str = "round_robin", **more: Any) -> dict[str, Any]:
    return {"strategy": strategy, "open": OPEN, **more}


def rule(house: House, *pools: dict[str, Any], **more: Any) -> str:
    """Publish an assignment rule and a flow that assigns new tickets by it; return the flow's id."""
    document = {"title": both("Rule"), "form": "ticket", "field": "owner", "pools": list(pools), **more}
    house.define("assignment_rule", "who", document)
    return house.flow("assign", [{"type": "assign", "rule": "who"}])


def role(house: House, key: str) -> None:
    house.ask("POST", "/roles", {"key": key, "title": both(key)})


def calendar(house: House, **days: Any) -> None:
    week = {day: [["09:00", "12:00"], ["13:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    document = {"title": both("Hours"), "timezone": "Asia/Shanghai", "week": week, "days": days}
    house.define("calendar", "hours", document)


def owners(house: House, tickets: list[str]) -> list[str | None]:
    names = {user: name for name, user in house.people.items()}
    return [names.get(house.values(one)["owner"]) for one in tickets]


def assigned(house: House, number: int, **values: Any) -> list[str | None]:
    """Create tickets one after the other and return to whom they went."""
    made = []
    for one in range(number):
        made.append(house.ticket(f"No {one}", **values))
        house.work()
    return owners(house, made)


def why(house: House) -> dict[str, Any]:
    """Return the reasons of the newest assignment."""
    found: dict[str, Any] = house.rows(LOG)[-1].why
    return found


def dropped(house: House) -> dict[str, str | None]:
    return {one["name"]: one["dropped"] for one in why(house)["candidates"]}


@pytest.fixture
def team(house: House) -> House:
    """Return the installation with three agents of the role `agent`."""
    role(house, "agent")
    for name in ("bo", "cy", "di"):
        house.person(name, roles=("agent",))
    return house


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each worker take two events at a time, so that all have something to do."""
    monkeypatch.setattr(dispatching, "BATCH", 2)


AGENTS = {"candidates": {"roles": ["agent"]}}


def test_everybody_of_the_role_gets_one_in_turn(team: House) -> None:
    rule(team, pool(**AGENTS))
    assert assigned(team, 7) == ["bo", "cy", "di", "bo", "cy", "di", "bo"]


def test_turns_stay_fair_while_several_workers_assign_at_once(team: House, few_at_once: None) -> None:
    rule(team, pool(**AGENTS))
    tickets = [team.ticket(f"No {number}") for number in range(31)]
    workers = [team.formloom.worker, *(team.another_process().worker for _ in range(2))]

    def work(worker: Any) -> None:
        for _ in range(20):
            worker.dispatcher.dispatch()

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    got = Counter(owners(team, tickets))
    assert set(got) == {"bo", "cy", "di"}
    assert max(got.values()) - min(got.values()) <= 1
    assert len(team.rows(LOG)) == 31


def test_each_pool_has_turns_of_its_own(team: House) -> None:
    red = {"all": [{"field": "team", "op": "eq", "value": "red"}]}
    rule(team, {"when": red, **pool(**AGENTS)}, pool(**AGENTS))
    assert assigned(team, 2, team="red") == ["bo", "cy"]
    assert assigned(team, 1, team="blue") == ["bo"]
    assert assigned(team, 1, team="red") == ["di"]


def test_whoever_has_the_fewest_open_gets_the_next(team: House) -> None:
    rule(team, pool("least_open", **AGENTS))
    first = [team.ticket(f"No {number}") for number in range(6)]
    team.work()
    assert Counter(owners(team, first)) == {"bo": 2, "cy": 2, "di": 2}
    for ticket, name in zip(first, owners(team, first), strict=True):
        if name == "cy":
            team.change(ticket, status="closed")
    team.work()
    assert assigned(team, 2) == ["cy", "cy"]
    assert {one["name"]: one["load"] for one in why(team)["candidates"]} == {"bo": 2, "cy": 1, "di": 2}
    assert why(team)["because"]["en"] == "has the fewest open"


def test_a_deleted_ticket_is_no_load_until_it_is_restored(team: House) -> None:
    rule(team, pool("least_open", **AGENTS))
    first = [team.ticket(f"No {number}") for number in range(6)]
    team.work()
    of_cy = [ticket for ticket, name in zip(first, owners(team, first), strict=True) if name == "cy"]
    for ticket in of_cy:
        team.ask("DELETE", f"/forms/desk.ticket/records/{ticket}", ok=False)
    assert assigned(team, 1) == ["cy"]
    assert {one["name"]: one["load"] for one in why(team)["candidates"]} == {"bo": 2, "cy": 0, "di": 2}
    for ticket in of_cy:
        team.ask("POST", f"/forms/desk.ticket/records/{ticket}/restore", {})
    assert assigned(team, 1) == ["bo"]
    assert {one["name"]: one["load"] for one in why(team)["candidates"]} == {"bo": 2, "cy": 3, "di": 2}


def test_open_loads_differ_by_at_most_one_while_several_workers_assign_at_once(team: House, few_at_once: None) -> None:
    rule(team, pool("least_open", **AGENTS))
    tickets = [team.ticket(f"No {number}") for number in range(20)]
    workers = [team.formloom.worker, team.another_process().worker]
    threads = [
        threading.Thread(target=lambda one=one: [one.dispatcher.dispatch() for _ in range(15)]) for one in workers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert sorted(Counter(owners(team, tickets)).values()) == [6, 7, 7]


def test_a_table_names_the_person_for_a_value(team: House) -> None:
    table = {"field": "team", "map": {"red": team.people["di"], "blue": team.people["bo"]}}
    rule(team, pool("by_value", by_value=table), fallback={"user": team.people["ada"]})
    assert assigned(team, 2, team="red") == ["di", "di"]
    assert assigned(team, 1, team="blue") == ["bo"]
    assert why(team)["because"]["en"] == "named in the table"
    assert assigned(team, 1, team="green") == ["ada"]
    assert dropped(team) == {"bo": "not_in_table", "di": "not_in_table", "ada": None}


def test_whoever_is_at_the_limit_gets_nothing_until_one_is_closed_and_then_what_has_waited(team: House) -> None:
    rule(team, pool(max_open=1, **AGENTS))
    tickets = [team.ticket(f"No {number}") for number in range(4)]
    team.work()
    assert owners(team, tickets) == ["bo", "cy", "di", None]
    assert dropped(team) == {"bo": "full", "cy": "full", "di": "full"}
    assert why(team)["candidates"][0]["reason"] == {"zh-CN": "已达上限 1", "en": "at the limit of 1"}
    team.change(tickets[1], status="closed")
    assert assigned(team, 1) == [None]
    assert owners(team, tickets) == ["bo", "cy", "di", "cy"], "what has waited comes before what is new"


def test_a_limit_of_a_persons_own_counts_as_well(team: House) -> None:
    with_limit = tables.users.update().where(tables.users.c.id == team.people["bo"]).values(max_open=1)
    team.db.write(lambda uow: uow.conn.execute(with_limit))
    rule(team, pool(**AGENTS))
    assert assigned(team, 5) == ["bo", "cy", "di", "cy", "di"]
    assert dropped(team) == {"bo": "full", "cy": None, "di": None}


@pytest.mark.parametrize(
    ("at", "is_open"),
    [("2026-11-23T01:00", True), ("2026-11-23T00:59", False), ("2026-11-23T04:30", False), ("2026-11-23T05:00", True),
     ("2026-11-23T10:00", False), ("2026-11-22T03:00", False), ("2026-11-24T03:00", False)],
)  # fmt: skip
def test_outside_working_hours_the_fallback_gets_it(team: House, at: str, is_open: bool) -> None:
    calendar(team, **{"2026-11-24": []})
    rule(team, pool(calendar="hours", **AGENTS), fallback={"user": team.people["ada"]})
    team.clock.at = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert assigned(team, 1) == ["bo" if is_open else "ada"]
    if not is_open:
        assert dropped(team) == {"bo": "off_hours", "cy": "off_hours", "di": "off_hours", "ada": None}
        assert why(team)["because"]["en"] == "nobody was free, so the fallback"


def test_who_is_disabled_or_only_invited_gets_nothing(team: House) -> None:
    team.person("ed", status="invited", roles=("agent",))
    rule(team, pool(**AGENTS))
    team.disable("cy")
    assert assigned(team, 3) == ["bo", "di", "bo"]
    assert dropped(team) == {"bo": None, "cy": "disabled", "di": None, "ed": "invited"}


def test_who_was_away_is_next_but_is_not_given_what_was_missed(team: House) -> None:
    calendar(team)
    rule(team, pool(max_open=3, **AGENTS))
    first = [team.ticket(f"No {number}") for number in range(3)]
    team.work()
    bos = first[owners(team, first).index("bo")]
    more = tables.users.update().where(tables.users.c.id == team.people["bo"])
    team.db.write(lambda uow: uow.conn.execute(more.values(max_open=1)))
    assert assigned(team, 2) == ["cy", "di"]
    team.change(bos, status="closed")
    team.db.write(lambda uow: uow.conn.execute(more.values(max_open=None)))
    assert assigned(team, 3) == ["bo", "cy", "di"]


def test_nobody_there_leaves_it_unassigned_and_says_why(house: House) -> None:
    role(house, "nobody")
    flow_id = rule(house, pool(candidates={"roles": ["nobody"]}))
    assert assigned(house, 1) == [None]
    assert why(house)["because"] == {"zh-CN": "没有可分配的人", "en": "there was nobody to assign to"}
    (run,) = house.runs(flow_id)
    assert (run["trace"][0]["result"], run["trace"][0]["output"]["user"]) == ("skipped", None)


def test_the_next_pool_is_asked_when_nobody_of_the_first_is_free(team: House) -> None:
    rule(team, pool(max_open=1, candidates={"users": [team.people["bo"]]}), pool(**AGENTS))
    assert assigned(team, 3) == ["bo", "bo", "cy"]
    assert why(team)["skipped"] == [{"pool": 0, "because": {"zh-CN": "没有空闲的人", "en": "nobody is free"}}]
    assert why(team)["pool"] == 1


def test_a_record_that_has_somebody_is_left_alone_where_the_flow_says_keep(team: House) -> None:
    document = {"title": both("Rule"), "form": "ticket", "field": "owner", "pools": [pool(**AGENTS)]}
    team.define("assignment_rule", "who", document)
    team.flow("assign", [{"type": "assign", "rule": "who", "keep": True}])
    assert assigned(team, 1, owner=team.people["di"]) == ["di"]
    assert team.rows(LOG) == []
    assert assigned(team, 1) == ["bo"]


def test_the_run_and_the_log_tell_the_same_reasons(team: House) -> None:
    flow_id = rule(team, pool(**AGENTS))
    assigned(team, 1)
    (run,) = team.runs(flow_id)
    (logged,) = team.rows(LOG)
    assert run["trace"][0]["output"]["why"] == logged.why
    assert (logged.run_id, logged.user_id, logged.record_id) == (run["id"], team.people["bo"], run["record_id"])
    assert logged.why["because"]["en"] == "has waited longest for a turn"
    assert [(one["name"], one["kept"], one["turn"]) for one in logged.why["candidates"]] == [
        ("bo", True, 0), ("cy", True, 0), ("di", True, 0)
    ]  # fmt: skip


def test_a_turn_is_not_lost_when_the_record_can_not_take_the_person(team: House) -> None:
    rule(team, pool(**AGENTS))
    gone = team.ticket("gone")
    team.ask("DELETE", f"/forms/desk.ticket/records/{gone}", ok=False)
    team.work()
    assert team.rows(LOG) == []
    assert assigned(team, 1) == ["bo"]


def test_an_assignment_in_place_takes_turns_by_value(team: House) -> None:
    node = {"type": "assign", "field": "owner", "candidates": {"roles": ["agent"]}, "per": "team"}
    team.flow("assign", [node])
    assert assigned(team, 2, team="red") == ["bo", "cy"]
    assert assigned(team, 1, team="blue") == ["bo"]
    team.clock.advance(timedelta(days=1))
    assert assigned(team, 1, team="red") == ["di"]


def test_what_a_rule_looks_records_up_by_is_indexed(house: House) -> None:
    rule(house, pool("sticky", sticky={"field": "email"}))
    with house.db.read() as unit:
        form = house.rt.catalog.find(unit, "desk.ticket")
        found = inspect(unit.conn).get_indexes(form.table)
    indexed = {one["column_names"][0] for one in found}
    assert {form.columns[name] for name in ("email", "owner")} <= indexed
