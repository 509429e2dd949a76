"""What somebody may do and see at a task: by the node, and by nothing else."""

from collections.abc import Mapping
from typing import Any

from formloom.platform.kernel.text import LocalizedText
from formloom.platform.storage.database import ReadUnit
from formloom.workflows.engine.program import START, START_NODE
from formloom.workflows.queries import tasks
from formloom.workflows.queries.tasks import TaskRow
from formloom.workflows.running import Run

USUAL: Mapping[str, bool] = {"transfer": True, "add_sign": True, "return": True}


def actions(node: Mapping[str, Any], task: TaskRow) -> list[str]:
    """Return what can be done with an open task."""
    if task.state != "open":
        return []
    if task.kind == "cc":
        return []
    if task.kind == "choose":
        return ["submit", "comment"]
    if task.kind == "start":
        return ["submit", "save", "comment"]
    allowed = {**USUAL, **(node.get("actions") or {})}
    first = ["approve", "reject", "save"] if task.kind == "approve" else ["submit", "save"]
    further = [name for name in ("return", "transfer", "add_sign") if allowed.get(name)]
    if node.get("return_to") == "none":
        further = [name for name in further if name != "return"]
    return [*first, *further, "comment"]


def previous(unit: ReadUnit, run: Run, node: str) -> str | None:
    """Return the node before which people answered last, None for the initiator."""
    reached = [one for one in tasks.of_run(unit, run.id) if _is_on_the_way(run, one, node)]
    return max(reached, key=lambda one: (one.done_at or one.created_at, one.id)).node if reached else None


def return_targets(unit: ReadUnit, run: Run, name: str, node: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the nodes that a task can be returned to, the initiator first: `node` and `title`."""
    rule = node.get("return_to") or "any"
    if rule == "none":
        return []
    start = [{"node": START, "title": START_NODE["title"]}] if run.facts.initiator_id else []
    if rule == "start":
        return start
    if rule == "previous":
        before = previous(unit, run, name)
        return [{"node": before, "title": title_of(run, before)}] if before else start
    reached = dict.fromkeys(one.node for one in tasks.of_run(unit, run.id) if _is_on_the_way(run, one, name))
    in_order = sorted(reached, key=lambda one: run.program.place(one).no)
    return [*start, *({"node": one, "title": title_of(run, one)} for one in in_order)]


def title_of(run: Run, node: str) -> LocalizedText:
    """Return how a node is called."""
    if node == START or node not in run.program.places:
        node = START
    found: LocalizedText = run.program.place(node).cfg.get("title") or {}
    return found


def _is_on_the_way(run: Run, task: TaskRow, name: str) -> bool:
    is_past = task.kind in {"approve", "fill"} and task.state in {"approved", "submitted"}
    return is_past and task.node in run.program.places and run.program.is_before(task.node, name)
