"""An import with rules on: every good row finds its agent, fairly within each team; with rules off nothing happens."""

import csv
import io
from collections import Counter
from typing import Any

import pytest

from formloom.platform.access.identity import load_member
from formloom.platform.records.imports import running, starting
from formloom.platform.records.imports.starting import Wish

from .house import House, both, reply

TEAMS = {"red": ("bo", "cy", "di"), "blue": ("cy", "di"), "green": ("bo", "cy", "di", "eve")}
GOOD, BROKEN = 251, 12


def _file() -> io.BytesIO:
    """Return a file with rows of all teams in turn, and among them some that are broken."""
    rows = [[f"Case {n}", f"c{n}@example.com", list(TEAMS)[n * n % 3 if n % 2 else 2]] for n in range(GOOD)]
    for n in range(BROKEN):
        rows.insert(n * 17, [("", "Case", "Case")[n % 3], ("a@example.com", "nobody", "a@example.com")[n % 3],
                             ("red", "red", "No such team")[n % 3]])  # fmt: skip
    text = io.StringIO()
    csv.writer(text).writerows([["Subject", "Mail", "Team"], *rows])
    return io.BytesIO(text.getvalue().encode())


def _bring_in(house: House, **wish: Any) -> None:
    """Import the file and let everything happen that follows."""
    rt, now = house.rt, house.clock.now()
    with rt.db.read() as unit:
        ada, form = load_member(unit, house.people["ada"]), rt.catalog.find(unit, "desk.ticket")
    assert ada is not None
    upload = starting.keep(rt.files, _file(), "tickets.csv")
    job_id = rt.db.write(lambda uow: starting.start(uow, ada, form, upload, Wish(**wish), now=now))
    running.run(running.House(rt.db, rt.files, rt.catalog, rt.clock, rt.listeners), job_id)
    job = house.ask("GET", f"/jobs/{job_id}")
    assert (job["state"], job["ok"], job["failed"]) == ("done", GOOD, BROKEN)
    house.work()


def _loads(house: House) -> Counter[tuple[str, str | None]]:
    wanted = {"group_by": [{"field": "team"}, {"field": "owner"}], "measures": [{"op": "count"}]}
    rows = house.ask("POST", "/forms/desk.ticket/aggregate", wanted)["rows"]
    names = {user: name for name, user in house.people.items()}
    return Counter({(row["group"]["team"], names.get(row["group"]["owner"])): int(row["measures"][0]) for row in rows})


@pytest.fixture
def desk(house: House) -> House:
    """Return the installation with agents, a pool that takes turns for each team, and a flow that assigns and replies."""
    for name in ("bo", "cy", "di", "eve"):
        house.person(name)
    pools = [
        {"strategy": "round_robin", "when": {"field": "team", "op": "eq", "value": team},
         "candidates": {"users": [house.people[name] for name in names]}}
        for team, names in TEAMS.items()
    ]  # fmt: skip
    house.define("assignment_rule", "who", {"title": both("Who"), "form": "ticket", "field": "owner", "pools": pools})
    house.flow("assign", [{"type": "assign", "rule": "who"}, reply()])
    return house


def test_every_good_row_is_assigned_and_loads_differ_by_one_at_most(desk: House) -> None:
    _bring_in(desk, rules=True)
    loads = _loads(desk)
    assert sum(loads.values()) == GOOD
    for team, names in TEAMS.items():
        assert {owner for one, owner in loads if one == team} == set(names)
        shares = [loads[(team, name)] for name in names]
        assert max(shares) - min(shares) <= 1
    assert {one.state for one in desk.deliveries()} == {"suspended"}, "a message went out"


def test_with_messages_on_each_row_is_answered_once(desk: House) -> None:
    _bring_in(desk, rules=True, messages=True)
    sent = desk.deliveries("mail")
    assert len(sent) == len({one.recipient for one in sent}) == GOOD
    assert "suspended" not in {one.state for one in sent}


def test_with_rules_off_nobody_is_assigned(desk: House) -> None:
    _bring_in(desk)
    assert {owner for _team, owner in _loads(desk)} == {None}
    assert desk.deliveries() == []
