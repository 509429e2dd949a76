"""Where answers to a mail about a record go."""

from collections.abc import Callable

from formloom.platform.definitions.form import FormVersion
from formloom.platform.storage.database import ReadUnit
from formloom.workflows.inbound import mailboxes


def answers_to(unit: ReadUnit, form: FormVersion) -> Callable[[str], str] | None:
    """Return what gives the address for answers to the mail of a Message-ID; None where none come back to the house."""
    box = mailboxes.of_form(unit, form.app_id, form.key)
    if box is None:
        return None
    found = box
    return lambda message_id: found.answers(message_id) or found.addresses[0]
