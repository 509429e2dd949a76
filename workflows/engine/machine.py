"""The engine: a pure function from a state to the next.

    state = begin(program)
    while (turn := step(program, state, context)) is not None:
        state = turn.state
        if turn.task:                                   # an action is to be done; whoever drives does it
            state = settle(program, state, turn.task.token, outcome)

`step` moves the first token that is ready. A gate is passed at once; a fork sends a token along each of its ways and
waits for them; an action is handed out as a `Task` with every value resolved, and its token stays busy until `settle`
says what came of it. An outcome that waits keeps its token until somebody settles it later, perhaps days later and in
another process. `step` returns None when nothing is ready: the run waits, or it is over.

Where a run waits for people it can be sent back (`send`), and a fork that needs only one of its ways drops the others;
`dropped` tells which tokens no longer wait, so that their tasks and timers can be withdrawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from formloom.platform.kernel.errors import FormloomError
from formloom.workflows.engine.context import Context
from formloom.workflows.engine.outcome import Outcome, failure
from formloom.workflows.engine.program import MAX_NODES, START, Place, Program
from formloom.workflows.engine.state import State, Token
from formloom.workflows.engine.trace import TraceLine
from formloom.workflows.nodes.base import Action, Fork, Gate
from formloom.workflows.nodes.registry import NODES

MAX_VISITS = 1_000
"""How often a run may come to one place: loops over rows end here, and so does what people send back for ever."""


class TooManyVisits(FormloomError):
    """A run came to the same node too often."""

    code = "too_many_visits"
    message = {"zh-CN": "节点“{node}”执行次数过多", "en": "Step '{node}' was reached too many times"}


@dataclass(frozen=True, slots=True)
class Task:
    """One action that is to be done now. `no` is a number that no other action of the run has."""

    token: int
    visit: int
    no: int
    node: str
    action: Action
    plan: Mapping[str, Any]
    context: Context
    """What the run knows here: also what was kept, and what a loop stands at."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one step did: the state after it, what is told about it, and what is to be done now."""

    state: State
    line: TraceLine | None = None
    task: Task | None = None


def begin(program: Program, kept: Mapping[str, Any] | None = None) -> State:
    """Return the state of a run that begins; `kept` is what its trigger gives."""
    if program.first is None:
        return State(ended="done")
    return State(kept=kept or {}).add(program.first)


def step(program: Program, state: State, context: Context) -> Turn | None:
    """Move the first token that is ready; None when there is none. Raises NoSuchPlace, TooManyVisits."""
    token = next((one for one in state.tokens if one.status == "ready"), None)
    if token is None:
        return None
    place = program.place(token.at)
    kind = NODES.get(place.type)
    state, token = _arrive(state, token)
    if isinstance(kind, Gate):
        route = kind.route(place.cfg, context.at(token.item, state.kept))
        line = TraceLine(
            place.id, kind.id, "matched" if route.matched else "unmatched", tuple(route.why), item=token.item
        )
        inside = place.ways.get(route.way) if route.way else None
        return Turn(_to(program, state, token, inside) if inside else _onward(program, state, token, place), line)
    if isinstance(kind, Fork):
        return _split(program, state, token, place, kind, context)
    if isinstance(kind, Action):
        return _hand_out(program, state, token, place, kind, context)
    return Turn(_onward(program, state, token, place))


def settle(program: Program, state: State, number: int, outcome: Outcome) -> State:
    """Return the state after the action of a token was done, or after what it waited for came.

    A token that is gone meanwhile changes nothing: somebody else was quicker.
    """
    token = state.token(number)
    if token is None or token.status not in {"busy", "waiting"}:
        return state
    if outcome.keeps:
        state = replace(state, kept={**state.kept, **outcome.keeps})
    if outcome.result == "waiting":
        return state.put(replace(token, status="waiting"))
    if outcome.ends:
        return replace(state, tokens=(), ended=outcome.ends)
    place = program.place(token.at)
    if outcome.goes_to:
        return send(program, state, number, outcome.goes_to, back=outcome.comes_back)
    if token.back:
        return _jump(program, state, replace(token, back=None), token.back)
    inside = place.ways.get(outcome.way) if outcome.way else None
    return _to(program, state, token, inside) if inside else _onward(program, state, token, place)


def send(program: Program, state: State, number: int, target: str, *, back: bool = False) -> State:
    """Send a token to another place. With `back` it comes straight back after that place. Raises NoSuchPlace."""
    token = state.token(number)
    if token is None:
        return state
    return _jump(program, state, token, target, back=token.at if back else None)


