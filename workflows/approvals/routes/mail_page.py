"""The page behind the link of a mail: the record as the step shows it, and two buttons.

Looking at it changes nothing: programs that check mails open every link in them. What is sent goes the way of any other
answer, so a task is answered once, whoever is quicker, and by the rules of its step.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Response

from formloom.platform.access.identity import load_member
from formloom.platform.access.settings import organisation_name
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.errors import FormloomError, NotFound
from formloom.platform.kernel.text import LOCALES, LocalizedText, fill, resolve
from formloom.platform.records.queries.rows import read_one
from formloom.platform.storage.database import ReadUnit
from formloom.platform.web.problems import STATUS
from formloom.platform.web.public.framing import Frame, page
from formloom.platform.web.public.moments import shown_moment
from formloom.platform.web.route import Call
from formloom.workflows.approvals import reading, task_links
from formloom.workflows.approvals.faults import NotHere, TaskDone
from formloom.workflows.approvals.shown import field_rights, lines
from formloom.workflows.approvals.task_links import TaskLink
from formloom.workflows.approvals.telling import is_by_mail
from formloom.workflows.queries import tasks
from formloom.workflows.queries.tasks import TaskRow
from formloom.workflows.running import Run, look_at

WORDS: Mapping[str, LocalizedText] = {
    "record": {"zh-CN": "内容", "en": "What it says"},
    "past": {"zh-CN": "经过", "en": "So far"},
    "comment": {"zh-CN": "意见", "en": "Comment"},
    "approve": {"zh-CN": "同意", "en": "Approve"},
    "reject": {"zh-CN": "驳回", "en": "Reject"},
    "inside": {"zh-CN": "在织单中打开", "en": "Open it in Formloom"},
}
STATES: Mapping[str, LocalizedText] = {
    "open": {"zh-CN": "{initiator}提交，等待您审批", "en": "Submitted by {initiator}, waiting for your approval"},
    "started": {"zh-CN": "等待您审批", "en": "Waiting for your approval"},
    "approved": {"zh-CN": "您已于{at}同意", "en": "You approved this on {at}"},
    "rejected": {"zh-CN": "您已于{at}驳回", "en": "You rejected this on {at}"},
    "returned": {"zh-CN": "已于{at}退回", "en": "This was returned on {at}"},
    "transferred": {"zh-CN": "已于{at}转交他人", "en": "This was given to somebody else on {at}"},
    "given": {"zh-CN": "该任务已改派给他人", "en": "This task was given to somebody else"},
    "answered": {
        "zh-CN": "{name}已先行处理，无需您再审批",
        "en": "{name} answered first; nothing is left for you to do",
    },
    "withdrawn": {"zh-CN": "发起人已撤回该申请", "en": "Whoever started this has withdrawn it"},
    "over": {"zh-CN": "该任务已结束，无需处理", "en": "This task is over; nothing is left for you to do"},
    "pending": {"zh-CN": "尚未轮到您，轮到时会再通知", "en": "It is not your turn yet; you will be told"},
    "inside": {"zh-CN": "此步骤需登录后处理", "en": "This step has to be answered inside, after signing in"},
    "old": {"zh-CN": "此链接已过期，请登录后处理", "en": "This link is too old; sign in to answer"},
}
DID: Mapping[str, LocalizedText] = {
    "started": {"zh-CN": "发起", "en": "started it"},
    "approved": {"zh-CN": "同意", "en": "approved"},
    "rejected": {"zh-CN": "驳回", "en": "rejected"},
    "submitted": {"zh-CN": "提交", "en": "submitted"},
    "returned": {"zh-CN": "退回", "en": "returned it"},
    "transferred": {"zh-CN": "转交", "en": "passed it on"},
    "added_sign": {"zh-CN": "加签", "en": "added signers"},
    "commented": {"zh-CN": "评论", "en": "commented"},
}
OFFERED = frozenset({"open", "started"})
"""States in which the page lets somebody answer."""
HOUSE: LocalizedText = {"zh-CN": "系统", "en": "The system"}


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that was opened: whose it is and which task it leads to."""

    text: str
    link: TaskLink
    reader: Member
    task: TaskRow


def find(unit: ReadUnit, secret: str, text: str) -> Opened:
    """Return what a link leads to. Raises NotFound for one that we did not sign, or of somebody who has left."""
    link = task_links.read(secret, text)
    task = tasks.find(unit, link.task_id) if link else None
    reader = load_member(unit, link.user_id) if link else None
    if link is None or task is None or reader is None:
        raise NotFound
    return Opened(text, link, reader, task)


