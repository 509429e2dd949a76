"""Running a flow again from one of the nodes of an earlier run: first as a rehearsal, then for good.

The new run stands by itself and names the old one. It begins at the node with what the old run knew there: the results
kept by earlier nodes and what the loop stood at; the record is read anew, and single values may be pretended, which
writes none of them. It follows the version that is published now, because that is mostly why one replays. What leaves
the house gets ids of its own. From a node inside a loop the rest of that one round is done, then what follows the loop.

What was done already is done again only when whoever replays was told so: he names the nodes, and one more is refused.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from formloom.platform.access.policy import Act, demand
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Member, System
from formloom.platform.kernel.errors import Conflict, Finding, Invalid, NotFound
from formloom.platform.kernel.ids import new_id
from formloom.platform.records.lookups import clean_context
from formloom.platform.records.queries.rows import read_one
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows import sights
from formloom.workflows.engine.context import Occasion
from formloom.workflows.engine.masking import Sight, masked
from formloom.workflows.engine.program import Program
from formloom.workflows.engine.state import State
from formloom.workflows.nodes.registry import NODES
from formloom.workflows.queries import runs
from formloom.workflows.queries.runs import RunRow, Standing
from formloom.workflows.remembering import recalled
from formloom.workflows.running import Flow, rehearse, run_flow


class NotReplayable(Conflict):
    """The run is not over, waits for people, or its node is not in the published version."""

    code = "not_replayable"
    message = {
        "zh-CN": "这次运行不能从这里重放：{why}",
        "en": "This run can't be replayed from here: {why}",
    }


class MoreHappensAgain(Conflict):
    """Something would be done again that the caller was not told of."""

    code = "more_happens_again"
    message = {
        "zh-CN": "还有步骤会再次执行，请重新预览",
        "en": "More steps would be done again by now; look at the preview once more",
    }


@dataclass(frozen=True, slots=True)
class Preview:
    """What a replay would do; `again` lists the nodes that the old run did already, and which leave the house."""

    version: int
    again: list[dict[str, Any]]
    trace: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Start:
    """Where a replay begins, and with what."""

    flow: Flow
    form: FormVersion
    occasion: Occasion
    state: State
    old: Standing
    sight: Sight


def preview(
    unit: ReadUnit, rt: Runtime, actor: Member, flow_id: str, run_id: str, at: int, values: Mapping[str, Any], *,
    now: datetime,
) -> Preview:  # fmt: skip
    """Return what replaying a run from its line `at` would do; nothing is written.

    Raises NotFound, Forbidden, Invalid, NotReplayable.
    """
    start = _start(unit, rt, actor, flow_id, run_id, at, values, now)
    return _preview(unit, rt, start, now)


def replay(
    uow: UnitOfWork, rt: Runtime, actor: Member, flow_id: str, run_id: str, at: int, values: Mapping[str, Any],
    again: Collection[str], *, now: datetime,
) -> RunRow:  # fmt: skip
    """Run a flow from the line `at` of an earlier run and return the new run; `again` are the nodes told of before.

    Raises NotFound, Forbidden, Invalid, NotReplayable, MoreHappensAgain.
    """
    start = _start(uow, rt, actor, flow_id, run_id, at, values, now)
    if {one["node"] for one in _preview(uow, rt, start, now).again} - set(again):
        raise MoreHappensAgain
    made = run_flow(uow, rt, start.flow, start.form, start.occasion, now=now, state=start.state)
    found = runs.of_flow(uow, start.flow.id, run_id=made)
    return sights.seen_runs(uow, rt.catalog, actor, found)[0]


def _start(
    unit: ReadUnit, rt: Runtime, actor: Member, flow_id: str, run_id: str, at: int, values: Mapping[str, Any],
    now: datetime,
) -> _Start:  # fmt: skip
    definition = store.find_named(unit, "flow", flow_id)
    demand(unit, actor, Act.FLOW_REPLAY, app=definition.app_id)
    old = runs.standing(unit, run_id)
    if old is None or old.flow_id != definition.id:
        raise NotFound
    flow = Flow(definition, store.version(unit, definition.id, definition.version or 0).document)
    if flow.is_approval or old.face == "approval":
        raise NotReplayable(why="approval")
    if old.state == "running":
        raise NotReplayable(why="running")
    if not 0 <= at < len(old.trace):
        raise NotFound
    line = old.trace[at]
    if line["node"] not in Program.of(flow.document.get("nodes") or ()).places:
        raise NotReplayable(why=line["node"] or "—")
    form = rt.catalog.current(unit, old.form_id)
    record = read_one(unit, form, old.record_id) if old.record_id else None
    (row,) = runs.of_flow(unit, flow.id, run_id=old.id)
    sight = sights.of_run(unit, rt.catalog, actor, row)
    shown = form.dump(record.values) if record else {}
    pretended = _pretended(unit, form, record.values if record else {}, values, sight, now)
    # What the line was about stays, as `before` does: conditions on changes hold as they did.
    occasion = recalled(old, form, {**shown, **pretended})
    replayed = {**occasion.payload, "replay": {"run": old.id, "by": actor.user_id}}
    occasion = replace(occasion, event_id=f"replay:{new_id()}", payload=replayed)
    kept = (old.tokens or {}).get("kept") or {}
    state = State(kept=kept).add(line["node"], item=line.get("item"))
    return _Start(flow, form, occasion, state, old, sight)


def _preview(unit: ReadUnit, rt: Runtime, start: _Start, now: datetime) -> Preview:
    lines = rehearse(unit, rt, start.flow, start.form, start.occasion, now=now, state=start.state)
    did = {line["node"] for line in start.old.trace if line.get("step_no") is not None and line["result"] == "done"}
    again = {
        line.node: {"node": line.node, "type": line.type, "leaves_house": _leaves_house(line.type)}
        for line in lines
        if line.step_no is not None and line.result in {"done", "waiting"} and line.node in did
    }
    told = [masked(line.dump(), start.sight) for line in lines]
    return Preview(start.flow.definition.version or 0, list(again.values()), told)


def _pretended(
    unit: ReadUnit, form: FormVersion, current: Mapping[str, Any], values: Mapping[str, Any], sight: Sight,
    now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """Return values to pretend, cleaned; only of fields that the caller sees.

    What else the record lacks doesn't matter, since none of them is written. Raises Invalid.
    """
    strange = [name for name in values if name not in form.columns or not sight.sees(name)]
    if strange:
        words = {"zh-CN": "没有这个字段", "en": "There is no such field"}
        raise Invalid(findings=[Finding("unknown_field", words, f"values/{name[:60]}") for name in strange[:20]])
    ctx = clean_context(unit, System("simulation"), form, now=now, locale="zh-CN", owner="simulation")
    cleaned = form.clean(dict(values), ctx=ctx, current=current, partial=True)
    if wrong := [found for found in cleaned.findings if (found.field or "").partition("/")[0] in values]:
        raise Invalid(findings=wrong)
    shown = form.dump(cleaned.values)
    return {name: shown.get(name) for name in values}


def _leaves_house(kind: str) -> bool:
    return bool(getattr(NODES.get(kind), "leaves_house", False))
