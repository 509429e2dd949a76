"""Telling of a message: the touchpoint of its customer, and the event that flows listen for."""

from datetime import datetime
from typing import Any

from formloom.platform.customers import stream
from formloom.platform.kernel.events import Cause
from formloom.platform.storage.database import UnitOfWork
from formloom.workflows.inbound.mailboxes import Mailbox
from formloom.workflows.inbound.making import CHANNEL
from formloom.workflows.inbound.threads import Thread
from formloom.workflows.mail.reading import Mail
from formloom.workflows.queries import claims

OCCASION = "flow.message"
TOLD = 4_000
"""So many characters of a mail are told to flows; the whole of it stands with the record."""


def told(box: Mailbox, mail: Mail, message_id: str, *, is_answer: bool) -> dict[str, Any]:
    """Return what flows are told of a mail."""
    return {
        "id": message_id, "mailbox": box.key, "channel": CHANNEL, "is_answer": is_answer,
        "is_automatic": mail.is_automatic, "subject": mail.subject, "text": mail.text[:TOLD], "from": mail.sender,
        "name": mail.name, "files": len(mail.files),
    }  # fmt: skip


def tell(
    uow: UnitOfWork, box: Mailbox, mail: Mail, thread: Thread, message_id: str, locale: str, *, is_answer: bool,
    now: datetime,
) -> None:  # fmt: skip
    """Write the touchpoint of a mail that belongs to a record; where its writer takes part there, flows hear of it."""
    data = {
        "locale": locale, "message": message_id, "subject": mail.subject, "text": mail.text[:TOLD],
        "from": mail.sender, "name": mail.name, "verified": thread.is_known,
        "files": [{"name": file.name, "size_bytes": len(file.content)} for file in mail.files],
        "shows": dict(box.parts) if thread.form.key == box.form else {},
    }  # fmt: skip
    stream.note_message(
        uow, thread.form, thread.record.id, data, channel=CHANNEL,
        customer=(mail.sender, mail.name) if thread.is_known and not mail.is_automatic else None, now=now,
    )  # fmt: skip
    if not thread.is_known:
        return
    payload: dict[str, Any] = {
        "actor_kind": "public", "locale": locale, "cause": Cause(CHANNEL).dump(),
        "message": told(box, mail, message_id, is_answer=is_answer),
    }  # fmt: skip
    claims.add_occasion(uow, OCCASION, thread.form.form_id, thread.record.id, payload, now=now)
