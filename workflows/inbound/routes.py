"""Mailboxes and what came into them, over HTTP."""

import io
from typing import Any

from flask import Response, send_file
from marshmallow import Schema, fields, validate

from formloom.platform.access.policy import Act
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import NotFound
from formloom.platform.storage.database import ReadUnit
from formloom.platform.web.records.file_routes import SANDBOX
from formloom.platform.web.records.shown import moment
from formloom.platform.web.route import Api, Call
from formloom.platform.web.security import rates
from formloom.workflows.channels.imap import CODES, ServerFailed
from formloom.workflows.inbound import looking, receiving
from formloom.workflows.queries.messages import MessageRow

api = Api("mailboxes")
PAGE = 50
PREVIEW = 200
STATES = ("made", "joined", "unverified", "bounced", "held", "dropped")


class MessageQuery(Schema):
    """Which messages."""

    state = fields.String(validate=validate.OneOf(STATES))
    cursor = fields.String(validate=validate.Length(max=40))


class MailboxPasswordBody(Schema):
    """The password to a mail server."""

    password = fields.String(required=True, validate=validate.Length(1, 500))


class NothingBody(Schema):
    """Nothing is said."""


class LetInBody(Schema):
    """To which record a mail is put; without one it makes a record."""

    record = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 40))


@api.get("/mailboxes/<mailbox>", act=Act.DEFINITION_READ)
def read_mailbox(call: Call, mailbox: str) -> object:
    """Tell how a mailbox is read, and how many mails are in which state."""
    with call.db.read() as unit:
        found, place, counts = looking.mailbox(unit, call.runtime, call.member, mailbox)
    return {
        "id": found.id, "key": found.key, "title": (found.draft or {}).get("title") or {},
        "published": found.version is not None, "has_password": place.password is not None,
        "checked_at": moment(place.checked_at) if place.checked_at else None,
        "error": {"code": place.error, "message": CODES.get(place.error, {})} if place.error else None,
        "counts": {state: counts.get(state, 0) for state in STATES},
    }  # fmt: skip


@api.put("/mailboxes/<mailbox>/password", act=Act.DEFINITION_EDIT, body=MailboxPasswordBody(), status=204)
def set_password(call: Call, mailbox: str) -> object:
    """Keep the password to a mailbox's server; it is never given out again."""
    call.db.write(lambda uow: looking.set_password(uow, call.runtime, call.member, mailbox, call.body["password"]))
    return None


@api.delete("/mailboxes/<mailbox>/password", act=Act.DEFINITION_EDIT)
def forget_password(call: Call, mailbox: str) -> object:
    """Forget the password to a mailbox's server."""
    call.db.write(lambda uow: looking.set_password(uow, call.runtime, call.member, mailbox, None))
    return None


@api.post("/mailboxes/<mailbox>/check", act=Act.DEFINITION_EDIT, body=NothingBody())
def check_mailbox(call: Call, mailbox: str) -> object:
    """Try the server of a mailbox's draft and tell what is there, or what is wrong."""
    rates().spend("20 per minute", "mailbox-check", call.member.user_id)
    try:
        folders, count = looking.check(call.runtime, call.member, mailbox)
    except ServerFailed as fault:
        return {"ok": False, "code": fault.code, "message": CODES.get(fault.code, {})}
    return {"ok": True, "folders": folders, "messages": count}


@api.get("/mailboxes/<mailbox>/messages", act=Act.RECORD_REVIEW, query=MessageQuery())
def list_messages(call: Call, mailbox: str) -> object:
    """List what came into a mailbox, newest first."""
    asked = call.query
    with call.db.read() as unit:
        found = looking.page(
            unit, call.runtime, call.member, mailbox, state=asked.get("state"), before=asked.get("cursor")
        )
        told = [_shown(unit, call, row) for row in found]
    return {"messages": told, "next": found[-1].id if len(found) == PAGE else None}


@api.get("/messages/<message>", act=Act.FILE_READ)
def read_message(call: Call, message: str) -> object:
    """Return a message with all that it says."""
    with call.db.read() as unit:
        return _whole(unit, call, looking.message(unit, call.runtime, call.member, message))


