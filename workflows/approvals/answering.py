"""What people do with their tasks.

Every answer is one transaction: the run is taken up under its lock, the answer is written down, the ruling of the node
decides whether the run goes on, and it goes on at once. Who comes second is told that the task is done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from formloom.platform.access.policy import Act, requires
from formloom.platform.kernel.actors import Member, System
from formloom.platform.kernel.errors import Finding, Forbidden, Invalid, NotFound
from formloom.platform.records import service
from formloom.platform.records.record import WriteOptions
from formloom.platform.storage.database import UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.approvals import people as people_of
from formloom.workflows.approvals import rights, taking_back, task_files
from formloom.workflows.approvals.facts import Stay
from formloom.workflows.approvals.faults import NotHere, TaskDone
from formloom.workflows.approvals.shown import editable
from formloom.workflows.approvals.task_files import ATTACHED, SIGNED
from formloom.workflows.approvals.weighing import weigh
from formloom.workflows.engine.conditions import meets
from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.engine.program import START
from formloom.workflows.queries import runs, staff, tasks
from formloom.workflows.queries.tasks import TaskRow
from formloom.workflows.running import Run, settle_and_go, take_up_for_task

Position = Literal["before", "after", "parallel"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says at a task. `values` are changes of the record; `to`, `position`, `node` and `then` belong to
    transferring, adding signers and returning."""

    comment: str = ""
    signature: str | None = None
    """The upload of a drawn signature."""
    attachments: Sequence[str] = ()
    """Uploads."""
    values: Mapping[str, Any] = field(default_factory=dict)
    to: Sequence[str] = ()
    position: Position = "before"
    node: str = ""
    then: Literal["again", "direct"] = "again"
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Node → people, from an initiator who chooses."""
    files: Sequence[Mapping[str, Any]] = ()
    """What the attachments are."""

    @property
    def told(self) -> dict[str, Any]:
        """Return what is kept of it."""
        return {
            "comment": self.comment or None,
            "signature": self.signature,
            "attachments": list(self.files) or None,
        }


@dataclass(slots=True)
class _Case:
    """A task in the hands of the person it belongs to, with its run under lock."""

    uow: UnitOfWork
    rt: Runtime
    actor: Member
    task: TaskRow
    run: Run
    node: Mapping[str, Any]
    now: datetime

    @property
    def stay(self) -> Stay:
        return Stay(self.task.node, self.task.token, self.task.visit)


@requires(Act.TASK_ANSWER)
def answer(uow: UnitOfWork, actor: Member, rt: Runtime, task_id: str, what: str, said: Answer, *, now: datetime) -> Run:
    """Do `what` with a task: approve, reject, submit, save, return, transfer, add_sign or comment.

    Raises NotFound, TaskDone, NotHere, Invalid.
    """
    case = _case(uow, rt, actor, task_id, now)
    if what not in rights.actions(case.node, case.task):
        raise NotHere
    if case.task.kind == "choose" and what == "submit":
        what, said = "choose", replace(said, to=said.chosen.get(case.task.node) or said.to)
    _demand(case, what, said)
    said = _with_files(case, said)
    before, lines = case.run.state, len(case.run.lines)
    if said.values and what in {"approve", "submit", "save", "reject"}:
        _write(case, said.values)
    _DOES[what](case, said)
    if what in {"approve", "reject", "submit"}:
        taking_back.remember(uow, case.run, case.task, before, lines)
    elif what not in {"save", "comment"}:
        taking_back.forget(uow, case.run)
    uow.after_commit(rt.wake)
    return case.run


def _case(uow: UnitOfWork, rt: Runtime, actor: Member, task_id: str, now: datetime) -> _Case:
    run, _stood = take_up_for_task(uow, rt, task_id, now=now)
    task = tasks.find(uow, task_id)
    if task is None or task.user_id != actor.user_id:
        raise NotFound
    if task.state != "open" or task.kind == "cc":
        raise TaskDone
    return _Case(uow, rt, actor, task, run, run.node(task.node), now)


def _with_files(case: _Case, said: Answer) -> Answer:
    """Give an answer its files. Raises Invalid for those that are not the person's own."""
    if said.signature and case.node.get("signature", "off") == "off":
        raise NotHere
    if said.signature:
        task_files.used(case.uow, case.actor, case.task, SIGNED, [said.signature], now=case.now)
    if not said.attachments:
        return said
    return replace(
        said, files=task_files.used(case.uow, case.actor, case.task, ATTACHED, said.attachments, now=case.now)
    )


def _demand(case: _Case, what: str, said: Answer) -> None:
    """Refuse an answer that lacks what the node asks for, or whose record does not pass the node's check."""
    missing = {"zh-CN": "必填", "en": "Required"}
    found = []
    if what in {"approve", "reject", "submit"}:
        if case.node.get("comment") == "required" and not said.comment.strip():
            found.append(Finding("required", missing, "comment"))
        if case.node.get("signature") == "required" and not said.signature and what != "reject":
            found.append(Finding("required", missing, "signature"))
    if what in {"transfer", "add_sign", "choose"} and not said.to:
        found.append(Finding("required", missing, "to"))
    known = set(staff.active(case.uow, said.to)) if said.to else set()
    found += [
        Finding("unknown_user", {"zh-CN": "没有这位成员，或已停用", "en": "There is no such active member"}, "to")
        for one in said.to
        if one not in known
    ]
    if found:
        raise Invalid(findings=found)


