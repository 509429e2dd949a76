"""Processes lived through at random, beside a model of them that is a page long: who is asked, and how it ends.

Every step may be taken by another process of the installation, so where a run stands is put away and read again all the
time. After each step the open tasks, the state and the log must be what the model says; nobody who comes late may
change anything; and what the process does by itself between two people was done once for each time it was passed.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select

from formloom.platform.kernel.clock import FrozenClock
from formloom.platform.storage import tables

from .house import House, copy_of, set_up
from .office import act, approve, process, start, state

PEOPLE = ("bob", "cyd", "dan", "eve", "fay", "gus", "hal")
TABLES = {"a": ["bob"], "b": ["cyd"], "c": ["dan", "eve"], "d": ["bob", "eve"]}
ANY = {"a", "b", "d"}
BEFORE = {"a": "", "b": "a", "c": "a", "d": "abc"}
EXAMPLES = int(os.environ.get("FORMLOOM_TEST_LIVES", "6"))
PHASES = [Phase.generate]  # to shrink takes minutes: a story of thirty steps can be read as it is
OVER = ("approved", "rejected", "withdrawn", "cancelled")


@dataclass
class Seat:
    """One who is asked, with those asked beside him."""

    who: str
    agreed: bool = False
    given: bool = False
    beside: dict[str, list["Seat"]] = field(default_factory=dict)

    def asked(self) -> Iterator["Seat"]:
        """Yield the seats at this one that are asked now."""
        for places in (["before"], ["own", "instead", "parallel"], ["after"]):
            found = [one for place in places for one in self._at(place)]
            if found:
                yield from found
                return

    def _at(self, place: str) -> Iterator["Seat"]:
        if place == "own":
            yield from [] if self.agreed or self.given else [self]
        for one in self.beside.get(place, ()):
            yield from one.asked()


@dataclass
class Life:
    """What the model knows of one process: where it stands, with whom, and what was done."""

    run: str
    record: str
    at: dict[str, list[Seat]] = field(default_factory=dict)
    state: str = "running"
    forked: bool = False
    done: int = 1
    passed: int = 0
    agreed_at: set[str] = field(default_factory=set)
    late: list[tuple[str, str]] = field(default_factory=list)

    def go_to(self, *nodes: str, forked: bool = False) -> None:
        self.at = {node: [Seat(who) for who in TABLES[node]] for node in nodes}
        self.forked = forked

    def asked(self) -> dict[tuple[str, str], Seat]:
        return {(node, one.who): one for node, seats in self.at.items() for seat in seats for one in seat.asked()}

    def look(self, node: str) -> None:
        """Go on if those at a node have agreed."""
        free = [not list(seat.asked()) for seat in self.at[node]]
        if not (any(free) if node in ANY else all(free)):
            return
        del self.at[node]
        if node == "a":
            self.passed += 1
            self.go_to("b", "c", forked=True)
        elif node == "d":
            self.over("approved")
        elif not (self.forked and self.at):
            self.go_to("d")

    def over(self, state: str) -> None:
        self.at, self.state = {}, state


class Lives(RuleBasedStateMachine):
    """The rules by which processes are lived through."""

    opened: Callable[[], House]

    def __init__(self) -> None:
        super().__init__()
        self.house = type(self).opened()
        self.processes = [self.house.formloom, self.house.another_process()]
        self.lives: list[Life] = []

    def teardown(self) -> None:
        self.house.formloom = self.processes[0]
        self.house.close()

    @property
    def going(self) -> list[Life]:
        return [one for one in self.lives if one.state == "running"]

    @precondition(lambda self: len(self.lives) < 3)
    @rule()
    def begin(self) -> None:
        run = start(self.house)
        (row,) = self.house.rows(tables.flow_runs, tables.flow_runs.c.id == run)
        life = Life(run, row.record_id)
        life.go_to("a")
        self.lives.append(life)

    @precondition(lambda self: self.going)
    @rule(data=st.data(), agrees=st.sampled_from([True, True, True, True, True, False]))
    def answer(self, data: st.DataObject, agrees: bool) -> None:
        life, node, seat, task = self._somebody(data)
        self._ask(data, f"/tasks/{task}/{'approve' if agrees else 'reject'}", seat.who)
        life.done += 1
        if agrees:
            seat.agreed = True
            life.agreed_at.add(node)
            life.look(node)
        else:
            life.over("rejected")

    @precondition(lambda self: self.going)
    @rule(data=st.data())
    def send_back(self, data: st.DataObject) -> None:
        life, node, seat, task = self._somebody(data)
        target = data.draw(st.sampled_from(["a", "b", "c"]), "target")
        may = target in BEFORE[node] and target in life.agreed_at
        answer = self._ask(data, f"/tasks/{task}/return", seat.who, ok=may, node=target)
        if not may:
            assert answer.json["errors"][0]["code"] == "bad_target"
            return
        life.done += 1
        life.go_to(target)

    @precondition(lambda self: self.going)
    @rule(data=st.data(), place=st.sampled_from(["before", "after", "parallel", "instead"]))
    def ask_somebody_else(self, data: st.DataObject, place: str) -> None:
        life, node, seat, task = self._somebody(data)
        free = sorted(set(PEOPLE) - {who for at, who in self._everybody(life) if at == node})
        if not free:
            return
        who = data.draw(st.sampled_from(free))
        what = "transfer" if place == "instead" else "add_sign"
        more = {} if place == "instead" else {"position": place}
        self._ask(data, f"/tasks/{task}/{what}", seat.who, to=[self.house.people[who]], **more)
        life.done += 1
        seat.given = seat.given or place == "instead"
        seat.beside.setdefault(place, []).append(Seat(who))

    @precondition(lambda self: self.going)
    @rule(data=st.data(), what=st.sampled_from(["withdraw", "end", "jump", "jump", "jump"]))
    def step_in(self, data: st.DataObject, what: str) -> None:
        life = self._one_of(data, self.going)
        node = data.draw(st.sampled_from(sorted(TABLES)))
        self._ask(data, f"/processes/{life.run}/{what}", "ada", **({"node": node} if what == "jump" else {}))
        life.done += 1
        if what == "jump":
            life.go_to(node)
        else:
            life.over({"withdraw": "withdrawn", "end": "cancelled"}[what])

    @precondition(lambda self: any(one.state in OVER for one in self.lives))
    @rule(data=st.data())
    def begin_again(self, data: st.DataObject) -> None:
        life = self._one_of(data, [one for one in self.lives if one.state in OVER])
        node = data.draw(st.sampled_from(sorted(TABLES)))
        self._ask(data, f"/processes/{life.run}/reactivate", "ada", node=node)
        life.done += 1
        life.state = "running"
        life.go_to(node)

    @precondition(lambda self: any(one.late for one in self.lives))
    @rule(data=st.data(), what=st.sampled_from(["approve", "reject", "transfer"]))
    def come_late(self, data: st.DataObject, what: str) -> None:
        task, who = data.draw(st.sampled_from([late for one in self.lives for late in one.late]))
        answer = self._ask(data, f"/tasks/{task}/{what}", who, ok=False, to=[self.house.people["hal"]])
        assert answer.json["code"] == "task_done"

    @rule()
    def let_the_worker_work(self) -> None:
        self.house.work()

    @invariant()
    def all_is_as_the_model_says(self) -> None:
        for life in self.lives:
            rows = self.house.rows(tables.flow_tasks, tables.flow_tasks.c.run_id == life.run)
            named = {user: name for name, user in self.house.people.items()}
            assert sorted((one.node, named[one.user_id]) for one in rows if one.state == "open") == sorted(life.asked())
            life.late = [(one.id, named[one.user_id]) for one in rows if one.state not in {"open", "pending"}]
            (run,) = self.house.rows(tables.flow_runs, tables.flow_runs.c.id == life.run)
            assert (run.result or "running") == life.state
            if life.state != "running":
                assert (run.tokens, [one for one in rows if one.state == "pending"]) == (None, [])
            with self.house.db.read() as unit:
                log = unit.conn.execute(select(func.count()).where(tables.flow_log.c.run_id == life.run)).scalar_one()
            assert log == life.done
        records = self.house.records("task") if self.lives else []
        assert len(records) == sum(life.passed for life in self.lives)

    def _somebody(self, data: st.DataObject) -> tuple[Life, str, Seat, str]:
        """Draw a task that is open, in the model and in the installation."""
        life = self._one_of(data, self.going)
        node, who = data.draw(st.sampled_from(sorted(life.asked())))
        columns = tables.flow_tasks.c
        (row,) = self.house.rows(
            tables.flow_tasks, columns.run_id == life.run, columns.node == node, columns.state == "open",
            columns.user_id == self.house.people[who],
        )  # fmt: skip
        return life, node, life.asked()[(node, who)], row.id

    def _one_of(self, data: st.DataObject, lives: list[Life]) -> Life:
        return lives[data.draw(st.integers(0, len(lives) - 1), "life")]

    def _everybody(self, life: Life) -> Iterator[tuple[str, str]]:
        waiting = [(node, seat) for node, seats in life.at.items() for seat in seats]
        while waiting:
            node, seat = waiting.pop()
            yield node, seat.who
            waiting += [(node, one) for several in seat.beside.values() for one in several]

    def _ask(self, data: st.DataObject, path: str, who: str, *, ok: bool = True, **said: Any) -> Any:
        self.house.formloom = self.processes[data.draw(st.integers(0, 1), "process")]
        return self.house.ask("POST", path, said, who=who, ok=ok)


def test_any_life_of_a_process(tmp_path: Path) -> None:
    model = set_up(f"sqlite:///{tmp_path / 'model.db'}", tmp_path / "model")
    for name in PEOPLE:
        model.person(name)
    ways = [{"id": "x", "nodes": [approve("b", *TABLES["b"])]},
            {"id": "y", "nodes": [approve("c", *TABLES["c"], mode="all")]}]  # fmt: skip
    note = {"id": "n", "type": "create_record", "form": "task", "values": {"title": "passed"}}
    middle = [note, {"id": "p", "type": "parallel", "branches": ways}]
    process(model, [approve("a", *TABLES["a"]), *middle, approve("d", *TABLES["d"])], withdraw="any")
    model.close()
    made: list[Path] = []

    def opened() -> House:
        made.append(tmp_path / f"{len(made)}")
        shutil.copytree(model.home, made[-1])
        url = f"sqlite:///{shutil.copy(model.database, made[-1] / 'formloom.db')}"
        return copy_of(model, url, made[-1], FrozenClock(), {})

    lives = type("TheseLives", (Lives,), {"opened": staticmethod(opened)})
    bounds = settings(
        max_examples=EXAMPLES,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=PHASES,
    )
    run_state_machine_as_test(lives, settings=bounds)


def test_actions_are_done_after_nodes_have_moved(office: House) -> None:
    """What comes after a migration stands where another action stood, and is done all the same."""
    note = {"id": "n", "type": "create_record", "form": "task", "values": {"title": "before"}}
    flow = process(office, [approve("a", "bob"), note, approve("b", "cyd")])
    run = start(office)
    act(office, "bob")
    document = office.ask("GET", f"/definitions/{flow}/draft")["document"]
    first, _note, second = document["nodes"]
    office.redefine(flow, {**document, "nodes": [first, second, {**note, "id": "m", "values": {"title": "after"}}]})
    office.ask("POST", f"/flows/{flow}/migrate", {"dry_run": False})
    act(office, "cyd")
    assert state(office, run) == "approved"
    assert sorted(one["values"]["title"] for one in office.records("task")) == ["after", "before"]
