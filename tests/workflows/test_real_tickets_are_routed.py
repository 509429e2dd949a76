"""A rule set with skills and capacity over thousands of real tickets: every decision is that of an independent count."""

from collections import Counter
from typing import Any

import pytest

from formloom.platform.records import job_kinds
from formloom.platform.records.house import House as JobHouse

from . import real_tickets as real
from .house import House

LIVE = 60


@pytest.fixture
def tickets() -> list[dict[str, Any]]:
    """Return the tickets of the file."""
    path = real.place()
    if not path.is_file():
        pytest.skip(f"the ticket file is not there: {path} (FORMLOOM_SHARED_DATA names its folder)")
    return real.rows_of(path)


@pytest.mark.slow
def test_every_ticket_goes_to_whom_an_independent_count_says(house: House, tickets: list[dict[str, Any]]) -> None:
    people = real.staffed(house)
    real.brought_in(house, tickets)
    found = real.tried(house, people)
    assert found.decisions == real.by_hand(tickets)
    by_name = {agent.name: agent for agent in real.AGENTS}
    open_now: Counter[str] = Counter()
    for ticket, (number, pool, name) in zip(tickets, found.decisions, strict=True):
        assert ticket["number"] == number
        kind = real.TYPES[int(ticket["type"][1:])]
        if name is None:
            able = [one for one in real.AGENTS if one.skills.get(kind)]
            assert all(open_now[one.name] >= one.most for one in able), "somebody could have had it"
            continue
        assert by_name[name].skills[kind] >= (3 if pool == 0 else 1)
        open_now[name] += ticket["status"] != "closed"
        assert open_now[name] <= by_name[name].most
    assert found.outcome["given"] + found.outcome["unassigned"] == len(tickets)
    assert {one["name"]: one["given"] for one in found.outcome["people"]} == Counter(
        name for _number, _pool, name in found.decisions if name
    )
    assert all(one["peak"] <= one["max_open"] for one in found.outcome["people"])


@pytest.mark.slow
def test_live_tickets_go_where_the_trial_said(house: House, tickets: list[dict[str, Any]]) -> None:
    people = real.staffed(house)
    house.define("assignment_rule", "who", real.rule(list(people.values())))
    house.flow("assign", [{"type": "assign", "rule": "who"}], form="case")
    some = tickets[:LIVE]
    real.brought_in(house, some, rules=True)
    house.work()
    names = {user: name for name, user in people.items()}
    live = {int(float(one["values"]["number"])): names.get(one["values"]["owner"]) for one in house.records("case")}
    assert [live[one["number"]] for one in some] == [name for _number, _pool, name in real.by_hand(some)]


def test_the_job_tells_what_the_trial_came_to_and_writes_nothing_else(house: House) -> None:
    people = real.staffed(house)
    some = [
        {"number": number, "subject": f"No {number}", "type": f"t{number % 5}", "priority": "low", "channel": "email",
         "status": "open", "owner": people["agent00"] if number % 3 == 0 else None}
        for number in range(40)
    ]  # fmt: skip
    real.brought_in(house, some)
    rule = house.define("assignment_rule", "who", real.rule(list(people.values())))
    house.rt.start_job = lambda _job: None
    before = {name: rows for name, rows in house.everything().items() if name not in {"jobs", "api_tokens"}}
    job = house.ask("POST", f"/assignment-rules/{rule}/dry-run", {"most": 30})["id"]
    job_kinds.run(JobHouse(house.db, house.rt.files, house.rt.catalog, house.rt.clock), job)
    told = house.ask("GET", f"/jobs/{job}")
    assert (told["state"], told["done"], told["total"]) == ("done", 30, 30)
    result = told["result"]
    assert (result["records"], result["given"], result["unassigned"]) == (30, 30, 0)
    assert result["held"] == sum(1 for one in some[10:] if one["owner"])
    assert sum(one["given"] for one in result["people"]) == 30
    assert next(one["had"] for one in result["people"] if one["name"] == "agent00") == result["held"]
    assert {name: rows for name, rows in house.everything().items() if name not in {"jobs", "api_tokens"}} == before
    of_another_kind = house.ask("GET", "/apps/desk/definitions?kind=form")["definitions"][0]["id"]
    assert house.ask("POST", f"/assignment-rules/{of_another_kind}/dry-run", {}, ok=False).status_code == 404