def dropped(before: State, after: State) -> frozenset[int]:
    """Return the tokens that waited in `before` and wait no longer where they did."""
    stay = {one.id: one for one in after.tokens if one.status == "waiting"}
    return frozenset(
        one.id
        for one in before.tokens
        if one.status == "waiting"
        and (one.id not in stay or stay[one.id].visit != one.visit or stay[one.id].at != one.at)
    )


def _arrive(state: State, token: Token) -> tuple[State, Token]:
    visit = state.visits.get(token.at, 0) + 1
    if visit > MAX_VISITS:
        raise TooManyVisits(node=token.at)
    token = replace(token, visit=visit)
    return replace(state.put(token), visits={**state.visits, token.at: visit}), token


def _to(program: Program, state: State, token: Token, target: str) -> State:
    program.place(target)
    return state.put(replace(token, at=target, status="ready", formerly=()))


def _onward(program: Program, state: State, token: Token, place: Place) -> State:
    """Go to what follows: on the same way, else after the gate or fork around it."""
    while place.next is None and place.inside is not None:
        parent = state.token(token.parent) if token.parent is not None else None
        if parent is not None and parent.at == place.inside and parent.status == "split":
            return _join(program, state.without({token.id}), parent)
        place = program.place(place.inside)
    if place.next is not None:
        return _to(program, state, token, place.next)
    rest = state.without({token.id})
    return replace(rest, ended="done") if not rest.tokens else rest


def _split(program: Program, state: State, token: Token, place: Place, kind: Fork, context: Context) -> Turn:
    here = context.at(token.item, state.kept)
    starts = [(way, item) for way, item in kind.starts(place.cfg, list(place.ways), here) if place.ways.get(way)]
    line = TraceLine(
        place.id, kind.id, "matched" if starts else "unmatched", output={"ways": len(starts)}, item=token.item
    )
    if not starts:
        return Turn(_onward(program, state, token, place), line)
    state = state.put(replace(token, status="split"))
    for way, item in starts:
        state = state.add(str(place.ways[way]), parent=token.id, way=way, item=item if item is not None else token.item)
    return Turn(state, line)


def _join(program: Program, state: State, parent: Token) -> State:
    """Go on after a fork when enough of its ways have come to their end."""
    place = program.place(parent.at)
    kind = NODES.get(place.type)
    left = state.children(parent.id)
    if left and not (isinstance(kind, Fork) and kind.is_enough(place.cfg, len(left))):
        return state
    return _onward(program, state.without(state.below(parent.id)), replace(parent, status="ready"), place)


def _jump(program: Program, state: State, token: Token, target: str, *, back: str | None = None) -> State:
    """Put a token at any place. Where that place lies outside forks that the token came through, all that came of
    those forks is dropped: the run stands before them again, and what comes straight back comes to the outermost of
    them, whose ways are walked anew."""
    forks = {START} if target == START else set(program.around(target))
    walker = token
    while walker.parent is not None:
        parent = state.token(walker.parent)
        if parent is None or (
            parent.at in forks and target != START and _same_way(program, target, parent.at, walker.way)
        ):
            break
        walker = parent
    state = state.without(state.below(walker.id))
    # What comes back to a place inside a fork that was left would stand there without its fork.
    home = back if walker.id == token.id else walker.at
    moved = replace(walker, at=target, status="ready", back=home if back else None, formerly=())
    program.place(target)
    return state.put(moved)


def _same_way(program: Program, target: str, fork: str, way: str | None) -> bool:
    """Tell whether `target` stands on this way of `fork`."""
    place = program.place(target)
    while place.inside is not None and place.inside != fork:
        place = program.place(place.inside)
    return place.inside == fork and place.way == way


def _hand_out(program: Program, state: State, token: Token, place: Place, kind: Action, context: Context) -> Turn:
    number = (token.visit - 1) * MAX_NODES + place.no
    busy = state.put(replace(token, status="busy"))
    here = context.at(token.item, state.kept)
    try:
        plan = kind.plan(place.cfg, here)
    except FormloomError as fault:
        outcome = failure(fault)
        line = TraceLine(
            place.id, kind.id, outcome.result, output=outcome.output, error=outcome.error, step_no=number,
            item=token.item,
        )  # fmt: skip
        return Turn(settle(program, busy, token.id, outcome), line)
    return Turn(busy, task=Task(token.id, token.visit, number, place.id, kind, plan, here))
