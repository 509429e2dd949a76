"""The calendars of an app, ready to compute with.

A calendar is made once for each text of its document, so the blocks that it works out are there for the next question.
"""

import json
from datetime import datetime
from functools import lru_cache

from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.per_epoch import PerEpoch
from formloom.workflows.calendars import Calendar
from formloom.workflows.durations import Duration


def calendar_of(unit: ReadUnit, app_id: str, key: str) -> Calendar | None:
    """Return the published calendar `key` of an app, with the days of the one that it is based on; None if none is.

    Raises CalendarInvalid.
    """
    known = _known.present(unit)
    if (app_id, key) not in known:
        known[app_id, key] = _read(unit, app_id, key)
    return known[app_id, key]


def passed(calendar: Calendar, start: datetime, length: Duration) -> datetime | None:
    """Return when a length of time has passed since `start`: its days are working days, its hours working hours.

    It begins with the first working moment, so a day given on a Saturday ends on Tuesday. None if it never does.
    """
    begun = calendar.next_open(start)
    moved = calendar.days_later(begun, length.days) if begun is not None else None
    return calendar.add(moved, length.time) if moved is not None else None


_known: PerEpoch[dict[tuple[str, str], Calendar | None]] = PerEpoch(lambda _unit: {})


def _read(unit: ReadUnit, app_id: str, key: str) -> Calendar | None:
    document = store.published_document(unit, app_id, "calendar", key)
    if document is None:
        return None
    base = document.get("based_on")
    days = store.published_document(unit, app_id, "calendar", base) if isinstance(base, str) else None
    return _made(json.dumps(document, sort_keys=True), json.dumps(days, sort_keys=True))


@lru_cache(maxsize=64)
def _made(document: str, base: str) -> Calendar:
    return Calendar.parse(json.loads(document), json.loads(base))
