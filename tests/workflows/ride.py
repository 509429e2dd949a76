"""The engine alone, driven by a test: what its actions come to is the test's to say.

The state is put away and read again between all steps, unless `save` is off.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from formloom.workflows.engine.machine import begin, dropped, settle, step
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.engine.program import Program
from formloom.workflows.engine.state import State

Nodes = Sequence[Mapping[str, Any]]


class Alone:
    """What the engine asks of a context where no condition looks at a record."""

    values: ClassVar[dict[str, Any]] = {}

    def at(self, _item: Any, _kept: Any) -> "Alone":
        return self


def do(name: str) -> dict[str, Any]:
    return {"id": name, "type": "end", "result": "approved"}  # any action: its outcome comes from the test


def ways(*several: Nodes) -> list[dict[str, Any]]:
    return [{"id": f"w{number}", "nodes": list(nodes)} for number, nodes in enumerate(several)]


def fork(name: str, *several: Nodes, join: str = "all") -> dict[str, Any]:
    return {"id": name, "type": "parallel", "branches": ways(*several), "join": join}


def restored(state: State) -> State:
    return State.load(json.loads(json.dumps(state.dump())))


class Ride:
    """Drives a program; actions named in `waits` wait, the others are done at once."""

    def __init__(self, nodes: Nodes, *, waits: Sequence[str] = (), save: bool = True) -> None:
        self.program = Program.of(nodes)
        self.state = begin(self.program)
        self.waits = set(waits)
        self.done: list[str] = []
        self.numbers: list[int] = []
        self.save = save
        self.go()

    def go(self) -> None:
        while (
            self.state.ended is None and (turn := step(self.program, self.state, Alone())) is not None
        ):  # all that is asked of it
            self.state = restored(turn.state) if self.save else turn.state
            if turn.task is not None:
                self.done.append(turn.task.node)
                self.numbers.append(turn.task.no)
                result = "waiting" if turn.task.node in self.waits else "done"
                self.state = settle(self.program, self.state, turn.task.token, Outcome(result=result))  # one of two
                self.state = restored(self.state) if self.save else self.state

    def token(self, node: str) -> int:
        (found,) = [one.id for one in self.state.tokens if one.at == node and one.status == "waiting"]
        return found

    def answer(self, node: str, **outcome: Any) -> frozenset[int]:
        before = self.state
        self.state = settle(self.program, self.state, self.token(node), Outcome(**outcome))
        gone = dropped(before, self.state)
        self.go()
        return gone

    @property
    def waiting(self) -> set[str]:
        return {one.at for one in self.state.tokens if one.status == "waiting"}
