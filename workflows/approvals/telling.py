"""Telling people of their tasks: a word in the app, and a mail where the house sends mails and they want them.

A mail stands among the deliveries of the transaction that opens the task and leaves after its commit, under an id that
is the same for every attempt. It shows what the step lets its reader see, and leads to a page on which the task can be
answered, where the step allows that.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from formloom.platform.access.identity import load_member
from formloom.platform.access.settings import organisation_name
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.settings import Settings
from formloom.platform.kernel.text import LOCALES, LocalizedText, fill, resolve
from formloom.platform.records.queries.rows import read_one
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.web.public.moments import shown_moment
from formloom.workflows.approvals import task_links
from formloom.workflows.approvals.facts import Running, Stay
from formloom.workflows.approvals.own_texts import OwnTexts
from formloom.workflows.approvals.shown import field_rights, lines, shows_title
from formloom.workflows.deliveries import line
from formloom.workflows.engine.context import Context
from formloom.workflows.mail.message import AddressInvalid
from formloom.workflows.queries import posts, staff, tasks

WORDS: Mapping[str, LocalizedText] = {
    "approve": {"zh-CN": "待您审批：{title}", "en": "Waiting for your approval: {title}"},
    "fill": {"zh-CN": "待您填写：{title}", "en": "Waiting for you to fill in: {title}"},
    "start": {"zh-CN": "已退回给您修改：{title}", "en": "Returned to you for changes: {title}"},
    "choose": {"zh-CN": "请选择处理人：{title}", "en": "Choose who deals with it: {title}"},
    "cc": {"zh-CN": "抄送给您：{title}", "en": "A copy for you: {title}"},
    "remind": {"zh-CN": "即将到期：{title}", "en": "Due soon: {title}"},
    "late": {"zh-CN": "已超时：{title}", "en": "Overdue: {title}"},
    "urge": {"zh-CN": "请尽快处理：{title}", "en": "Please deal with this soon: {title}"},
}
AGAIN = frozenset({"remind", "late", "urge"})
"""Words that the same task may be told of more than once."""
DECIDED: Mapping[str, LocalizedText] = {
    "approved": {"zh-CN": "已同意：{title}", "en": "Approved: {title}"},
    "rejected": {"zh-CN": "已驳回：{title}", "en": "Rejected: {title}"},
    "submitted": {"zh-CN": "已填写：{title}", "en": "Filled in: {title}"},
}
MOST_LINES = 12
LONGEST_TEXT = 300
MOST_IN_AN_HOUR = 60
"""So many mails about tasks go to one person; beyond that his list of tasks tells him better."""

LETTER: Mapping[str, LocalizedText] = {
    "hello": {"zh-CN": "{name}，您好：", "en": "Hello {name},"},
    "by": {"zh-CN": "发起人：{name}", "en": "Started by: {name}"},
    "due": {"zh-CN": "截止：{at}", "en": "Due: {at}"},
    "line": {"zh-CN": "{label}：{text}", "en": "{label}: {text}"},
    "answer": {"zh-CN": "查看并审批（无需登录）：", "en": "Look at it and answer, without signing in:"},
    "open": {"zh-CN": "在织单中打开：", "en": "Open it in Formloom:"},
    "yours": {
        "zh-CN": "审批链接只供您本人使用，请勿转发；任务处理后失效。",
        "en": "The first link is yours alone: don't pass it on. It is of no use once the task has been answered.",
    },
    "off": {"zh-CN": "不想收到此类邮件，可在个人设置中关闭：{url}", "en": "To get no such mails: {url}"},
}


def tell(
    uow: UnitOfWork, context: Context, run: Running, node: Mapping[str, Any], word: str, told: Mapping[str, str],
    *, kind: str = "", due_at: datetime | None = None,
) -> None:  # fmt: skip
    """Tell people of tasks at a node; `told` is task → person, `word` says what of them: their `kind`, or that it is
    time."""
    if not told:
        return
    stem = f"{word}:{context.now.isoformat()}" if word in AGAIN else f"task:{word}"
    keys = {f"{stem}:{task}:{user}": (task, user) for task, user in told.items()}
    title = _title(context, run, node) or "—"
    mails = bool(run.settings.smtp_url and context.occasion.messages)
    initiator = _initiator(uow, run) if mails or node.get("messages") else ""
    seen = field_rights(context.form, node)
    own = OwnTexts(context, node, "reminded" if word in AGAIN else "asked", seen, due_at=due_at, initiator=initiator)
    said = {locale: own.get("app", locale) or WORDS[word][locale].replace("{title}", title) for locale in LOCALES}
    about = {"text": said, "form_id": run.form_id, "record_id": run.record_id}
    staff.notify_each(uow, {key: user for key, (_task, user) in keys.items()}, about, now=context.now)
    if mails:
        letters = _Letters(uow, context, run, node, kind or word, due_at, own, initiator)
        _mail(uow, run, context.now, letters, word, keys)


def tell_decided(
    uow: UnitOfWork, context: Context, run: Running, stay: Stay, node: Mapping[str, Any], result: str
) -> None:
    """Tell the initiator that a step was decided, where the step has a text of its own for that."""
    if run.initiator_id is None:
        return
    words = DECIDED.get(result)
    own = OwnTexts(context, node, "decided", None, initiator=_initiator(uow, run) if node.get("messages") else "")
    if not own or words is None:
        return
    key = f"decided:{run.id}:{stay.token}:{stay.visit}:{context.now.isoformat()}"
    said = {locale: own.get("app", locale) or fill(words, locale, {"title": run.title or "—"}) for locale in LOCALES}
    about = {"text": said, "form_id": run.form_id, "record_id": run.record_id}
    staff.notify_each(uow, {key: run.initiator_id}, about, now=context.now)
    wanting = staff.wanting_mail(uow, {run.initiator_id})
    reader = load_member(uow, run.initiator_id) if run.initiator_id in wanting else None
    is_mailed = run.settings.smtp_url and context.occasion.messages
    if not is_mailed or reader is None or _has_enough(uow, reader.email, context.now):
        return
    locale = reader.locale if reader.locale in LOCALES else LOCALES[0]
    subject = own.get("subject", locale) or fill(words, locale, {"title": run.title or resolve(run.flow_title, locale)})
    parts = [
        fill(LETTER["hello"], locale, {"name": reader.name}), own.get("body", locale) or subject,
        resolve(LETTER["open"], locale) + f"\n{run.settings.base_url}/tasks?box=started", _off(run.settings, locale),
        organisation_name(uow),
    ]  # fmt: skip
    with suppress(AddressInvalid):
        line.put_notice(
            uow, run.settings, key=key, to=reader.email, subject=subject, body="\n\n".join(parts), locale=reader.locale,
            run_id=run.id, form_id=run.form_id, record_id=run.record_id, now=context.now,
        )  # fmt: skip


def is_by_mail(node: Mapping[str, Any], kind: str) -> bool:
    """Tell whether a task can be answered from a mail: an approval, unless its step says no or wants a signature."""
    return kind == "approve" and node.get("mail", True) is not False and node.get("signature") != "required"


def _initiator(unit: ReadUnit, run: Running) -> str:
    return tasks.names(unit, [run.initiator_id]).get(run.initiator_id, "") if run.initiator_id else ""


def _title(context: Context, run: Running, node: Mapping[str, Any]) -> str:
    """Return by what name the record goes, unless the step hides that."""
    return run.title if shows_title(context.form, node) else ""


def _mail(
    uow: UnitOfWork, run: Running, now: datetime, letters: "_Letters", word: str, keys: Mapping[str, tuple[str, str]]
) -> None:
    wanting = staff.wanting_mail(uow, {user for _task, user in keys.values()})
    for key, (task, user) in keys.items():
        reader = load_member(uow, user) if user in wanting else None
        if reader is None or _has_enough(uow, reader.email, now):
            continue
        subject, body = letters.to(reader, word, task)
        try:
            line.put_notice(
                uow, run.settings, key=key, to=reader.email, subject=subject, body=body, locale=reader.locale,
                run_id=run.id, form_id=run.form_id, record_id=run.record_id, now=now,
            )  # fmt: skip
        except AddressInvalid:
            continue


def _has_enough(unit: ReadUnit, address: str, now: datetime) -> bool:
    since = now - timedelta(hours=1)
    return posts.count_to(unit, address, since=since, purpose="task") >= MOST_IN_AN_HOUR


def _off(settings: Settings, locale: str) -> str:
    return fill(LETTER["off"], locale, {"url": f"{settings.base_url}/settings/profile"})


class _Letters:
    """The letters about the tasks of one node: what is the same in all of them is read once."""

    def __init__(
        self, unit: ReadUnit, context: Context, run: Running, node: Mapping[str, Any], kind: str,
        due_at: datetime | None, own: OwnTexts, initiator: str,
    ) -> None:  # fmt: skip
        self._own, self._initiator = own, initiator
        self._unit, self._context, self._run, self._node = unit, context, run, node
        self._kind, self._due_at = kind, due_at
        self._record = read_one(unit, context.form, run.record_id)
        self._house = organisation_name(unit)

    def to(self, reader: Member, word: str, task: str) -> tuple[str, str]:
        """Return subject and body of the letter to one person."""
        locale, run = reader.locale if reader.locale in LOCALES else LOCALES[0], self._run
        title = _title(self._context, run, self._node)
        name = resolve(run.flow_title, locale) or resolve(self._context.form.title, locale)
        subject = fill(WORDS[word], locale, {"title": " · ".join(part for part in (name, title) if part)})
        subject = self._own.get("subject", locale) or subject
        body = self._own.get("body", locale)
        told = [body] if body else ["\n".join([subject, *self._facts(locale)]), "\n".join(self._lines(reader, locale))]
        parts = [
            fill(LETTER["hello"], locale, {"name": reader.name}),
            *told,
            self._ways(run.settings, reader, task, locale),
            self._house,
        ]
        return subject, "\n\n".join(part for part in parts if part)

    def _facts(self, locale: str) -> list[str]:
        found = [fill(LETTER["by"], locale, {"name": self._initiator})] if self._initiator else []
        if self._due_at is not None:
            at = shown_moment(self._due_at, locale, self._context.now, self._context.zone)
            found.append(fill(LETTER["due"], locale, {"at": at}))
        return found

    def _lines(self, reader: Member, locale: str) -> list[str]:
        if self._record is None:
            return []
        form, allowed = self._context.form, field_rights(self._context.form, self._node)
        found = lines(self._unit, reader, form, self._record, allowed, locale, now=self._context.now)
        return [
            fill(LETTER["line"], locale, {"label": label, "text": " ".join(text.split())[:LONGEST_TEXT]})
            for label, text in found[:MOST_LINES]
        ]

    def _ways(self, settings: Settings, reader: Member, task: str, locale: str) -> str:
        found = []
        if is_by_mail(self._node, self._kind):
            text = task_links.sign(settings.secret_key, task, reader.user_id, now=self._context.now)
            found.append(resolve(LETTER["answer"], locale) + f"\n{settings.base_url}{task_links.PATH}{text}")
        found.append(resolve(LETTER["open"], locale) + f"\n{settings.base_url}/tasks?task={task}")
        if len(found) > 1:
            found.append(resolve(LETTER["yours"], locale))
        found.append(_off(settings, locale))
        return "\n\n".join(found)
