"""What a process costs in time: how long each node is waited for, what is late, what is sent back."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from formloom.platform.storage.database import ReadUnit
from formloom.workflows.engine.program import START, Program
from formloom.workflows.queries import tasks
from formloom.workflows.queries.tasks import Waited

MOST = 20_000
"""So many tasks at most are looked at, the newest ones."""


def of_flow(
    unit: ReadUnit, flow_id: str, document: Mapping[str, Any], *, since: datetime, now: datetime
) -> dict[str, Any]:
    """Return `processes` (counts by state, median and p90 seconds) and `nodes` in the order of the document.

    A node's time is from when somebody was asked until he answered; what is still open counts as late, not as time.
    """
    by_node: dict[str, list[Waited]] = defaultdict(list)
    for one in tasks.waited(unit, flow_id, since=since, most=MOST):
        by_node[one.node].append(one)
    program = Program.of(document.get("nodes") or ())
    order = [START, *program.places, *sorted(set(by_node) - set(program.places) - {START})]
    nodes = [_node(program, name, by_node[name], now) for name in order if name in by_node]
    slowest = max((told["median_s"] or 0 for told in nodes), default=0)
    for told in nodes:
        told["is_bottleneck"] = len(nodes) > 1 and slowest > 0 and told["median_s"] == slowest
    return {"since": since, "processes": _processes(tasks.ended(unit, flow_id, since=since, most=MOST)), "nodes": nodes}


def _node(program: Program, name: str, found: Sequence[Waited], now: datetime) -> dict[str, Any]:
    title = program.place(name).cfg.get("title") if name == START or name in program.places else None
    took = [(one.done_at - one.opened_at).total_seconds() for one in found if one.done_at and one.opened_at]
    late = [one for one in found if one.due_at and (one.done_at or now) > one.due_at]
    return {
        "node": name, "title": title or {}, "tasks": len(found), "open": sum(one.state == "open" for one in found),
        "median_s": quantile(took, 50), "p90_s": quantile(took, 90), "late": len(late),
        "returns": sum(one.state == "returned" for one in found),
        "rejections": sum(one.state == "rejected" for one in found),
    }  # fmt: skip


def _processes(found: Sequence[tuple[str | None, datetime, datetime | None]]) -> dict[str, Any]:
    took = [(ended - began).total_seconds() for _result, began, ended in found if ended is not None]
    states: dict[str, int] = defaultdict(int)
    for result, _began, _ended in found:
        states[result or "running"] += 1
    return {"count": len(found), "states": dict(states), "median_s": quantile(took, 50), "p90_s": quantile(took, 90)}


def quantile(numbers: Sequence[float], percent: int) -> float | None:
    """Return the smallest number that `percent` of them do not exceed; None for no numbers."""
    if not numbers:
        return None
    place = -(-len(numbers) * percent // 100) - 1
    return sorted(numbers)[max(place, 0)]
