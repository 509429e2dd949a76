"""What is done with a whole process: by whoever started it, and by administrators."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from formloom.platform.access.policy import Act, demand, requires
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.errors import Conflict, Finding, Forbidden, Invalid, NotFound
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.approvals.faults import TaskDone
from formloom.workflows.approvals.telling import tell
from formloom.workflows.durations import Duration
from formloom.workflows.engine.state import State, Token
from formloom.workflows.queries import runs, staff, tasks
from formloom.workflows.queries.runs import Standing
from formloom.workflows.running import Run, go_on, take_up

URGE_EVERY = "PT30M"


class ProcessOver(Conflict):
    """The process is over, or has gone too far for this."""

    code = "process_over"
    message = {
        "zh-CN": "流程已结束或已处理，不能再执行此操作",
        "en": "The process is over or has gone too far for this",
    }


class TooSoon(Conflict):
    """People were urged a moment ago."""

    code = "too_soon"
    message = {"zh-CN": "刚刚催办过，请稍后再试", "en": "They were reminded a moment ago; try again later"}


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done: `node` to jump to, `task` to give to the person `to`."""

    comment: str = ""
    node: str = ""
    task: str = ""
    to: str = ""


def may_manage(unit: ReadUnit, actor: Member, run: Run) -> bool:
    """Tell whether somebody may step in: who may edit the app's flows."""
    try:
        demand(unit, actor, Act.PROCESS_MANAGE, app=run.form.app_id)
    except (Forbidden, NotFound):  # not found: he may not even know of the app
        return False
    return True


def actions(unit: ReadUnit, actor: Member, run: Run, stood: Standing) -> list[str]:
    """Return what somebody may do with a process now."""
    is_running = run.state.ended is None
    found = []
    if is_running and run.facts.initiator_id == actor.user_id:
        found += ["withdraw"] if _can_withdraw(unit, run) else []
        found += ["urge"]
    found += ["comment"]
    if may_manage(unit, actor, run):
        found += ["jump", "reassign", "end"] if is_running else ["reactivate"] if stood.result else []
    return found


@requires(Act.PROCESS_ACT)
def act(uow: UnitOfWork, actor: Member, rt: Runtime, run_id: str, what: str, order: Order, *, now: datetime) -> Run:
    """Do `what` with a process. Raises NotFound, Forbidden, ProcessOver, TooSoon, Invalid."""
    run, stood = take_up(uow, rt, run_id, now=now)
    if not is_of(uow, actor, run):
        raise Forbidden
    if what not in actions(uow, actor, run, stood):
        if what in {"jump", "reassign", "end", "reactivate"} and not may_manage(uow, actor, run):
            raise Forbidden
        raise ProcessOver
    _DOES[what](uow, rt, actor, run, order)
    uow.after_commit(rt.wake)
    return run


def is_of(unit: ReadUnit, actor: Member, run: Run) -> bool:
    """Tell whether a process concerns somebody: he started it, is or was asked in it, or may step in."""
    if run.facts.initiator_id == actor.user_id:
        return True
    mine = {actor.user_id}
    return any({one.user_id, one.meant_id} & mine for one in tasks.of_run(unit, run.id)) or may_manage(unit, actor, run)


def _can_withdraw(unit: ReadUnit, run: Run) -> bool:
    rule = run.facts.options.get("withdraw") or "before_first"
    if rule == "never":
        return False
    return rule == "any" or not any(
        one.state in {"approved", "rejected", "submitted"} for one in tasks.of_run(unit, run.id)
    )


def _withdraw(uow: UnitOfWork, rt: Runtime, actor: Member, run: Run, order: Order) -> None:
    _end(uow, rt, actor, run, order, "withdrew", "withdrawn")


def _end_it(uow: UnitOfWork, rt: Runtime, actor: Member, run: Run, order: Order) -> None:
    _end(uow, rt, actor, run, order, "ended", "cancelled")


def _end(uow: UnitOfWork, rt: Runtime, actor: Member, run: Run, order: Order, did: str, result: str) -> None:
    _note(uow, run, actor, did, order)
    before = run.state
    run.state = State(made=before.made, visits=before.visits, ended=result)
    go_on(uow, rt, run, before)


