"""Whether any flow, clock of a service level or blueprint listens to a form.

Most records of most forms set nothing off. Their event is still written down, but as done, so that the worker does
not have to take it up only to find that out. Which forms have flows is asked once per access epoch, which every
publication ends.
"""

import threading
from collections.abc import Callable, Sequence

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.events import RecordEvent, RecordListener
from formloom.platform.records.relations.following import followers
from formloom.platform.storage import access_epoch
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit, UnitOfWork

_lock = threading.Lock()
_heard: dict[str, dict[str, frozenset[str]]] = {}
"""Access epoch → app id → keys of the forms that published documents of these kinds are about; one epoch at a time."""
LISTENING = ("flow", "sla", "blueprint")


def is_heard(unit: ReadUnit, form: FormVersion) -> bool:
    """Tell whether a published flow, policy or blueprint, on or off, is about a form, or other records follow it."""
    epoch = access_epoch.current(unit)
    with _lock:
        known = _heard.get(epoch, {}).get(form.app_id) if epoch else None
    if known is None:
        found = [one for kind in LISTENING for one in store.published(unit, kind, app_id=form.app_id)]
        known = frozenset(str(document.get("form")) for _definition, document in found)
        with _lock:
            if epoch not in _heard:
                _heard.clear()
            _heard.setdefault(epoch, {})[form.app_id] = known
    return form.key in known or is_followed(unit, form)


def is_followed(unit: ReadUnit, form: FormVersion) -> bool:
    """Tell whether records of other forms show something of this form's, so that they follow its changes."""
    return bool(followers(unit, form))


def waking(wake: Callable[[], None]) -> RecordListener[UnitOfWork, FormVersion]:
    """Return a listener that calls `wake` after the commit of what some flow has to be run for."""

    def listen(uow: UnitOfWork, events: Sequence[RecordEvent], form: FormVersion) -> None:
        if is_followed(uow, form) or (any(event.rules for event in events) and is_heard(uow, form)):
            uow.after_commit(wake)

    return listen
