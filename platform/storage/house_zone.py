"""The installation's time zone: what a day is, how a time without a zone is read, how moments are written down.

One name in the settings, remembered as long as the access epoch, which choosing another zone ends; so every process
notices within one request. Form versions carry it (`FormVersion.zone`); ask here where there is no form.
"""

import threading
import weakref
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update

from formloom.platform.kernel.zones import DEFAULT_ZONE
from formloom.platform.storage import access_epoch
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import settings

KEY = "timezone"
_known: "weakref.WeakKeyDictionary[object, tuple[str, ZoneInfo]]" = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def current(unit: ReadUnit) -> ZoneInfo:
    """Return the zone as this unit sees it."""
    epoch, engine = access_epoch.current(unit), unit.conn.engine
    with _lock:
        known = _known.get(engine)
    if known is not None and epoch and known[0] == epoch:
        return known[1]
    name = unit.conn.scalar(select(settings.c.value).where(settings.c.key == KEY))
    zone = ZoneInfo(name) if isinstance(name, str) else DEFAULT_ZONE
    with _lock:
        _known[engine] = (epoch, zone)
    return zone


def choose(uow: UnitOfWork, zone: ZoneInfo) -> None:
    """Set the zone."""
    changed = uow.conn.execute(update(settings).where(settings.c.key == KEY).values(value=zone.key))
    if changed.rowcount == 0:
        uow.conn.execute(insert(settings).values(key=KEY, value=zone.key))
    access_epoch.advance(uow)
