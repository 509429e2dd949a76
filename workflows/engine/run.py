"""A flow, run as a coroutine that does nothing itself.

`run` walks the tree of nodes. At an action it stops and hands out a `Step`: what is to be done, with every value
resolved. Whoever drives it does the step (in a transaction, or as a rehearsal) and sends back an `Outcome`; later
conditions see the values that the outcome changed. At the end it returns the trace.

    lines = drive(flow_document, context, perform)

The same coroutine serves the dispatcher, the simulation and the tests, so what a rehearsal shows is what happens.
Steps are numbered by their place in the document, not by the order of execution: the number of a node is the same
on every run of a version, which is what makes "each step at most once" a unique key.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from formloom.platform.kernel.errors import FormloomError
from formloom.workflows.engine.context import Context
from formloom.workflows.engine.outcome import Outcome, failure
from formloom.workflows.engine.trace import TraceLine
from formloom.workflows.nodes.base import Action, Gate
from formloom.workflows.nodes.registry import NODES

MAX_DEPTH = 12
MAX_NODES = 500


class FlowTooDeep(FormloomError):
    """Branches are nested deeper than anybody could read, or there are too many nodes."""

    code = "flow_too_deep"
    message = {"zh-CN": "规则嵌套过深或步骤过多", "en": "This rule is nested too deeply or has too many steps"}


@dataclass(frozen=True, slots=True)
class Step:
    """One action that is to be done now."""

    no: int
    node: str
    action: Action
    plan: Mapping[str, Any]


Steps = Generator[Step, Outcome, None]
Perform = Callable[[Step], Outcome]


def drive(nodes: Sequence[Mapping[str, Any]], context: Context, perform: Perform) -> tuple[TraceLine, ...]:
    """Run `nodes` to the end, giving each step to `perform`, and return the trace."""
    lines: list[TraceLine] = []
    steps = run(nodes, context, lines)
    try:
        step = next(steps)
        while True:
            step = steps.send(perform(step))
    except StopIteration:
        return tuple(lines)


def run(nodes: Sequence[Mapping[str, Any]], context: Context, lines: list[TraceLine]) -> Steps:
    """Walk `nodes`, handing out steps and adding to `lines`. Raises FlowTooDeep, UnknownType."""
    numbers = {id(node): number for number, node in enumerate(_preorder(nodes))}
    yield from _walk(nodes, context, lines, numbers)


def _walk(
    nodes: Sequence[Mapping[str, Any]], context: Context, lines: list[TraceLine], numbers: Mapping[int, int]
) -> Steps:
    for node in nodes:
        kind = NODES.get(str(node.get("type")))
        name = str(node.get("id", ""))
        if isinstance(kind, Gate):
            route = kind.route(node, context)
            lines.append(TraceLine(name, kind.id, "matched" if route.matched else "unmatched", tuple(route.why)))
            yield from _walk(route.nodes, context, lines, numbers)
        elif isinstance(kind, Action):
            yield from _act(kind, name, numbers[id(node)], node, context, lines)


def _act(
    kind: Action, name: str, number: int, node: Mapping[str, Any], context: Context, lines: list[TraceLine]
) -> Steps:
    try:
        plan = kind.plan(node, context)
    except FormloomError as fault:
        outcome = failure(fault)
    else:
        outcome = yield Step(number, name, kind, plan)
    context.values.update(outcome.values)
    lines.append(TraceLine(name, kind.id, outcome.result, output=outcome.output, error=outcome.error, step_no=number))


def _preorder(nodes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []

    def visit(level: Sequence[Mapping[str, Any]], depth: int) -> None:
        if depth > MAX_DEPTH:
            raise FlowTooDeep
        for node in level:
            found.append(node)
            if len(found) > MAX_NODES:
                raise FlowTooDeep
            for name in ("then", "else"):
                visit(node.get(name) or (), depth + 1)

    visit(nodes, 0)
    return found
