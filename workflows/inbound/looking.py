"""What people see and do with mails that came in: look, let in, put to a record, drop; and the mailbox itself.

Whoever may review submissions of the mailbox's form decides about mails; whoever may read a record reads its mails.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from formloom.platform.access.policy import Access, Act, demand
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.errors import Conflict, Finding, Invalid, NotFound
from formloom.platform.kernel.ids import is_id
from formloom.platform.records import service
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.definition_store import Definition
from formloom.platform.web.runtime import Runtime
from formloom.workflows.channels import imap
from formloom.workflows.channels.imap import ServerFailed
from formloom.workflows.engine.words import title_of
from formloom.workflows.inbound import fetching, mailboxes, making, receiving, sealing, threads
from formloom.workflows.inbound.mailboxes import Mailbox
from formloom.workflows.inbound.making import Uploads
from formloom.workflows.inbound.threads import Thread
from formloom.workflows.mail.reading import Attachment, read
from formloom.workflows.queries import mailbox_places as places
from formloom.workflows.queries import messages
from formloom.workflows.queries.mailbox_places import MailboxPlace
from formloom.workflows.queries.messages import MessageRow

NO_SUCH_RECORD = {"zh-CN": "没有这条记录", "en": "There is no such record"}
NO_SERVER = {"zh-CN": "请先填写邮件服务器", "en": "Give a mail server first"}


class NotWaiting(Conflict):
    """This mail does not wait for anybody."""

    code = "message_not_waiting"
    message = {"zh-CN": "该邮件已处理", "en": "This mail was dealt with already"}


def mailbox(
    unit: ReadUnit, rt: Runtime, actor: Member, mailbox_id: str
) -> tuple[Definition, MailboxPlace, dict[str, int]]:
    """Return a mailbox, how reading of it stands and how many mails are in which state. Raises NotFound, Forbidden."""
    definition = _definition(unit, mailbox_id)
    if not _decides(unit, rt, actor, definition.id):
        demand(unit, actor, Act.DEFINITION_READ, app=definition.app_id)
    return definition, places.of(unit, definition.id), messages.counts(unit, definition.id)


def set_password(uow: UnitOfWork, rt: Runtime, actor: Member, mailbox_id: str, password: str | None) -> None:
    """Keep the password to a mailbox's server, or forget it. Raises NotFound, Forbidden."""
    definition = _definition(uow, mailbox_id)
    demand(uow, actor, Act.DEFINITION_EDIT, app=definition.app_id)
    kept = sealing.seal(rt.settings.secret_key, definition.id, password) if password else None
    places.put(uow, definition.id, password=kept, error=None, tries=0, checked_at=None)


def check(rt: Runtime, actor: Member, mailbox_id: str) -> tuple[list[str], int]:
    """Try the draft's server; return its folders and how many mails are in the chosen one.

    Raises ServerFailed, Invalid.
    """
    with rt.db.read() as unit:
        definition = _definition(unit, mailbox_id)
        demand(unit, actor, Act.DEFINITION_EDIT, app=definition.app_id)
        server: Any = (definition.draft or {}).get("server")
        place = places.of(unit, definition.id)
    if not isinstance(server, dict) or not server.get("host") or not server.get("user"):
        raise Invalid(findings=[Finding("no_server", NO_SERVER, field="server")])
    try:
        account = fetching.account_of(rt, definition.id, server, place.password)
    except (ValueError, TypeError) as fault:
        raise ServerFailed("unreachable") from fault
    with imap.session(account, fetching.allowance_of(rt)) as session:
        return session.folders(), session.open(account.folder, is_changed=False).count


def page(
    unit: ReadUnit, rt: Runtime, actor: Member, mailbox_id: str, *, state: str | None, before: str | None
) -> list[MessageRow]:
    """Return what came into a mailbox, newest first. Raises NotFound, Forbidden."""
    box = mailboxes.find(unit, mailbox_id)
    demand(unit, actor, Act.RECORD_REVIEW, form=rt.catalog.in_app(unit, box.app_id, box.form))
    return messages.page(unit, box.id, state=state, before=before)