def _write(case: _Case, values: Mapping[str, Any]) -> None:
    """Change the record, within what the node lets this person edit. Raises Forbidden, Invalid."""
    allowed = editable(case.run.form, case.node)
    if refused := sorted(set(values) - allowed):
        words = {"zh-CN": "在该节点不可修改", "en": "Can't be changed at this step"}
        raise Forbidden(findings=[Finding("read_only", words, name) for name in refused])
    occasion = case.run.context.occasion
    options = WriteOptions(
        cause=occasion.cause.by(case.run.flow.id), messages=occasion.messages, listeners=case.rt.listeners,
        locale=case.actor.locale, context={"channel": "task", "run": case.run.id, "user": case.actor.user_id},
    )  # fmt: skip
    # The node gives the right, not a permission group: the house writes, in the name of the person.
    hand = System("task", case.run.flow.id, occasion.cause.depth + 1, case.actor.locale, case.actor.user_id)
    record = service.update(
        case.uow, hand, case.run.form, case.run.facts.record_id, dict(values), now=case.now, options=options
    )
    case.run.context.values.update(case.run.form.dump(record.values))


def _agree(case: _Case, said: Answer) -> None:
    check = case.node.get("check")
    if check and not meets(check, case.run.context):
        words = case.node.get("check_message") or {
            "zh-CN": "未满足该节点的提交条件",
            "en": "This step's check is not met",
        }
        raise Invalid(findings=[Finding("check_failed", words)])
    _close(case, said, "approved" if case.task.kind == "approve" else "submitted")


def _refuse(case: _Case, said: Answer) -> None:
    _close(case, said, "rejected")


def _close(case: _Case, said: Answer, state: str) -> None:
    """Write an answer down, and let the run go on if the node has its ruling by that."""
    tasks.change(case.uow, [case.task.id], {**said.told, "state": state, "done_at": case.now})
    _note(case, state, said)
    weigh(case.uow, case.rt, case.run, case.stay, case.task.kind)


def _choose(case: _Case, said: Answer) -> None:
    """The initiator says who is asked at a node: among certain people, where the node says so."""
    people = list(dict.fromkeys(said.to))
    run, uow = case.run, case.uow
    asking_for = people_of.Asking(uow, run.context, run.facts.initiator_id, run.facts.chosen, case.task.node)
    sources = [one["from"] for one in case.node.get("assignees") or () if one.get("chosen") and one.get("from")]
    if sources and not set(people) <= set(people_of.found(asking_for, sources)):
        words = {"zh-CN": "不在可选范围内", "en": "Not among those who can be chosen"}
        raise Invalid(findings=[Finding("not_eligible", words, "to")])
    chosen = {**run.facts.chosen, case.task.node: people}
    runs.finish(uow, run.id, {"chosen": chosen})
    run.facts = replace(run.facts, chosen=chosen)
    tasks.change(uow, [case.task.id], {**said.told, "state": "submitted", "done_at": case.now})
    _note(case, "chose", said, {"to": people})
    settle_and_go(uow, case.rt, run, case.task.token, Outcome(output={"chosen": people}, goes_to=case.task.node))


def _save(case: _Case, said: Answer) -> None:
    tasks.change(case.uow, [case.task.id], said.told)


def _comment(case: _Case, said: Answer) -> None:
    if not said.comment.strip() and not said.attachments:
        raise Invalid(findings=[Finding("required", {"zh-CN": "必填", "en": "Required"}, "comment")])
    _note(case, "commented", said)


def _return(case: _Case, said: Answer) -> None:
    targets = {one["node"] for one in rights.return_targets(case.uow, case.run, case.task.node, case.node)}
    target = said.node or START
    if target not in targets:
        words = {"zh-CN": "不能退回到该节点", "en": "It can't be returned to that step"}
        raise Invalid(findings=[Finding("bad_target", words, "node")])
    setting = case.node.get("after_return") or "ask"
    then = said.then if setting == "ask" else setting
    tasks.change(case.uow, [case.task.id], {**said.told, "state": "returned", "done_at": case.now})
    _note(case, "returned", said, {"node": target, "then": then})
    outcome = Outcome(output={"result": "returned"}, goes_to=target, comes_back=then == "direct")
    settle_and_go(case.uow, case.rt, case.run, case.task.token, outcome)


def _transfer(case: _Case, said: Answer) -> None:
    if len(said.to) != 1:
        words = {"zh-CN": "请选择一位成员", "en": "Choose one person"}
        raise Invalid(findings=[Finding("one_person", words, "to")])
    tasks.change(case.uow, [case.task.id], {**said.told, "state": "transferred", "done_at": case.now})
    tasks.add_beside(case.uow, case.task, said.to, "instead", now=case.now)
    _note(case, "transferred", said, {"to": list(said.to)})
    weigh(case.uow, case.rt, case.run, case.stay, case.task.kind)


def _add_sign(case: _Case, said: Answer) -> None:
    if case.actor.user_id in said.to:
        words = {"zh-CN": "不能加签给自己", "en": "You can't add yourself"}
        raise Invalid(findings=[Finding("not_yourself", words, "to")])
    tasks.add_beside(case.uow, case.task, said.to, said.position, now=case.now)
    _note(case, "added_sign", said, {"to": list(said.to), "position": said.position})
    weigh(case.uow, case.rt, case.run, case.stay, case.task.kind)


def _note(case: _Case, did: str, said: Answer, told: Mapping[str, Any] | None = None) -> None:
    more = {**(told or {}), **({"on_behalf_of": case.task.meant_id} if case.task.meant_id else {})}
    tasks.note(
        case.uow, case.run.id, did, now=case.now, user_id=case.actor.user_id, node=case.task.node,
        task_id=case.task.id, told=more or None, **said.told,
    )  # fmt: skip


_DOES = {
    "approve": _agree, "submit": _agree, "reject": _refuse, "save": _save, "return": _return,
    "transfer": _transfer, "add_sign": _add_sign, "comment": _comment, "choose": _choose,
}  # fmt: skip
