"""The access epoch: one row that changes with everything that decides who may do what.

Sessions, tokens, people, roles, departments and permission groups are kept in memory between requests; every
request compares this row first, so that a revocation made by any process holds at once in all of them. It
stands here because publishing and deleting a definition begin a new epoch, too.
"""

from sqlalchemy import insert, update

from formloom.platform.kernel.ids import new_id
from formloom.platform.storage.database import Assumption, ReadUnit, UnitOfWork
from formloom.platform.storage.tables import settings

KEY = "access_epoch"
_CURRENT = f"SELECT value FROM {settings.name} WHERE key = '{KEY}'"  # noqa: S608 - names of ours


def current(unit: ReadUnit) -> str:
    """Return the present epoch as this unit sees it; the empty string before the first one."""
    value = unit.ask(_CURRENT)
    return value if isinstance(value, str) else ""


def still(epoch: str) -> Assumption:
    """Return the assumption that the epoch is still `epoch`."""
    return Assumption(_CURRENT, epoch)


def advance(uow: UnitOfWork) -> None:
    """Begin a new epoch when this unit of work commits."""
    fresh = new_id()
    changed = uow.conn.execute(update(settings).where(settings.c.key == KEY).values(value=fresh))
    if changed.rowcount == 0:
        uow.conn.execute(insert(settings).values(key=KEY, value=fresh))
    uow.forget(_CURRENT)
