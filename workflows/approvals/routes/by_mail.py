"""Answering a task from a mail, over HTTP: looking never changes anything, only what is sent does."""

from typing import Any

from flask import redirect, request

from formloom.platform.access.policy import Act
from formloom.platform.kernel.errors import FormloomError, Malformed
from formloom.platform.kernel.text import LOCALES
from formloom.platform.web.route import Api, Call
from formloom.platform.web.security import network_of, rates
from formloom.workflows.approvals import answering, task_links
from formloom.workflows.approvals.answering import Answer
from formloom.workflows.approvals.routes import mail_page
from formloom.workflows.approvals.routes.mail_page import Opened

api = Api("task_mails", prefix="")
MAX_BYTES = 40_000
LONGEST_COMMENT = 5_000
_LOOKS = "120 per hour"
_ANSWERS = "60 per hour"


@api.get(f"{task_links.PATH}<token>", act=Act.TASK_BY_MAIL, who="anyone", gives="text/html", errors=(404, 429))
def show_task(call: Call, token: str) -> object:
    """Show the task that a mail leads to."""
    rates().spend(_LOOKS, "task-look", network_of(call.ip))
    return mail_page.show(call, _opened(call, token))


@api.post(
    f"{task_links.PATH}<token>", act=Act.TASK_BY_MAIL, who="anyone", takes="any", max_bytes=MAX_BYTES,
    gives="text/html", status=303, errors=(404, 409, 422, 429),
)  # fmt: skip
def answer_task(call: Call, token: str) -> object:
    """Answer the task that a mail leads to; the key is in the address, so no session is asked for."""
    rates().spend(_ANSWERS, "task-answer", network_of(call.ip))
    opened = _opened(call, token)
    what, comment = request.form.get("answer", ""), request.form.get("comment", "")[:LONGEST_COMMENT]
    if what not in {"approve", "reject"}:
        raise Malformed
    try:
        call.db.write(lambda uow: _answer(uow, call, opened, what, comment))
    except FormloomError as fault:
        return mail_page.show(call, _opened(call, token), fault=fault, comment=comment)
    asked = request.args.get("locale")
    query = f"?locale={asked}" if asked in LOCALES else ""
    return redirect(f"{task_links.PATH}{opened.text}{query}", code=303)


def _opened(call: Call, token: str) -> Opened:
    with call.db.read() as unit:
        return mail_page.find(unit, call.runtime.settings.secret_key, token)


def _answer(uow: Any, call: Call, opened: Opened, what: str, comment: str) -> None:
    mail_page.ensure_answerable(uow, call, opened)
    said = Answer(comment=comment)
    answering.answer(uow, opened.reader, call.runtime, opened.task.id, what, said, now=call.now)