def message(unit: ReadUnit, rt: Runtime, actor: Member, message_id: str) -> MessageRow:
    """Return a message that the actor may read: by its record, or by its mailbox. Raises NotFound."""
    row = messages.find(unit, message_id) if is_id(message_id) else None
    if row is None:
        raise NotFound
    if not _reviews(unit, rt, actor, row):
        if row.form_id is None or row.record_id is None or row.state not in {*messages.BELONGS, "unverified"}:
            raise NotFound
        service.read(unit, actor, rt.catalog.current(unit, row.form_id), row.record_id)
    return row


def hidden_parts(unit: ReadUnit, rt: Runtime, actor: Member, row: MessageRow) -> frozenset[str]:
    """Return the parts of a message that stand in fields of the record which the actor may not read.

    Both as the mailbox was when the message came, and as it is now, if it is there.
    """
    hidden = _unreadable(unit, rt, actor, row, str(row.details.get("form")), row.details.get("fields") or {})
    try:
        box = mailboxes.find(unit, row.mailbox_id)
    except NotFound:
        return hidden
    return hidden | _unreadable(unit, rt, actor, row, box.form, box.parts)


def _unreadable(
    unit: ReadUnit, rt: Runtime, actor: Member, row: MessageRow, form_key: str, parts: Mapping[str, str]
) -> frozenset[str]:
    try:
        form = rt.catalog.in_app(unit, row.app_id, form_key)
    except NotFound:
        return frozenset()
    readable = Access.of(unit, actor).readable(form)
    return frozenset(part for part, name in parts.items() if name in form.by_id and name not in readable)


def whole_message(unit: ReadUnit, rt: Runtime, actor: Member, message_id: str) -> MessageRow:
    """Return a message of which the actor may read everything, as files and source have it. Raises NotFound."""
    row = message(unit, rt, actor, message_id)
    if hidden_parts(unit, rt, actor, row):
        raise NotFound
    return row


def file_of(rt: Runtime, row: MessageRow, number: int) -> Attachment:
    """Return what is attached at a place. Raises NotFound."""
    files = read(receiving.source_of(rt, row)).files
    if not 0 <= number < len(files):
        raise NotFound
    return files[number]


def let_in(rt: Runtime, actor: Member, message_id: str, record_id: str | None, *, now: datetime) -> MessageRow:
    """Make a record of a mail that waits, or put it to a record of the mailbox's form.

    Raises NotFound, NotWaiting, Invalid with what the form does not take.
    """
    with rt.db.read() as unit:
        row, box, form = _waiting(unit, rt, actor, message_id)
    mail = read(receiving.source_of(rt, row))
    uploads = making.upload(rt, box, form, mail, now=now) if record_id is None else Uploads()

    def work(uow: UnitOfWork) -> MessageRow:
        found, box, form = _waiting(uow, rt, actor, message_id)
        if record_id is None:
            receiving.make(uow, rt, box, mail, found.id, uploads, now=now)
        else:
            receiving.join(uow, box, mail, found.id, _chosen(uow, rt, actor, box, form, record_id, mail), now=now)
        messages.settle(uow, found.id, {"settled_by": actor.user_id})
        uow.after_commit(rt.wake)
        return _existing(uow, found.id)

    made = rt.db.write(work)
    if made.state == "held":
        raise Invalid(findings=_findings(made) or [Finding("form_gone", NO_SUCH_RECORD)])
    return made


def drop(uow: UnitOfWork, rt: Runtime, actor: Member, message_id: str) -> MessageRow:
    """Decide that nothing comes of a mail that waits. Raises NotFound, NotWaiting."""
    row, _box, _form = _waiting(uow, rt, actor, message_id)
    return _settle(uow, row, {"state": "dropped", "cause": "person", "settled_by": actor.user_id,
                              "details": {**row.details, "waited_for": row.cause}})  # fmt: skip