def ensure_answerable(unit: ReadUnit, call: Call, opened: Opened) -> None:
    """Refuse what the page would not offer. Raises TaskDone, NotHere."""
    run, _stood = look_at(unit, call.runtime, opened.task.run_id, now=call.now)
    state = _state(unit, opened, run, run.node(opened.task.node), call)
    if state not in OFFERED:
        raise NotHere if state in {"inside", "old"} else TaskDone


def show(call: Call, opened: Opened, *, fault: FormloomError | None = None, comment: str = "") -> Response:
    """Show how a task stands, and let it be answered if it waits for the link's reader."""
    locale = _language(call, opened)
    with call.db.read() as unit:
        run, stood = look_at(unit, call.runtime, opened.task.run_id, now=call.now)
        node = run.node(opened.task.node)
        state = _state(unit, opened, run, node, call)
        frame = Frame.of_house(organisation_name(unit), locale, call.now, run.context.zone)
        is_shown = state not in {"given", "old"}
        record = read_one(unit, run.form, opened.task.record_id) if is_shown else None
        fields = field_rights(run.form, node)
        rows = lines(unit, opened.reader, run.form, record, fields, locale, now=call.now) if record else []
        past = _past(unit, run, locale) if is_shown else []
        params = _params(unit, opened, run, call, locale)
    asks = state in OFFERED
    flow = resolve(run.facts.flow_title, locale)
    is_named = run.form.title_field in fields and is_shown
    answer = page(
        "task.html", replace(frame, title=flow, other_locale=next(one for one in LOCALES if one != locale)),
        status=STATUS[fault.kind] if fault else 200, heading=(stood.record_title if is_named else "") or flow,
        state=state, said=fill(STATES[state], locale, params), rows=rows, past=past, asks=asks, comment=comment,
        is_required=node.get("comment") == "required", fault=_why(fault, locale) if fault and asks else "",
        words={name: resolve(text, locale) for name, text in WORDS.items()},
        action=f"{task_links.PATH}{opened.text}?locale={locale}", inside=f"/tasks?task={opened.task.id}",
    )  # fmt: skip
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _language(call: Call, opened: Opened) -> str:
    asked = call.request.args.get("locale")
    return asked if asked in LOCALES else opened.reader.locale if opened.reader.locale in LOCALES else call.locale


def _state(unit: ReadUnit, opened: Opened, run: Run, node: Mapping[str, Any], call: Call) -> str:
    """Return which of `STATES` a task is in for the link's reader."""
    task, reader = opened.task, opened.reader.user_id
    if reader != task.user_id and (task.state == "open" or reader != task.meant_id):
        return "given"
    if task.state == "cancelled":
        return "withdrawn" if run.result == "withdrawn" else "answered" if _quicker(unit, task) else "over"
    if task.state != "open":
        return task.state if task.state in STATES else "over"
    if opened.link.has_ended(call.now):
        return "old"
    if not is_by_mail(node, task.kind):
        return "inside"
    return "open" if run.facts.initiator_id else "started"


def _quicker(unit: ReadUnit, task: TaskRow) -> TaskRow | None:
    """Return the answer of somebody else by which a task was over."""
    beside = tasks.of_run(unit, task.run_id, stay=(task.node, task.token, task.visit))
    done = [one for one in beside if one.state in {"approved", "rejected", "returned"} and one.done_at]
    return max(done, key=lambda one: (one.done_at or one.created_at, one.id)) if done else None


def _params(unit: ReadUnit, opened: Opened, run: Run, call: Call, locale: str) -> dict[str, str]:
    task = opened.task
    quicker = _quicker(unit, task) if task.state == "cancelled" else None
    ids = [one for one in (run.facts.initiator_id, quicker.user_id if quicker else None) if one]
    names = tasks.names(unit, ids)
    return {
        "initiator": names.get(run.facts.initiator_id or "", ""),
        "name": names.get(quicker.user_id, "") if quicker else "",
        "at": shown_moment(task.done_at, locale, call.now, run.context.zone) if task.done_at else "",
    }  # fmt: skip


def _past(unit: ReadUnit, run: Run, locale: str) -> list[dict[str, Any]]:
    """Return what people did with the process so far, oldest first."""
    return [
        {
            "who": (one["who"] or {}).get("name") or resolve(HOUSE, locale), "did": resolve(DID[one["did"]], locale),
            "at": one["at"], "comment": one["comment"],
        }
        for one in reading.story(unit, run)["log"]
        if one["did"] in DID
    ]  # fmt: skip


def _why(fault: FormloomError, locale: str) -> str:
    """Return what was wrong with an answer: what was found, else the fault itself."""
    return " ".join(one.words(locale) for one in fault.findings) or fault.words(locale)
