"""The touchpoint of a record's change, written in the record's own transaction.

`listen` is the listener that `app.py` wires to the kernel's record port. Every form fill of an identified customer
is a touchpoint; so is every change of the field that the form calls its status. Two keys of one submission that
belong to different customers join them: the same person wrote with another address.
"""

from formloom.platform.customers.keys import Identification, identification
from formloom.platform.customers.queries import identities
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.events import RecordEvent
from formloom.platform.storage.database import UnitOfWork


def listen(uow: UnitOfWork, event: RecordEvent, form: FormVersion) -> None:
    """Write the touchpoint that `event` is, if it is one."""
    kind = _kind(event, form)
    if kind is None:
        return
    who = identification(form, event.after)
    customer_id = _recognise(uow, who, event) if who else None
    if customer_id is None and event.actor_kind != "public":
        return
    data = {"status": event.after.get(form.document.get("status_field"))} if kind == "status_changed" else {
        "locale": event.locale
    }  # fmt: skip
    identities.add_touchpoint(
        uow,
        {
            "customer_id": customer_id, "kind": kind, "channel": str(event.context.get("channel") or "form")[:20],
            "app_id": event.app_id, "form_id": event.form_id, "record_id": event.record_id, "at": event.at,
            "data": data,
        },
    )  # fmt: skip


def _kind(event: RecordEvent, form: FormVersion) -> str | None:
    if event.kind == "record.created":
        return "form_submitted" if event.actor_kind == "public" else "record_created"
    status = form.document.get("status_field")
    if event.kind == "record.updated" and isinstance(status, str) and status in event.changed:
        return "status_changed"
    return None


def _recognise(uow: UnitOfWork, who: Identification, event: RecordEvent) -> str:
    known = identities.owners(uow, who.keys)
    ids = list(dict.fromkeys(known[key] for key in who.keys if key in known))
    if ids:
        customer_id = ids[0]
        for other in ids[1:]:
            identities.merge(uow, other, customer_id)
        identities.see(uow, customer_id, who.name, now=event.at)
    else:
        customer_id = identities.add_customer(uow, who.name, now=event.at)
    for key in who.keys:
        if key not in known:
            identities.add_key(uow, customer_id, *key)
    return customer_id
