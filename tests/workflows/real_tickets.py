"""The support tickets of a public file, routed by skill and capacity, and the same reckoned by hand.

`python -m tests.workflows.real_tickets [file] [--live]` tells the figures: of a trial over all of them, or, live, of a
published rule and flow that assign each ticket as it comes in. The file is `customer_support_tickets.csv`, looked for
in `../shared/data` beside the checkout; FORMLOOM_SHARED_DATA names another folder. It is never part of the project.
"""

import argparse
import csv
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import System
from formloom.platform.records import service
from formloom.platform.records.queries import pages
from formloom.platform.records.record import Record, WriteOptions
from formloom.workflows import registries
from formloom.workflows.assignment.trial import Trial
from formloom.workflows.assignment.trying import newest

from .house import House, both, options, set_up

NAME = "customer_support_tickets.csv"
TYPES = ("Technical issue", "Billing inquiry", "Refund request", "Cancellation request", "Product inquiry")
PART = 250
OPEN = {"field": "status", "op": "ne", "value": "closed"}
FORM = {
    "title": both("Case"),
    "fields": [
        {"id": "subject", "type": "text", "label": both("Subject"), "required": True},
        {"id": "type", "type": "select", "label": both("Type"),
         "options": [{"value": f"t{number}", "label": both(one)} for number, one in enumerate(TYPES)]},
        {"id": "priority", "type": "select", "label": both("Priority"), "options": options("low", "medium", "high", "critical")},
        {"id": "channel", "type": "select", "label": both("Channel"), "options": options("email", "phone", "social", "chat")},
        {"id": "status", "type": "select", "label": both("Status"), "options": options("open", "pending", "closed")},
        {"id": "email", "type": "email", "label": both("Mail")},
        {"id": "number", "type": "number", "label": both("No")},
        {"id": "owner", "type": "user", "label": both("Owner")},
    ],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Agent:
    """One of the people: type → level, and how many open tickets he may have."""

    name: str
    skills: dict[str, int]
    most: int


AGENTS = [
    Agent(
        f"agent{number:02}",
        {TYPES[number % 5]: 1 + number % 5, TYPES[(number + 2) % 5]: 5 - number % 4},
        120 + 20 * (number % 7),
    )
    for number in range(24)
]


def place() -> Path:
    """Return where the file is looked for."""
    folder = os.environ.get("FORMLOOM_SHARED_DATA")
    return (Path(folder) if folder else Path(__file__).parents[3] / "shared" / "data") / NAME


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Return the tickets as values of the form, in the order of the file."""
    status = {"Open": "open", "Pending Customer Response": "pending", "Closed": "closed"}
    with path.open(encoding="utf-8") as source:
        return [
            {
                "number": int(one["Ticket ID"]), "subject": one["Ticket Subject"], "email": one["Customer Email"],
                "type": f"t{TYPES.index(one['Ticket Type'])}", "priority": one["Ticket Priority"].lower(),
                "channel": one["Ticket Channel"].lower().split()[0], "status": status[one["Ticket Status"]],
            }
            for one in csv.DictReader(source)
        ]  # fmt: skip


def rule(people: Sequence[str]) -> dict[str, Any]:
    """Return the rule: critical ones to experts, chats and calls by capacity, everything else in turn."""
    named = {"users": list(people)}
    by_type: dict[str, Any] = {"field": "type"}
    return {
        "title": both("By skill and capacity"), "form": "case", "field": "owner", "open": OPEN,
        "pools": [
            {"id": "experts", "when": {"field": "priority", "op": "eq", "value": "critical"}, "candidates": named,
             "filters": {"skills": [{**by_type, "level": 3}]}, "strategy": "least_open"},
            {"id": "at_once", "when": {"field": "channel", "op": "in", "value": ["chat", "phone"]},
             "candidates": named, "filters": {"skills": [by_type]}, "strategy": "weighted", "weights": {"by": "capacity"}},
            {"id": "others", "candidates": named, "filters": {"skills": [by_type]}, "strategy": "round_robin"},
        ],
    }  # fmt: skip


def staffed(house: House) -> dict[str, str]:
    """Add the form, the skills and the people; return name → id of the people."""
    house.define("form", "case", FORM)
    skills = {one: house.ask("POST", "/skills", {"title": both(one)})["id"] for one in TYPES}
    made = {}
    for agent in AGENTS:
        made[agent.name] = house.person(agent.name)
        held = [{"skill": skills[one], "level": level} for one, level in agent.skills.items()]
        house.ask("PATCH", f"/users/{made[agent.name]}/work", {"skills": held, "max_open": agent.most})
    return made


def brought_in(house: House, tickets: Sequence[dict[str, Any]], *, rules: bool = False) -> None:
    """Store the tickets through the pipeline, a minute apart for each part."""
    form = form_of(house)
    chosen = WriteOptions(rules=rules, messages=False, listeners=house.rt.listeners)
    for first in range(0, len(tickets), PART):
        part = tickets[first : first + PART]
        now = house.clock.now()
        made = house.db.write(partial(_stored, form=form, part=part, now=now, chosen=chosen))
        assert all(isinstance(one, Record) for one in made)
        house.clock.advance(timedelta(minutes=1))


def _stored(uow: Any, *, form: FormVersion, part: Any, now: Any, chosen: WriteOptions) -> list[Any]:
    return list(service.bring_in(uow, System("import"), form, part, now=now, options=chosen))


def form_of(house: House) -> FormVersion:
    with house.db.read() as unit:
        found: FormVersion = house.rt.catalog.find(unit, "desk.case")
        return found


@dataclass
class Hand:
    """The same rule reckoned by hand: plain lists and numbers, nothing of the product."""

    open: Counter[str] = field(default_factory=Counter)
    turn: dict[tuple[int, str], int] = field(default_factory=dict)
    at: dict[tuple[int, str], float] = field(default_factory=dict)
    count: Counter[int] = field(default_factory=Counter)
    front: Counter[int] = field(default_factory=Counter)

    def give(self, ticket: dict[str, Any]) -> tuple[int | None, str | None]:
        """Return the number of the pool and the name of the agent."""
        kind = TYPES[int(ticket["type"][1:])]
        for pool in (0, 1, 2):
            if pool == 0 and ticket["priority"] != "critical":
                continue
            if pool == 1 and ticket["channel"] not in {"chat", "phone"}:
                continue
            able = [one for one in AGENTS if one.skills.get(kind, 0) >= (3 if pool == 0 else 1)]
            free = [one for one in able if self.open[one.name] < one.most]
            if free:
                chosen = min(free, key=partial(self._order, pool))
                self._note(pool, chosen, is_open=ticket["status"] != "closed")
                return pool, chosen.name
        return None, None

    def _order(self, pool: int, agent: Agent) -> tuple[float, ...]:
        turn = self.turn.get((pool, agent.name), 0)
        first = {0: float(self.open[agent.name]), 1: self._behind(pool, agent), 2: 0.0}[pool]
        return (first, turn, AGENTS.index(agent))

    def _behind(self, pool: int, agent: Agent) -> float:
        mine = self.at.get((pool, agent.name))
        front = float(self.front[pool])
        return front if mine is None else max(mine, front)

    def _note(self, pool: int, agent: Agent, *, is_open: bool) -> None:
        start = self._behind(pool, agent)
        self.count[pool] += 1
        self.turn[pool, agent.name] = self.count[pool]
        self.front[pool] = start
        self.at[pool, agent.name] = start + 1 / (agent.most if pool == 1 else 1)
        self.open[agent.name] += is_open


@dataclass(frozen=True)
class Tried:
    """What the product decided, ticket by ticket, and how long that took."""

    decisions: list[tuple[int, int | None, str | None]]
    outcome: dict[str, Any]
    took_s: float
    cpu_s: float


def tried(house: House, people: dict[str, str]) -> Tried:
    """Try the rule on every ticket that is stored."""
    names = {user: name for name, user in people.items()}
    form = form_of(house)
    began, busy = time.perf_counter(), time.process_time()
    with house.db.read() as unit:
        trial = Trial(unit, form, rule(list(people.values())))
        decisions = []
        for record in newest(unit, form, pages.Query(), 100_000):
            found = trial.decide(record).choice
            decisions.append((int(record.values["number"]), found.pool, names.get(found.user_id or "")))
        return Tried(decisions, trial.outcome(), time.perf_counter() - began, time.process_time() - busy)


def by_hand(tickets: Sequence[dict[str, Any]]) -> list[tuple[int, int | None, str | None]]:
    """Return ticket, pool and agent for each, in the order of the file."""
    hand = Hand()
    return [(one["number"], *hand.give(one)) for one in tickets]


def lines(house: House, tickets: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Tell what came of it."""
    people = staffed(house)
    began = time.perf_counter()
    brought_in(house, tickets)
    yield f"{len(tickets)} tickets stored in {time.perf_counter() - began:.1f} s; {len(AGENTS)} people, {house.db.dialect}"
    found = tried(house, people)
    mine = by_hand(tickets)
    same = sum(one == other for one, other in zip(found.decisions, mine, strict=True))
    yield f"dry run: {found.took_s:.1f} s, {found.cpu_s:.1f} s of them on the processor"
    yield f"  {same} of {len(mine)} decisions equal to those by hand"
    told = found.outcome
    yield f"  given {told['given']}, unassigned {told['unassigned']}: {told['reasons']}"
    yield f"  given per person {min(one['given'] for one in told['people'])} to {max(one['given'] for one in told['people'])}"
    over = [one["name"] for one in told["people"] if one["max_open"] and one["peak"] > one["max_open"]]
    yield f"  beyond capacity: {over or 'nobody'}"


def live(house: House, tickets: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Let a flow assign them as they come in, and tell what came of it."""
    people = staffed(house)
    house.define("assignment_rule", "who", rule(list(people.values())))
    house.flow("assign", [{"type": "assign", "rule": "who"}], form="case")
    began, busy = time.perf_counter(), time.process_time()
    for first in range(0, len(tickets), PART):
        brought_in(house, tickets[first : first + PART], rules=True)
        house.work()
    took, cpu = time.perf_counter() - began, time.process_time() - busy
    names = {user: name for name, user in people.items()}
    with house.db.read() as unit:
        stored = newest(unit, form_of(house), pages.Query(), 100_000)
        given = {int(one.values["number"]): names.get(one.values.get("owner") or "") for one in stored}
    same = sum(given[number] == name for number, _pool, name in by_hand(tickets))
    yield f"live: {len(tickets)} tickets stored and assigned in {took:.1f} s, {cpu:.1f} s of them on the processor"
    yield f"  {same} of {len(tickets)} owners equal to those by hand; {sum(name is None for name in given.values())} wait"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=place())
    parser.add_argument("--live", action="store_true")
    asked = parser.parse_args()
    registries.discover()
    with tempfile.TemporaryDirectory() as folder:
        house = set_up(f"sqlite:///{folder}/formloom.db", Path(folder) / "home")
        try:
            for line in (live if asked.live else lines)(house, rows_of(asked.file)):
                sys.stdout.write(line + "\n")
        finally:
            house.close()


if __name__ == "__main__":
    main()
