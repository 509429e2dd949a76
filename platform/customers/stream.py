"""The touchpoint of a record's change, written in the record's own transaction.

`listen` is the listener that `app.py` wires to the kernel's record port. Every form fill of an identified customer
is a touchpoint; so is every change of the field that the form calls its status. Two keys of one submission that
belong to different customers join them: the same person wrote with another address. Messages come from the floor above.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from formloom.platform.customers.guests import Guests
from formloom.platform.customers.keys import Identification, identification
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.events import RecordEvent
from formloom.platform.storage.database import UnitOfWork

MESSAGE = "message_received"


def listen(uow: UnitOfWork, events: Sequence[RecordEvent], form: FormVersion) -> None:
    """Write the touchpoints that `events` are, those that are any."""
    told = [
        (event, kind, identification(form, event.after)) for event in events if (kind := _kind(event, form)) is not None
    ]
    if not told:
        return
    guests = Guests(uow, [key for _event, _kind, who in told if who for key in who.keys])
    for event, kind, who in told:
        customer_id = guests.recognise(who, now=event.at) if who else None
        if customer_id is not None or event.actor_kind == "public":
            guests.note(_touchpoint(event, kind, form, customer_id))
    guests.write()


def note_message(
    uow: UnitOfWork, form: FormVersion, record_id: str, data: Mapping[str, Any], *, channel: str,
    customer: tuple[str, str] | None, now: datetime,
) -> None:  # fmt: skip
    """Write the touchpoint of a message about a record; `customer` is the mail address and name of who wrote it, where
    that is believed."""
    key = ("email", customer[0].strip().lower()[:254]) if customer else None
    guests = Guests(uow, [key] if key else [])
    who = Identification((customer or ("", ""))[1][:200] or None, (key,)) if key else None
    guests.note({
        "customer_id": guests.recognise(who, now=now) if who else None, "kind": MESSAGE, "channel": channel[:20],
        "app_id": form.app_id, "form_id": form.form_id, "record_id": record_id, "at": now, "data": dict(data),
    })  # fmt: skip
    guests.write()


def _touchpoint(event: RecordEvent, kind: str, form: FormVersion, customer_id: str | None) -> dict[str, Any]:
    data: dict[str, Any] = {"locale": event.locale}
    if kind == "status_changed":
        data = {"status": event.after.get(str(form.document.get("status_field")))}
    elif event.context.get("source"):
        data["source"] = event.context["source"]
    return {
        "customer_id": customer_id, "kind": kind, "channel": str(event.context.get("channel") or "form")[:20],
        "app_id": event.app_id, "form_id": event.form_id, "record_id": event.record_id, "at": event.at, "data": data,
    }  # fmt: skip


def _kind(event: RecordEvent, form: FormVersion) -> str | None:
    if event.kind == "record.created":
        return "form_submitted" if event.actor_kind == "public" else "record_created"
    status = form.document.get("status_field")
    if event.kind == "record.updated" and isinstance(status, str) and status in event.changed:
        return "status_changed"
    return None
