"""The one way in for mails, whichever channel brought them.

    receive(rt, box, raw)        # once and once only, however often the same mail is brought

Everything that comes is kept: as a record, with the record that it answers, or waiting for a person with the reason.
In this order: what we wrote ourselves is dropped; mails of ours that came back are put to their deliveries; then what
answers a record joins it, and the rest makes a record or waits. A mail that no person wrote never opens or reopens
anything by itself, and nothing here writes to anybody: only flows do, under the rules against loops (`mail/loops.py`).
"""

import gzip
import io
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from formloom.platform.access.settings import default_locale
from formloom.platform.kernel.errors import FormloomError, NotFound
from formloom.platform.records.record import InvalidValues
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import DatabaseTroubled, ReadUnit, UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.failures import reasons
from formloom.workflows.inbound import alerting, making, telling, threads
from formloom.workflows.inbound.mailboxes import Mailbox
from formloom.workflows.inbound.making import Uploads
from formloom.workflows.inbound.threads import Thread
from formloom.workflows.mail import plain
from formloom.workflows.mail.reading import MAX_BYTES, OWN_ID, Bounce, Mail, read
from formloom.workflows.queries import failures, messages, posts
from formloom.workflows.queries.messages import MessageRow

_log = logging.getLogger(__name__)
HOUR = timedelta(hours=1)
SOURCE_KEPT = timedelta(days=30)
MOST_PER_HOUR = 30
"""So many mails of one address come in within an hour; the others wait for a person."""
MOST_AUTOMATIC = 5
"""So many mails of machines join one record within an hour; the others are dropped."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a mail: see `storage/tables.py`, messages."""

    id: str
    state: str
    cause: str | None
    record_id: str | None


def receive(rt: Runtime, box: Mailbox, raw: bytes) -> Received:
    """Take in a mail of a mailbox, and return what became of it; of one that came before, what became of it then.

    One at which something of ours fails waits for a person, or it would keep back all that came after it.
    """
    now, mail = rt.now(), read(raw)
    with rt.db.read() as unit:
        known = messages.known(unit, box.id, mail.message_id)
    if known is not None:
        return _told(known)
    source = _kept(rt, raw)
    try:
        return _told(_worked_on(rt, box, mail, source, now))
    except (DatabaseTroubled, OSError):  # nothing about this mail: it is brought again
        raise
    except Exception as fault:  # noqa: BLE001 - one mail must not keep back those that come after it
        _log.exception("mail %s waits, for it can't be worked on", mail.message_id)
        code = reasons.code_of(fault)
        return _told(rt.db.write(lambda uow: _set_aside(uow, box, mail, source, code, now)))


def _worked_on(rt: Runtime, box: Mailbox, mail: Mail, source: str, now: datetime) -> MessageRow:
    with rt.db.read() as unit:
        makes_one = _makes_record(unit, rt, box, mail)
    uploads = _uploaded(rt, box, mail, now) if makes_one else Uploads()

    def work(uow: UnitOfWork) -> MessageRow:
        row_id = messages.add(uow, _row(box, mail, source, now))
        if row_id is not None:
            _take_in(uow, rt, box, mail, row_id, uploads, now)
            if messages.there(uow, box.id, mail.message_id).state == "held":
                alerting.tell(uow, rt.settings, box, now=now)
            uow.after_commit(rt.wake)
        return messages.there(uow, box.id, mail.message_id)

    return rt.db.write(work)


def _set_aside(uow: UnitOfWork, box: Mailbox, mail: Mail, source: str, code: str, now: datetime) -> MessageRow:
    """Let a mail wait at which something unforeseen broke, and tell of it among the failures."""
    if messages.add(uow, {**_row(box, mail, source, now), "cause": "failed"}) is not None:
        form = store.find_by_key(uow, box.app_id, "form", box.form)
        failures.note(uow, "mailbox", code, form_id=form.id if form else None, now=now)
    return messages.there(uow, box.id, mail.message_id)


