"""Running flows, within a given transaction: from an occasion, from where a run stood, or as a rehearsal."""

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from formloom.platform.definitions.conditions.tree import RESERVED
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import FormloomError, NotFound
from formloom.platform.kernel.text import LOCALES
from formloom.platform.records.queries.rows import read_one
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.approvals import people
from formloom.workflows.approvals.facts import Running, Stay
from formloom.workflows.desks import DryDesk, LiveDesk
from formloom.workflows.engine import inputs
from formloom.workflows.engine.context import Context, Occasion
from formloom.workflows.engine.machine import Task, begin, dropped, settle, step
from formloom.workflows.engine.outcome import Outcome, failure
from formloom.workflows.engine.program import MAX_NODES, Program
from formloom.workflows.engine.state import State, Token
from formloom.workflows.engine.trace import TraceLine, run_state
from formloom.workflows.engine.words import title_of, variables
from formloom.workflows.queries import failures, runs, tasks
from formloom.workflows.queries.runs import Standing
from formloom.workflows.remembering import recalled, remembered
from formloom.workflows.triggers.registry import TRIGGERS

MAX_DEPTH = 8
MOST_LINES = 500
"""Of a run that goes on for months, so many of its last lines are kept; people's doings stand in the log for ever."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A published flow."""

    definition: store.Definition
    document: dict[str, Any]

    @property
    def id(self) -> str:
        return self.definition.id

    @property
    def trigger(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.document["trigger"]
        return found

    @property
    def is_on(self) -> bool:
        return self.document.get("enabled", True) is not False

    @property
    def is_approval(self) -> bool:
        return self.document.get("face") == "approval"


@dataclass(slots=True)
class Run:
    """One run while somebody works on it. Every change of `state` goes through `go_on`."""

    id: str
    flow: Flow
    form: FormVersion
    context: Context
    facts: Running
    program: Program
    state: State
    lines: list[dict[str, Any]] = field(default_factory=list)
    parent: tuple[str, int] | None = None

    @property
    def result(self) -> str:
        """How the process stands: running, or its result."""
        if self.state.ended is None:
            return "running"
        return "approved" if self.state.ended == "done" else self.state.ended

    def node(self, name: str) -> Mapping[str, Any]:
        """Return the settings of a node. Raises NoSuchPlace."""
        return self.program.place(name).cfg

    def tell(self, token: Token, outcome: Outcome) -> None:
        """Write down what came of an action that the run has waited for."""
        place = self.program.place(token.at)
        number = (token.visit - 1) * MAX_NODES + place.no
        line = TraceLine(
            place.id, place.type, outcome.result, outcome.why, outcome.output, outcome.error, number,
            item=token.item,
        )  # fmt: skip
        self.lines.append(line.dump())


def run_flow(
    uow: UnitOfWork, rt: Runtime, flow: Flow, form: FormVersion, occasion: Occasion, *, now: datetime,
    state: State | None = None,
) -> str | None:  # fmt: skip
    """Run a flow for an occasion, once, and return the run's id; a second attempt finds it there and does nothing.

    With `state` it begins there instead of at the first node.
    """
    began = time.perf_counter()
    run_id = begin_run(uow, flow, form, occasion, now=now)
    if run_id is None:
        return None
    program = Program.of(flow.document.get("nodes") or ())
    context = context_of(uow, rt, form, occasion, now=now)
    facts = _facts(rt, run_id, flow, form, occasion, initiator=_initiator(occasion), chosen={})
    begun = state or begin(program, _given(flow, occasion))
    run = Run(run_id, flow, form, context, facts, program, begun, parent=_parent(occasion))
    if flow.is_approval:
        tasks.note(uow, run_id, "started", now=now, user_id=facts.initiator_id)
    go_on(uow, rt, run, State(), began=began)
    return run_id


def go_on(uow: UnitOfWork, rt: Runtime, run: Run, before: State, *, began: float | None = None) -> None:
    """Take a run as far as it goes, and put it away there: waiting, or over.

    `before` is where it stood when it was taken up; what no longer waits is withdrawn.
    """
    started = time.perf_counter() if began is None else began
    desk = LiveDesk(uow, rt, run.context, run.facts)
    lines: list[TraceLine] = []

    def perform(task: Task) -> Outcome:
        desk.step_no, desk.context = task.no, task.context
        desk.stay = Stay(task.node, task.token, task.visit)
        outcome = _performed(task, desk, uow)
        runs.add_step(uow, run.id, task.no, task.node, outcome.result, outcome.output, now=run.context.now)
        return outcome

    # Before the run goes on: a token that goes on keeps its number, and may wait elsewhere in a moment.
    if withdrawn := dropped(before, run.state):
        tasks.withdraw(uow, run.id, withdrawn, now=run.context.now)
    run.state, gone = drive(run.program, run.state, run.context, perform, lines)
    if run.state.ended is not None:
        tasks.withdraw(uow, run.id, None, now=run.context.now)
    elif gone:
        tasks.withdraw(uow, run.id, gone, now=run.context.now)
    _put_away(uow, run, lines, started)
    _note_failures(uow, run, lines)
    if run.state.ended is not None and run.parent is not None:
        _tell_parent(uow, rt, run, run.parent)


def take_up(uow: UnitOfWork, rt: Runtime, run_id: str, *, now: datetime) -> tuple[Run, Standing]:
    """Return a run as it stands, for somebody to go on with; nobody else does meanwhile. Raises NotFound."""
    return _standing(uow, rt, runs.standing(uow, run_id, lock=True), now)


def take_up_for_task(uow: UnitOfWork, rt: Runtime, task_id: str, *, now: datetime) -> tuple[Run, Standing]:
    """Return the run of a task, as `take_up` does. Raises NotFound."""
    return _standing(uow, rt, runs.standing_of_task(uow, task_id), now)


def look_at(unit: ReadUnit, rt: Runtime, run_id: str, *, now: datetime) -> tuple[Run, Standing]:
    """Return a run as it stands, to be looked at. Raises NotFound."""
    return _standing(unit, rt, runs.standing(unit, run_id), now)


def _standing(unit: ReadUnit, rt: Runtime, stood: Standing | None, now: datetime) -> tuple[Run, Standing]:
    if stood is None:
        raise NotFound
    flow, program = published(unit, stood.flow_id, stood.version)
    form = rt.catalog.current(unit, stood.form_id)
    record = read_one(unit, form, stood.record_id)
    occasion = recalled(stood, form, form.dump(record.values) if record else {})
    context = context_of(unit, rt, form, occasion, now=now)
    facts = _facts(rt, stood.id, flow, form, occasion, initiator=stood.initiator_id, chosen=stood.chosen)
    parent = (stood.parent_id, stood.parent_token or 0) if stood.parent_id else None
    state = State.load(stood.tokens) if stood.tokens else State(ended=stood.result or "done")
    return Run(stood.id, flow, form, context, facts, program, state, list(stood.trace), parent), stood


_kept: OrderedDict[tuple[str, int], tuple[Flow, Program]] = OrderedDict()
_keeping = threading.Lock()
MOST_KEPT = 500


def published(unit: ReadUnit, flow_id: str, version: int) -> tuple[Flow, Program]:
    """Return a version of a flow, made ready to run. Published versions never change, so the latest used are kept."""
    key = flow_id, version
    with _keeping:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    flow = Flow(store.find(unit, flow_id), store.version(unit, flow_id, version).document)
    made = flow, Program.of(flow.document.get("nodes") or ())
    with _keeping:
        _kept[key] = made
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return made


def settle_and_go(uow: UnitOfWork, rt: Runtime, run: Run, token: int, outcome: Outcome) -> None:
    """What a token waited for has come: go on from there."""
    before = run.state
    run.state = settle(run.program, run.state, token, outcome)
    go_on(uow, rt, run, before)


def settle_told(uow: UnitOfWork, rt: Runtime, run: Run, token: Token, outcome: Outcome) -> None:
    """Go on as `settle_and_go` does, and write down what came of what the token waited for."""
    run.tell(token, outcome)
    settle_and_go(uow, rt, run, token.id, outcome)


def drive(
    program: Program, state: State, context: Context, perform: Any, lines: list[TraceLine]
) -> tuple[State, frozenset[int]]:
    """Take a state as far as it goes, giving each action to `perform`; return where it stands and which tokens that had
    begun to wait no longer do."""
    gone: frozenset[int] = frozenset()
    while state.ended is None and (turn := step(program, state, context)) is not None:
        gone |= dropped(state, turn.state)
        state = turn.state
        if turn.line is not None:
            lines.append(turn.line)
        if (task := turn.task) is None:
            continue
        given = inputs.told(task.plan, task.context)
        outcome = perform(task)
        context.values.update(outcome.values)
        lines.append(
            TraceLine(
                task.node, task.action.id, outcome.result, outcome.why, outcome.output, outcome.error, task.no,
                input=given, item=task.context.item,
            )
        )  # fmt: skip
        after = settle(program, state, task.token, outcome)
        gone |= dropped(state, after)
        state = after
    return state, gone


def begin_run(uow: UnitOfWork, flow: Flow, form: FormVersion, occasion: Occasion, *, now: datetime) -> str | None:
    """Claim the run of a flow for an occasion and return its id; None when it is there already."""
    told: dict[str, Any] = {
        "form_id": form.form_id, "record_id": occasion.record_id,
        "record_title": title_of(form, occasion.after, occasion.locale),
        "trigger": str(flow.trigger.get("type")), "cause": occasion.cause.dump(), "at": now,
    }  # fmt: skip
    if flow.is_approval:
        told |= {"face": "approval", "initiator_id": _initiator(occasion)}
    replay: Any = occasion.payload.get("replay")
    if replay:
        told |= {"replay_of": replay["run"], "replay_by": replay["by"]}
    if parent := _parent(occasion):
        told |= {"parent_id": parent[0], "parent_token": parent[1]}
    return runs.begin(uow, flow.id, flow.definition.version or 0, occasion.event_id, told)


def rehearse(
    unit: ReadUnit, rt: Runtime, flow: Flow, form: FormVersion, occasion: Occasion, *, now: datetime,
    state: State | None = None,
) -> list[TraceLine]:  # fmt: skip
    """Return the trace of what would happen, without doing any of it. Whoever is asked agrees.

    With `state` it begins there instead of at the first node.
    """
    context = context_of(unit, rt, form, occasion, now=now)
    facts = _facts(rt, "", flow, form, occasion, initiator=_initiator(occasion), chosen={})
    desk = DryDesk(unit, rt, context, facts)
    lines: list[TraceLine] = []

    def perform(task: Task) -> Outcome:
        desk.step_no, desk.context = task.no, task.context
        desk.stay = Stay(task.node, task.token, 1)
        try:
            return task.action.perform(task.plan, desk)
        except FormloomError as fault:
            return failure(fault, _written(task))

    program = Program.of(flow.document.get("nodes") or ())
    drive(program, state or begin(program, _given(flow, occasion)), context, perform, lines)
    return lines


def context_of(unit: ReadUnit, rt: Runtime, form: FormVersion, occasion: Occasion, *, now: datetime) -> Context:
    """Return the context of a run, with the template variables looked up when a template asks."""
    context = Context(form, occasion, now, form.zone, dict(occasion.after))
    known: dict[str, Mapping[str, Any]] = {}

    def words(locale: str) -> Mapping[str, Any]:
        language = locale if locale in LOCALES else LOCALES[0]
        key = f"{language}:{hash(frozenset((name, str(value)) for name, value in context.values.items()))}"
        if key not in known:
            known[key] = variables(unit, rt.catalog, rt.settings, context, language)
        return known[key]

    def found(meant: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        ids = people.found(people.Asking(unit, context, _initiator(occasion)), meant)
        named = tasks.names(unit, ids)
        return [{"id": one, "name": named.get(one, "")} for one in ids]

    def facts() -> dict[str, Any]:
        record = read_one(unit, form, occasion.record_id) if occasion.record_id else None
        return {name: getattr(record, name) for name in RESERVED if record is not None}

    context.words, context.people, context.facts = words, found, facts
    return context


def _performed(task: Task, desk: LiveDesk, uow: UnitOfWork) -> Outcome:
    """Do a step; what a named fact prevents is undone alone and told, the flow goes on."""
    try:
        with uow.attempt():
            return task.action.perform(task.plan, desk)
    except FormloomError as fault:
        return failure(fault, _written(task))


def _written(task: Task) -> FormVersion | None:
    """Return the form of the run where the step writes none of another form."""
    return None if task.plan.get("form") else task.context.form


def _put_away(uow: UnitOfWork, run: Run, lines: list[TraceLine], began: float) -> None:
    run.lines = [*run.lines, *(line.dump() for line in lines)][-MOST_LINES:]
    told: dict[str, Any] = {
        "trace": run.lines, "took_ms": int((time.perf_counter() - began) * 1000), "last_answer": None,
        "occasion": remembered(run.context.occasion),
    }  # fmt: skip
    if run.state.ended is None:
        told |= {"state": "running", "tokens": run.state.dump()}
    else:
        # What was kept stays: the run may be replayed from a later node.
        is_over = {"tokens": run.state.dump() if run.state.kept else None, "ended_at": run.context.now}
        told |= {**is_over, "state": run_state(TraceLine(**_line(one)) for one in run.lines)}
        if run.flow.is_approval:
            told |= {"result": run.result, "state": "done"}
    runs.finish(uow, run.id, told)


def _note_failures(uow: UnitOfWork, run: Run, lines: Sequence[TraceLine]) -> None:
    """Write down which steps failed; one that failed at many items of a loop counts once."""
    failed = {(line.type, str(line.output.get("code") or "failed")) for line in lines if line.result == "failed"}
    form_id, flow_id, now = run.form.form_id, run.flow.id, run.context.now
    for kind, code in sorted(failed):
        failures.note(uow, "step", code, form_id=form_id, flow_id=flow_id, step=kind, now=now)


def _tell_parent(uow: UnitOfWork, rt: Runtime, run: Run, parent: tuple[str, int]) -> None:
    """A process that another one may wait for is over; with the last of them the other one goes on."""
    above, stood = take_up(uow, rt, parent[0], now=run.context.now)
    token = above.state.token(parent[1])
    if token is None or token.status != "waiting" or stood.state != "running":
        return
    if runs.children_left(uow, parent[0], parent[1], _started(above, token.at)) == 0:
        settle_and_go(uow, rt, above, parent[1], Outcome(output={"result": run.result}))


def _started(run: Run, node: str) -> list[str]:
    """Return the records of the processes that a node started when it was come to last."""
    lines = [line for line in run.lines if line["node"] == node and line["output"].get("processes")]
    return [str(one["record"]) for one in lines[-1]["output"]["processes"]] if lines else []


def _parent(occasion: Occasion) -> tuple[str, int] | None:
    told: Any = occasion.payload.get("parent")
    return (str(told["run"]), int(told["token"])) if occasion.kind == "flow.called" and told else None


def _line(told: Mapping[str, Any]) -> dict[str, Any]:
    return {**told, "why": tuple(told.get("why") or ())}


def _given(flow: Flow, occasion: Occasion) -> dict[str, Any]:
    """Return what the trigger of a flow gives it, as it would be kept by a node."""
    kind = str(flow.trigger.get("type"))
    trigger = TRIGGERS.get(kind) if kind in TRIGGERS else None  # a draft that is rehearsed may not have one yet
    if trigger is None or not trigger.gives:
        return {}
    values = trigger.given(occasion)
    return {name: {"kind": kind, "value": values.get(name)} for name, kind in trigger.gives.items()}


def _initiator(occasion: Occasion) -> str | None:
    return occasion.actor_id if occasion.actor_kind == "member" else None


def _facts(
    rt: Runtime, run_id: str, flow: Flow, form: FormVersion, occasion: Occasion, *, initiator: str | None,
    chosen: Mapping[str, Any],
) -> Running:  # fmt: skip
    title = title_of(form, occasion.after, occasion.locale) or ""
    return Running(
        run_id, flow.id, flow.document.get("title") or {}, form.app_id, form.form_id, occasion.record_id or "", title,
        flow.document.get("options") or {}, initiator, chosen, rt.settings,
    )  # fmt: skip
