"""The access epoch: one row that changes with everything that decides who may do what.

Sessions, tokens, people, roles, departments and permission groups are kept in memory between requests; every
request compares this row first, so that a revocation made by any process holds at once in all of them. It
stands here because publishing and deleting a definition begin a new epoch, too.
"""

from sqlalchemy import bindparam, insert, select, update

from formloom.platform.kernel.ids import new_id
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import settings

KEY = "access_epoch"
_CURRENT = select(settings.c.value).where(settings.c.key == bindparam("key"))


def current(unit: ReadUnit) -> str:
    """Return the present epoch as this unit sees it; the empty string before the first one."""
    known = unit.memory.get(KEY)
    if known is None:
        value = unit.conn.execute(_CURRENT, {"key": KEY}).scalar()
        known = unit.memory[KEY] = value if isinstance(value, str) else ""
    epoch: str = known
    return epoch


def advance(uow: UnitOfWork) -> None:
    """Begin a new epoch when this unit of work commits."""
    fresh = new_id()
    changed = uow.conn.execute(update(settings).where(settings.c.key == KEY).values(value=fresh))
    if changed.rowcount == 0:
        uow.conn.execute(insert(settings).values(key=KEY, value=fresh))
    uow.memory[KEY] = fresh