def source_of(rt: Runtime, row: MessageRow) -> bytes:
    """Return a message as it came. Raises NotFound when it is no longer kept."""
    if row.source is None or not rt.files.path(row.source).is_file():
        raise NotFound
    with rt.files.open(row.source) as stream:
        return gzip.decompress(stream.read())


def forget_sources(rt: Runtime, write: Callable[[Callable[[UnitOfWork], list[str]]], list[str]], now: datetime) -> None:
    """Remove the originals of mails of which nothing came, some time after."""
    for sha256 in write(lambda uow: messages.without_source(uow, before=now - SOURCE_KEPT)):
        rt.files.remove(sha256, untouched_since=now - HOUR)


def make(
    uow: UnitOfWork, rt: Runtime, box: Mailbox, mail: Mail, row_id: str, uploads: Uploads, *, now: datetime
) -> None:
    """Make a record of a mail; one that the form does not take waits, with what is wrong."""
    locale = language_of(uow, mail)
    try:
        with uow.attempt():
            form = rt.catalog.in_app(uow, box.app_id, box.form)
            record = making.create(uow, rt, box, form, mail, uploads, locale, now=now)
            thread = Thread(form, record, is_known=not mail.is_forged)
            telling.tell(uow, box, mail, thread, row_id, locale, is_answer=False, now=now)
            details = _details(box, mail, left_out=uploads.left_out)
            made = {"state": "made", "cause": None, "form_id": form.form_id, "record_id": record.id, "details": details}
    except InvalidValues as fault:
        found = [{"field": one.field, "code": one.code, "message": _words(one)} for one in fault.findings][:20]
        made = {"state": "held", "cause": "invalid", "details": _details(box, mail, findings=found)}
    except NotFound:
        made = {"state": "held", "cause": "form_gone"}
    messages.settle(uow, row_id, made)


def join(uow: UnitOfWork, box: Mailbox, mail: Mail, row_id: str, thread: Thread, *, now: datetime) -> None:
    """Put a mail to the record that it answers."""
    telling.tell(uow, box, mail, thread, row_id, language_of(uow, mail), is_answer=True, now=now)
    messages.settle(
        uow, row_id,
        {"state": "joined" if thread.is_known else "unverified", "cause": None, "form_id": thread.form.form_id,
         "record_id": thread.record.id},
    )  # fmt: skip


def language_of(unit: ReadUnit, mail: Mail) -> str:
    """Return in which of our languages a mail is written, as far as its characters tell."""
    return plain.language_of(f"{mail.subject}\n{mail.text}") or default_locale(unit)


def _take_in(
    uow: UnitOfWork, rt: Runtime, box: Mailbox, mail: Mail, row_id: str, uploads: Uploads, now: datetime
) -> None:
    if _is_own(uow, mail):
        messages.settle(uow, row_id, {"state": "dropped", "cause": "own"})
    elif mail.bounce is not None:
        _note_bounce(uow, mail.bounce, row_id, now)
    elif (cause := _reason_to_wait(uow, box, mail, now)) is not None:
        messages.settle(uow, row_id, {"cause": cause})
    elif (thread := threads.find(uow, rt, box, mail)) is not None:
        if mail.is_automatic and messages.count_automatic(uow, thread.record.id, since=now - HOUR) >= MOST_AUTOMATIC:
            messages.settle(uow, row_id, {"state": "dropped", "cause": "automatic"})
        else:
            join(uow, box, mail, row_id, thread, now=now)
    elif mail.answers_by_itself:
        messages.settle(uow, row_id, {"cause": "automatic"})
    elif box.holds_unmatched:
        messages.settle(uow, row_id, {"cause": "no_match"})
    else:
        make(uow, rt, box, mail, row_id, uploads, now=now)


def _is_own(unit: ReadUnit, mail: Mail) -> bool:
    return OWN_ID.fullmatch(mail.message_id) is not None and mail.message_id in posts.by_message_ids(
        unit, [mail.message_id]
    )