def _urge(uow: UnitOfWork, rt: Runtime, actor: Member, run: Run, order: Order) -> None:  # noqa: ARG001 - whoever calls it gives them all
    every = Duration.parse(str(run.facts.options.get("urge_every") or URGE_EVERY))
    now = run.context.now
    waiting = [one for one in tasks.of_run(uow, run.id) if one.state == "open" and one.kind != "cc"]
    due = [one for one in waiting if one.reminded_at is None or every.after(one.reminded_at, run.context.zone) <= now]
    if not due:
        raise TooSoon
    tasks.change(uow, [one.id for one in due], {"reminded_at": now})
    for one in due:
        node, whom = run.node(one.node), {one.id: one.user_id}
        tell(uow, run.context, run.facts, node, "urge", whom, kind=one.kind, due_at=one.due_at)
    _note(uow, run, actor, "urged", order, to=[one.user_id for one in due])


def _comment(uow: UnitOfWork, rt: Runtime, actor: Member, run: Run, order: Order) -> None:  # noqa: ARG001 - whoever calls it gives them all
    if not order.comment.strip():
        raise Invalid(findings=[Finding("required", {"zh-CN": "必填", "en": "Required"}, "comment")])
    _note(uow, run, actor, "commented", order)


def _jump(uow: UnitOfWork, rt: Runtime, actor: Member, run: Run, order: Order) -> None:
    """Go on at another node, with all that is open withdrawn."""
    run.program.place(order.node)
    _note(uow, run, actor, "jumped", order, node=order.node)
    before = run.state
    run.state = _standing_at(before, order.node)
    go_on(uow, rt, run, before)


def _reassign(uow: UnitOfWork, rt: Runtime, actor: Member, run: Run, order: Order) -> None:  # noqa: ARG001 - whoever calls it gives them all
    task = tasks.find(uow, order.task)
    if task is None or task.run_id != run.id or task.state not in tasks.LIVE:
        raise TaskDone
    if not staff.active(uow, [order.to]):
        words = {"zh-CN": "没有这位成员，或已停用", "en": "There is no such active member"}
        raise Invalid(findings=[Finding("unknown_user", words, "to")])
    tasks.change(uow, [task.id], {"user_id": order.to, "meant_id": None, "reminded_at": None})
    if task.state == "open":
        node, whom = run.node(task.node), {task.id: order.to}
        tell(uow, run.context, run.facts, node, task.kind, whom, due_at=task.due_at)
    _note(uow, run, actor, "reassigned", order, to=[order.to], node=task.node, task_id=task.id)


def _reactivate(uow: UnitOfWork, rt: Runtime, actor: Member, run: Run, order: Order) -> None:
    """Have a process that is over go on: at a node, or from its beginning."""
    target = order.node or run.program.first
    if target is None:
        raise ProcessOver
    run.program.place(target)
    _note(uow, run, actor, "reactivated", order, node=target)
    runs.finish(uow, run.id, {"result": None, "ended_at": None})
    made = max((one.token for one in tasks.of_run(uow, run.id)), default=0)
    before = State(made=made, visits=run.program.counted_from(runs.most_visits(uow, run.id)))
    run.state = _standing_at(before, target)
    go_on(uow, rt, run, before)


def _standing_at(before: State, node: str) -> State:
    """Return the state of a run that stands at one node alone."""
    made = before.made + 1
    return State((Token(made, node),), made, before.visits, kept=before.kept)


def _note(uow: UnitOfWork, run: Run, actor: Member, did: str, order: Order, *, node: str | None = None,
          task_id: str | None = None, to: list[str] | None = None) -> None:  # fmt: skip
    tasks.note(
        uow, run.id, did, now=run.context.now, user_id=actor.user_id, node=node, task_id=task_id,
        comment=order.comment or None, told={"to": to} if to else None,
    )  # fmt: skip


_DOES: Mapping[str, Callable[[UnitOfWork, Runtime, Member, Run, Order], None]] = {
    "withdraw": _withdraw, "urge": _urge, "comment": _comment, "jump": _jump, "reassign": _reassign,
    "end": _end_it, "reactivate": _reactivate,
}  # fmt: skip
