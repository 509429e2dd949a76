"""Taking back an answer: as long as nothing came of it but that others were asked.

What is kept of the last answer of a run is where the run stood before it. It is forgotten as soon as anybody else
answers, somebody steps in, the clock acts, or the run does something that can't be undone: changes a record, sends a
mail, starts another process, ends.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from formloom.platform.access.policy import Act, requires
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.errors import Conflict, NotFound
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.approvals.facts import Stay
from formloom.workflows.approvals.weighing import weigh
from formloom.workflows.engine.state import State
from formloom.workflows.queries import runs, tasks
from formloom.workflows.queries.runs import Standing
from formloom.workflows.queries.tasks import TaskRow
from formloom.workflows.running import MOST_LINES, Run, go_on, take_up_for_task

HARMLESS = frozenset({"approve", "fill", "cc", "start", "branch", "route", "parallel", "delay", "wait_until"})
"""Nodes that ask, tell, choose or wait: coming back from them leaves nothing behind."""


class NotTakenBack(Conflict):
    """Something came of the answer."""

    code = "not_taken_back"
    message = {
        "zh-CN": "后续已有处理，不能再撤回",
        "en": "Things have moved on: this answer can't be taken back any more",
    }


def remember(uow: UnitOfWork, run: Run, task: TaskRow, before: State, lines: int) -> None:
    """Keep where a run stood before an answer, if it can come back there; else forget the one before."""
    is_harmless = all(line["type"] in HARMLESS for line in run.lines[lines:]) and len(run.lines) < MOST_LINES
    if not is_harmless or run.state.ended is not None:
        return forget(uow, run)
    return runs.finish(uow, run.id, {"last_answer": {"task": task.id, "before": before.dump()}})


def forget(uow: UnitOfWork, run: Run) -> None:
    """Something happened after the last answer of a run: it stands."""
    runs.finish(uow, run.id, {"last_answer": None})


def may(task: TaskRow, stood: Standing, user_id: str) -> bool:
    """Tell whether somebody may take back what he answered at a task."""
    return task.user_id == user_id and (stood.last_answer or {}).get("task") == task.id


def can(unit: ReadUnit, task_id: str, user_id: str) -> bool:
    """Tell whether somebody may take back his answer now."""
    task = tasks.find(unit, task_id)
    stood = runs.standing(unit, task.run_id) if task else None
    return task is not None and stood is not None and may(task, stood, user_id)


@requires(Act.TASK_ANSWER)
def take_back(uow: UnitOfWork, actor: Member, rt: Runtime, task_id: str, *, now: datetime) -> Run:
    """Open a task again that was answered last, and ask nobody whom its answer had asked.

    Raises NotFound, NotTakenBack.
    """
    run, stood = take_up_for_task(uow, rt, task_id, now=now)
    task = tasks.find(uow, task_id)
    if task is None or task.user_id != actor.user_id:
        raise NotFound
    told: Mapping[str, Any] | None = stood.last_answer
    if told is None or not may(task, stood, actor.user_id):
        raise NotTakenBack
    came, before = run.state, State.load(told["before"])
    # Places that were come to meanwhile count as come to: steps keep a number of their own, timers find nobody.
    run.state = State(before.tokens, came.made, came.visits, None, before.kept)
    tasks.reopen(uow, task, {(one.at, one.id, one.visit) for one in before.tokens}, now=now)
    tasks.note(uow, run.id, "took_back", now=now, user_id=actor.user_id, node=task.node, task_id=task.id)
    go_on(uow, rt, run, run.state)
    weigh(uow, rt, run, Stay(task.node, task.token, task.visit), task.kind)
    uow.after_commit(rt.wake)
    return run