def _reason_to_wait(unit: ReadUnit, box: Mailbox, mail: Mail, now: datetime) -> str | None:
    if mail.defect:
        return mail.defect
    if mail.is_spam:
        return "spam"
    too_many = messages.count_from(unit, box.id, mail.sender, since=now - HOUR) > MOST_PER_HOUR
    return "too_many" if too_many else None


def _makes_record(unit: ReadUnit, rt: Runtime, box: Mailbox, mail: Mail) -> bool:
    """Tell whether a mail will most probably become a record: what is attached is stored before that is certain."""
    is_special = bool(mail.bounce or mail.answers_by_itself or box.holds_unmatched or _is_own(unit, mail))
    return (
        not is_special and not _reason_to_wait(unit, box, mail, rt.now()) and threads.find(unit, rt, box, mail) is None
    )


def _uploaded(rt: Runtime, box: Mailbox, mail: Mail, now: datetime) -> Uploads:
    try:
        with rt.db.read() as unit:
            form = rt.catalog.in_app(unit, box.app_id, box.form)
        return making.upload(rt, box, form, mail, now=now)
    except FormloomError:  # the form, or its field, is gone: the mail waits and says so
        return Uploads(left_out=tuple(file.name for file in mail.files))


def _note_bounce(uow: UnitOfWork, bounce: Bounce, row_id: str, now: datetime) -> None:
    """Put a mail that came back to its delivery; its address gets no automatic mails for a while."""
    post = posts.by_message_ids(uow, [bounce.message_id]).get(bounce.message_id)
    cause = "permanent" if bounce.is_permanent else "temporary"
    if post is None:  # it names no mail of ours, so it says nothing about any address
        messages.settle(uow, row_id, {"state": "dropped", "cause": "not_ours"})
        return
    messages.settle(
        uow, row_id,
        {"state": "bounced", "cause": cause, "address": post.recipient[:254].lower(), "form_id": post.form_id,
         "record_id": post.record_id},
    )  # fmt: skip
    if bounce.is_permanent:
        posts.settle(uow, post.id, {"state": "dead", "last_error": f"bounced: {bounce.said}"[:500]}, tried=False)
        flow_id = failures.flow_of_run(uow, post.run_id)
        failures.note(uow, "delivery", reasons.BOUNCED, form_id=post.form_id, flow_id=flow_id, now=now)


def _row(box: Mailbox, mail: Mail, source: str | None, now: datetime) -> dict[str, Any]:
    return {
        "mailbox_id": box.id, "app_id": box.app_id, "channel": making.CHANNEL, "message_id": mail.message_id,
        "state": "held", "cause": None, "address": mail.sender, "name": mail.name, "subject": mail.subject,
        "text": mail.text, "details": _details(box, mail), "is_automatic": mail.is_automatic, "source": source,
        "at": now,
    }  # fmt: skip


def _details(box: Mailbox, mail: Mail, **more: Any) -> dict[str, Any]:
    return {
        "form": box.form, "fields": dict(box.parts), "wants_no_answer": mail.wants_no_answer,
        "to": list(mail.to), "quoted": mail.quoted, "written_at": mail.at.isoformat() if mail.at else None,
        "files": [{"name": file.name, "size_bytes": len(file.content)} for file in mail.files], **more,
    }  # fmt: skip


def _words(finding: Any) -> dict[str, str]:
    return {locale: finding.words(locale) for locale in ("zh-CN", "en")}


def _kept(rt: Runtime, raw: bytes) -> str:
    """Keep a mail as it came, packed; of one that is too long, the beginning."""
    packed = gzip.compress(raw[:MAX_BYTES], compresslevel=6, mtime=0)
    return rt.files.put(io.BytesIO(packed), limit_bytes=MAX_BYTES * 2).sha256


def _told(row: MessageRow) -> Received:
    return Received(row.id, row.state, row.cause, row.record_id)
