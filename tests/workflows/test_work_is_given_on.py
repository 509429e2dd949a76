"""Re-balancing: what those who are away or have too many should not keep goes to others, as one job that can be undone."""

from datetime import timedelta
from typing import Any

import pytest

from formloom.platform.records import job_kinds
from formloom.platform.records.house import House as JobHouse
from formloom.platform.storage import tables

from .house import House, both

OPEN = {"field": "status", "op": "ne", "value": "closed"}


@pytest.fixture
def team(house: House) -> House:
    """Return the installation with three agents, one rule, and six tickets of bo, of which one is closed."""
    house.ask("POST", "/roles", {"key": "agent", "title": both("Agent")})
    for name in ("bo", "cy", "di"):
        house.person(name, roles=("agent",))
    for number in range(6):
        house.ticket(f"No {number}", owner=house.people["bo"], status="closed" if number == 5 else "open")
        house.clock.advance(timedelta(minutes=1))
    pool = {"strategy": "least_open", "candidates": {"roles": ["agent"]}}
    document = {"title": both("Rule"), "form": "ticket", "field": "owner", "open": OPEN, "pools": [pool]}
    house.tokens["rule"] = house.define("assignment_rule", "who", document)
    return house


def at_most(house: House, name: str, most: int | None) -> None:
    house.ask("PATCH", f"/users/{house.people[name]}/work", {"max_open": most})


def moves(house: House) -> list[tuple[str, str, str]]:
    found = house.ask("GET", f"/assignment-rules/{house.tokens['rule']}/rebalance")["moves"]
    return [(one["title"], one["why"], one["to_name"]) for one in found]


def done(house: House) -> dict[str, Any]:
    house.rt.start_job = lambda _job: None
    job = house.ask("POST", f"/assignment-rules/{house.tokens['rule']}/rebalance")["id"]
    job_kinds.run(JobHouse(house.db, house.rt.files, house.rt.catalog, house.rt.clock, house.rt.listeners), job)
    found: dict[str, Any] = house.ask("GET", f"/jobs/{job}")
    return found


def owners(house: House) -> dict[str, str | None]:
    names = {user: name for name, user in house.people.items()}
    return {one["values"]["subject"]: names.get(one["values"]["owner"]) for one in house.records()}


def on_leave(house: House, name: str) -> None:
    now = house.clock.now()
    house.ask("POST", "/absences", {
        "user": house.people[name], "kind": "leave", "starts_at": (now - timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(days=3)).isoformat(), "reason": "",
    })  # fmt: skip


def test_the_newest_of_who_has_too_many_go_to_who_has_the_fewest(team: House) -> None:
    at_most(team, "bo", 2)
    assert moves(team) == [("No 2", "over", "cy"), ("No 3", "over", "di"), ("No 4", "over", "cy")]
    assert set(owners(team).values()) == {"bo"}, "looking changes nothing"
    job = done(team)
    assert (job["state"], job["ok"], job["failed"], job["can_undo"]) == ("done", 3, 0, True)
    assert owners(team) == {"No 0": "bo", "No 1": "bo", "No 2": "cy", "No 3": "di", "No 4": "cy", "No 5": "bo"}
    assert moves(team) == [], "all is in balance"
    told = [(one["title"], one["from"], one["to"], one["became"]) for one in job["result"]["moves"]]
    assert told == [("No 2", "bo", "cy", "moved"), ("No 3", "bo", "di", "moved"), ("No 4", "bo", "cy", "moved")]


def test_everything_open_of_who_is_away_goes_on_and_comes_back_when_undone(team: House) -> None:
    on_leave(team, "bo")
    at_most(team, "cy", 1)
    found = team.ask("GET", f"/assignment-rules/{team.tokens['rule']}/rebalance")["moves"]
    assert [one["to_name"] for one in found] == ["cy", "di", "di", "di", "di"]
    assert found[0]["words"]["en"] == "is on leave"
    before = owners(team)
    job = done(team)
    changed = next(one["id"] for one in team.records() if one["values"]["subject"] == "No 4")
    team.change(changed, owner=team.people["ada"])
    undone = team.ask("POST", f"/jobs/{job['id']}/undo")
    assert (undone["state"], undone["result"]["removed"], undone["result"]["kept"]) == ("undone", 4, 1)
    assert owners(team) == {**before, "No 4": "ada"}, "what somebody changed since stays"
    assert team.ask("POST", f"/jobs/{job['id']}/undo", ok=False).status_code == 409


def test_a_record_for_which_nobody_is_found_stays_and_says_why(team: House) -> None:
    for name in ("cy", "di"):
        on_leave(team, name)
    at_most(team, "bo", 4)
    (only,) = team.ask("GET", f"/assignment-rules/{team.tokens['rule']}/rebalance")["moves"]
    assert (only["title"], only["to"]) == ("No 4", None)
    assert {one["code"] for one in only["reasons"]} == {"full", "on_leave"}
    assert done(team)["total"] == 0


def test_the_history_names_who_did_it_and_the_log_says_why(team: House) -> None:
    at_most(team, "bo", 4)
    done(team)
    moved = next(one["id"] for one in team.records() if one["values"]["subject"] == "No 4")
    (logged,) = team.ask("GET", f"/forms/desk.ticket/records/{moved}/assignments")["assignments"]
    assert logged["why"]["moved"]["en"] == "has more than the limit"
    assert logged["why"]["instead_of"]["name"] == "bo"
    last = team.rows(tables.record_history, tables.record_history.c.record_id == moved)[-1]
    assert (last.actor_kind, last.actor_id) == ("member", team.people["ada"])


def test_only_who_designs_the_app_may(team: House) -> None:
    path = f"/assignment-rules/{team.tokens['rule']}/rebalance"
    assert team.ask("GET", path, who="bo", ok=False).status_code in {403, 404}
    assert team.ask("POST", path, who="bo", ok=False).status_code in {403, 404}
