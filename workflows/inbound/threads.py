"""Which record a mail answers, and whether who wrote it takes part there.

The record is found by what only somebody knows who has seen a mail about it: the address for answers that belongs to
one mail of ours, or a Message-ID, ours or one that came in earlier. Message-IDs of ours are signed, so they can't be
made up. A From line can; so somebody who knows the Message-ID but never took part in the record is heard,
and not believed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import NotFound
from formloom.platform.records.queries.rows import read_one
from formloom.platform.records.record import Record
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.definition_store import FormCatalog
from formloom.platform.web.runtime import Runtime
from formloom.workflows.inbound import mailboxes
from formloom.workflows.inbound.mailboxes import Mailbox
from formloom.workflows.mail.message import domain_of
from formloom.workflows.mail.reading import Mail
from formloom.workflows.queries import messages, posts


@dataclass(frozen=True, slots=True)
class Thread:
    """The record that a mail answers. `is_known` tells that its writer takes part in it."""

    form: FormVersion
    record: Record
    is_known: bool


def find(unit: ReadUnit, rt: Runtime, box: Mailbox, mail: Mail) -> Thread | None:
    """Return the record that a mail answers, one of the mailbox's app; None when it answers none."""
    for form_id, record_id in _named(unit, domain_of(rt.settings.mail_from), box, mail):
        found = at(unit, rt.catalog, box, form_id, record_id, mail)
        if found is not None:
            return found
    return None


def at(unit: ReadUnit, catalog: FormCatalog, box: Mailbox, form_id: str, record_id: str, mail: Mail) -> Thread | None:
    """Return a record as the one that a mail answers; None when it is gone or not of the mailbox's app."""
    try:
        form = catalog.current(unit, form_id)
    except NotFound:
        return None
    record = read_one(unit, form, record_id) if form.app_id == box.app_id else None
    if record is None:
        return None
    return Thread(form, record, not mail.is_forged and mail.sender in _taking_part(unit, box, form, record))


def _named(unit: ReadUnit, domain: str, box: Mailbox, mail: Mail) -> Iterator[tuple[str, str]]:
    tagged = [f"<fl.{key}@{domain}>" for key in mailboxes.keys_in(mail.to)]
    ours = posts.by_message_ids(unit, [*tagged, *mail.references])
    theirs = messages.by_message_ids(unit, box.app_id, mail.references)
    for message_id in [*tagged, *mail.references]:
        found = ours.get(message_id) or theirs.get(message_id)
        if found is not None and found.form_id and found.record_id:
            yield found.form_id, found.record_id


def _taking_part(unit: ReadUnit, box: Mailbox, form: FormVersion, record: Record) -> set[str]:
    """Return the addresses that a record's mails went to and came from, and the customer's own in it."""
    found = posts.addresses_of_record(unit, record.id) | messages.addresses_of_record(unit, record.id)
    customer = form.document.get("customer") or {}
    for name in {customer.get("email"), box.parts.get("from") if form.key == box.form else None}:
        value = record.values.get(name or "")
        if isinstance(value, str):
            found.add(value.strip().lower())
    return found
