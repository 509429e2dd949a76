"""Whether a form takes submissions: from when, until when, how many."""

from datetime import datetime
from typing import Literal

from formloom.platform.definitions.form import FormVersion
from formloom.platform.records.queries import places
from formloom.platform.records.record import FormClosed, QuotaReached
from formloom.platform.storage.database import ReadUnit, UnitOfWork

State = Literal["open", "not_yet", "ended", "full"]


def state_of(unit: ReadUnit, form: FormVersion, now: datetime) -> State:
    """Return whether the form takes submissions at `now`."""
    clock = _by_clock(form, now)
    if clock != "open":
        return clock
    quota = form.settings.get("quota")
    return "full" if quota is not None and places.taken(unit, form) >= quota else "open"


def ensure_open(form: FormVersion, now: datetime) -> None:
    """Refuse a submission outside the form's hours. Raises FormClosed."""
    if _by_clock(form, now) != "open":
        raise FormClosed


def take_place(uow: UnitOfWork, form: FormVersion) -> None:
    """Take one of the form's places, exactly, also under concurrent submissions. Raises QuotaReached."""
    quota = form.settings.get("quota")
    if quota is not None and not places.take(uow, form, int(quota)):
        raise QuotaReached


def _by_clock(form: FormVersion, now: datetime) -> State:
    opens, ends = form.settings.get("open_from"), form.settings.get("open_until")
    if opens and now < datetime.fromisoformat(opens):
        return "not_yet"
    return "ended" if ends and now >= datetime.fromisoformat(ends) else "open"
