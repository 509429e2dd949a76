"""Which fields of an app's forms gather from the records of a form, asked once per access epoch."""

import threading

from formloom.platform.definitions.fields.gathering import Gathering
from formloom.platform.definitions.form import Field, FormVersion
from formloom.platform.records.relations import targets
from formloom.platform.storage import access_epoch
from formloom.platform.storage.database import ReadUnit

Follower = tuple[FormVersion, Field, Gathering]
_lock = threading.Lock()
_followers: dict[str, dict[str, tuple[Follower, ...]]] = {}
"""Access epoch → form id → what gathers from the form's records; one epoch at a time."""


def followers(unit: ReadUnit, form: FormVersion) -> tuple[Follower, ...]:
    """Return the fields of the app's forms that gather from records of this form."""
    epoch = access_epoch.current(unit)
    with _lock:
        known = _followers.get(epoch, {}).get(form.form_id) if epoch else None
    if known is None:
        known = tuple(_found(unit, form))
        with _lock:
            if epoch not in _followers:
                _followers.clear()
            _followers.setdefault(epoch, {})[form.form_id] = known
    return known


def _found(unit: ReadUnit, form: FormVersion) -> list[Follower]:
    return [
        (other, item, gathering)
        for other in targets.forms_of(unit, form.app_id)
        for item, gathering in other.gathered
        if other.target_key(item) == form.key
    ]