@api.get("/messages/<message>/files/<int:place>", act=Act.FILE_READ, gives="*/*")
def download_attachment(call: Call, message: str, place: int) -> Response:
    """Download what is attached to a message."""
    with call.db.read() as unit:
        row = looking.whole_message(unit, call.runtime, call.member, message)
    found = looking.file_of(call.runtime, row, place)
    return _sent(found.content, found.name)


@api.get("/messages/<message>/source", act=Act.FILE_READ, gives="*/*")
def download_source(call: Call, message: str) -> Response:
    """Download a message as it came."""
    with call.db.read() as unit:
        row = looking.whole_message(unit, call.runtime, call.member, message)
    return _sent(receiving.source_of(call.runtime, row), f"{row.id}.eml")


@api.post("/messages/<message>/let-in", act=Act.RECORD_REVIEW, body=LetInBody())
def let_in(call: Call, message: str) -> object:
    """Make a record of a mail that waits, or put it to a record."""
    row = looking.let_in(call.runtime, call.member, message, call.body["record"], now=call.now)
    return _again(call, row)


@api.post("/messages/<message>/drop", act=Act.RECORD_REVIEW, body=NothingBody())
def drop_message(call: Call, message: str) -> object:
    """Decide that nothing comes of a mail that waits."""
    return _again(call, call.db.write(lambda uow: looking.drop(uow, call.runtime, call.member, message)))


@api.post("/messages/<message>/hold", act=Act.RECORD_REVIEW, body=NothingBody())
def hold_message(call: Call, message: str) -> object:
    """Let a mail that was dropped wait again."""
    return _again(call, call.db.write(lambda uow: looking.hold(uow, call.runtime, call.member, message)))


def _again(call: Call, row: MessageRow) -> dict[str, Any]:
    with call.db.read() as unit:
        return _whole(unit, call, row)


def _whole(unit: ReadUnit, call: Call, row: MessageRow) -> dict[str, Any]:
    hidden = looking.hidden_parts(unit, call.runtime, call.member, row)
    text, quoted = ("", "") if "text" in hidden else (row.text, row.details.get("quoted") or "")
    return {
        **_shown(unit, call, row), "text": text, "quoted": quoted, "to": row.details.get("to") or [],
        "message_id": row.message_id, "has_source": row.source is not None and not hidden,
        "written_at": row.details.get("written_at"), "left_out": row.details.get("left_out") or [],
    }  # fmt: skip


def _shown(unit: ReadUnit, call: Call, row: MessageRow) -> dict[str, Any]:
    parts = {
        "from": row.address, "name": row.name, "subject": row.subject, "files": row.details.get("files") or [],
        "text": " ".join(row.text[: PREVIEW * 2].split())[:PREVIEW],
    }  # fmt: skip
    for part in looking.hidden_parts(unit, call.runtime, call.member, row):
        parts[part] = [] if part == "files" else ""
    return {
        "id": row.id, "at": moment(row.at), "state": row.state, "cause": row.cause, "preview": parts["text"],
        **{part: parts[part] for part in ("from", "name", "subject", "files")}, "is_automatic": row.is_automatic,
        "findings": row.details.get("findings") or [], "record": _record(unit, call, row),
    }  # fmt: skip


def _record(unit: ReadUnit, call: Call, row: MessageRow) -> dict[str, Any] | None:
    """Return the record of a message, by its name where the caller may know it."""
    if row.record_id is None or row.form_id is None:
        return None
    title = ""
    try:
        form: FormVersion = call.runtime.catalog.current(unit, row.form_id)
        title = looking.title_for(unit, call.member, form, row.record_id, call.locale)
    except NotFound:
        pass
    return {"form": row.form_id, "id": row.record_id, "title": title}


def _sent(content: bytes, name: str) -> Response:
    answer = send_file(
        io.BytesIO(content), mimetype="application/octet-stream", as_attachment=True, download_name=name, max_age=0
    )
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