def hold(uow: UnitOfWork, rt: Runtime, actor: Member, message_id: str) -> MessageRow:
    """Let a mail that was dropped wait again. Raises NotFound, NotWaiting."""
    row = _reviewed(uow, rt, actor, message_id)
    if row.state != "dropped" or row.cause == "own":
        raise NotWaiting
    cause = row.details.get("waited_for") or row.cause
    return _settle(uow, row, {"state": "held", "cause": cause, "settled_by": None})


def title_for(unit: ReadUnit, actor: Member, form: FormVersion, record_id: str, locale: str) -> str:
    """Return by what name the actor knows a record; empty where he may not. Raises NotFound."""
    record = service.read(unit, actor, form, record_id)
    is_seen = form.title_field is not None and form.title_field in Access.of(unit, actor).readable(form)
    return title_of(form, form.dump(record.values), locale) if is_seen else ""


def _definition(unit: ReadUnit, mailbox_id: str) -> Definition:
    found = store.find(unit, mailbox_id, with_draft=True) if is_id(mailbox_id) else None
    if found is None or found.kind != "mailbox":
        raise NotFound
    return found


def _reviews(unit: ReadUnit, rt: Runtime, actor: Member, row: MessageRow) -> bool:
    return _decides(unit, rt, actor, row.mailbox_id)


def _decides(unit: ReadUnit, rt: Runtime, actor: Member, mailbox_id: str) -> bool:
    """Tell whether the actor decides about the mails of a mailbox."""
    try:
        box = mailboxes.find(unit, mailbox_id)
        form = rt.catalog.in_app(unit, box.app_id, box.form)
    except NotFound:
        return False
    return Access.of(unit, actor).can(Act.RECORD_REVIEW, form=form)


def _reviewed(unit: ReadUnit, rt: Runtime, actor: Member, message_id: str) -> MessageRow:
    row = messages.find(unit, message_id, lock=isinstance(unit, UnitOfWork)) if is_id(message_id) else None
    if row is None or not _reviews(unit, rt, actor, row):
        raise NotFound
    return row


def _waiting(unit: ReadUnit, rt: Runtime, actor: Member, message_id: str) -> tuple[MessageRow, Mailbox, FormVersion]:
    row = _reviewed(unit, rt, actor, message_id)
    if row.state != "held":
        raise NotWaiting
    box = mailboxes.find(unit, row.mailbox_id)
    return row, box, rt.catalog.in_app(unit, box.app_id, box.form)


def _chosen(
    unit: ReadUnit, rt: Runtime, actor: Member, box: Mailbox, form: FormVersion, record_id: str, mail: Any
) -> Thread:
    """Return the record that somebody puts a mail to; he says that its writer takes part there. Raises Invalid."""
    try:
        service.read(unit, actor, form, record_id)
    except NotFound:
        raise Invalid(findings=[Finding("no_such_record", NO_SUCH_RECORD, field="record")]) from None
    found = threads.at(unit, rt.catalog, box, form.form_id, record_id, mail)
    if found is None:
        raise Invalid(findings=[Finding("no_such_record", NO_SUCH_RECORD, field="record")])
    return Thread(found.form, found.record, is_known=True)


def _settle(uow: UnitOfWork, row: MessageRow, values: dict[str, Any]) -> MessageRow:
    messages.settle(uow, row.id, values)
    return _existing(uow, row.id)


def _existing(unit: ReadUnit, message_id: str) -> MessageRow:
    found = messages.find(unit, message_id)
    if found is None:
        raise NotFound
    return found


def _findings(row: MessageRow) -> list[Finding]:
    return [Finding(one["code"], one["message"], field=one.get("field")) for one in row.details.get("findings") or ()]
