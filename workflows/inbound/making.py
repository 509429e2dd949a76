"""A new record from a mail, through the write pipeline, with what is attached."""

import html
import io
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.platform.definitions.fields.texts import TextType
from formloom.platform.definitions.fields.types.richtext import Richtext
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import System
from formloom.platform.kernel.errors import Invalid, TooLarge
from formloom.platform.kernel.events import Cause
from formloom.platform.kernel.ids import new_id
from formloom.platform.records import files, service
from formloom.platform.records.files import Place
from formloom.platform.records.record import Record, WriteOptions
from formloom.platform.storage.database import UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.inbound.mailboxes import Mailbox
from formloom.workflows.mail.reading import Mail

CHANNEL = "mail"
LONGEST_MARKED = 15_000
"""So much of a mail stands in a field with markup, which may make six characters of one."""
NO_SUBJECT = {"zh-CN": "（无主题）", "en": "(no subject)"}


@dataclass(frozen=True, slots=True)
class Uploads:
    """What a field for files takes of a mail, stored and not yet part of a record; and the names that it does not."""

    ids: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def actor_of(box: Mailbox, locale: str = "zh-CN") -> System:
    """Return who makes the records of a mailbox."""
    return System("mailbox", box.id, locale=locale)


def upload(rt: Runtime, box: Mailbox, form: FormVersion, mail: Mail, *, now: datetime) -> Uploads:
    """Store what is attached for the field that takes files, in front of the record's own transaction.

    A file that the field doesn't take stays with the mail alone.
    """
    name = box.parts.get("files")
    if not name or not mail.files:
        return Uploads()
    place, owner = Place.of_field(form, name), service.owner_of(actor_of(box))
    most = int(form.field(name).cfg["max_items"])
    kept: list[str] = []
    left_out: list[str] = []
    for file in mail.files:
        if len(kept) == most:
            left_out.append(file.name)
            continue
        try:
            stream = io.BytesIO(file.content)
            kept.append(files.keep_upload(rt.db, rt.files, place, owner, file.name, stream, ensure=_allow, now=now).id)
        except (Invalid, TooLarge):
            left_out.append(file.name)
    return Uploads(tuple(kept), tuple(left_out))


def create(
    uow: UnitOfWork, rt: Runtime, box: Mailbox, form: FormVersion, mail: Mail, uploads: Uploads, locale: str,
    *, now: datetime,
) -> Record:  # fmt: skip
    """Create the record of a mail. Raises InvalidValues."""
    options = WriteOptions(
        cause=Cause(CHANNEL), listeners=rt.listeners, locale=locale, record_id=new_id(),
        context={"channel": CHANNEL, "mailbox": box.key},
    )  # fmt: skip
    values = {**box.values, **_values(box, form, mail, uploads, locale, now)}
    return service.create(uow, actor_of(box, locale), form, values, now=now, options=options)


def _values(
    box: Mailbox, form: FormVersion, mail: Mail, uploads: Uploads, locale: str, now: datetime
) -> Mapping[str, Any]:
    at = min(mail.at or now, now)
    parts: dict[str, Any] = {
        "subject": mail.subject or NO_SUBJECT[locale], "from": mail.sender, "name": mail.name or mail.sender,
        "text": "\n\n".join(part for part in (mail.text, mail.quoted) if part),
        "files": [{"id": one} for one in uploads.ids] or None, "at": at,
    }  # fmt: skip
    return {
        name: _fitted(form, name, parts[part])
        for part, name in box.parts.items()
        if parts.get(part) not in (None, "") and name in form.by_id
    }


def _fitted(form: FormVersion, name: str, value: Any) -> Any:
    item = form.field(name)
    if isinstance(value, str):
        longest = item.type.limit if isinstance(item.type, TextType) else LONGEST_MARKED
        shown = unicodedata.normalize("NFC", value)[: min(item.cfg.get("max_length") or longest, longest)]
        return _marked(shown) if item.type.id == Richtext.id else shown
    if isinstance(value, datetime):
        return value.astimezone(form.zone).date().isoformat() if item.kind == "date" else value.isoformat()
    return value


def _marked(text: str) -> str:
    """Return a plain text as markup that shows it: what stands in it between angle brackets is no tag."""
    return "<p>" + html.escape(text, quote=False).replace("\n", "<br>") + "</p>"


def _allow(_uow: UnitOfWork) -> None:
    """Whoever writes to a mailbox may attach what its field takes."""
