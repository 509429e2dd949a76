"""Installation-wide values, by name."""

from typing import Any

from sqlalchemy import bindparam, insert, select, update

from formloom.platform.kernel.jsontypes import JSONValue
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import settings

_READ = select(settings.c.value).where(settings.c.key == bindparam("key"))


def read(unit: ReadUnit, key: str) -> Any:
    """Return the value of that name, or None."""
    return unit.conn.execute(_READ, {"key": key}).scalar()


def write(uow: UnitOfWork, key: str, value: JSONValue) -> None:
    """Set the value of that name."""
    if uow.conn.execute(update(settings).where(settings.c.key == key).values(value=value)).rowcount == 0:
        uow.conn.execute(insert(settings).values(key=key, value=value))
