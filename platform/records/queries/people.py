"""Names of members and departments, for values that hold their ids."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from formloom.platform.storage import access_epoch
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import departments, users


def existing_users(unit: ReadUnit, ids: Collection[str]) -> set[str]:
    """Return those ids that are of members who can be given a record."""
    statement = select(users.c.id).where(users.c.id.in_(list(ids)), users.c.status != "disabled")
    return set(unit.conn.scalars(statement))


def existing_departments(unit: ReadUnit, ids: Collection[str]) -> set[str]:
    """Return those ids that are of departments."""
    return set(unit.conn.scalars(select(departments.c.id).where(departments.c.id.in_(list(ids)))))


def user_names(unit: ReadUnit, ids: Collection[str]) -> dict[str, str]:
    """Return id → name, of disabled members too."""
    return _remembered(unit, _names, ids, select(users.c.id, users.c.name), users.c.id)


def department_titles(unit: ReadUnit, ids: Collection[str]) -> dict[str, dict[str, str]]:
    """Return id → title by language."""
    return _remembered(unit, _titles, ids, select(departments.c.id, departments.c.title), departments.c.id)


@dataclass(slots=True)
class _Memory:
    """What was looked up in one access epoch, which every change of people and departments ends."""

    epoch: str = ""
    known: dict[str, Any] = field(default_factory=dict)


_names, _titles = _Memory(), _Memory()
_MOST = 20_000


def _remembered(
    unit: ReadUnit, memory: _Memory, ids: Collection[str], statement: Select[Any], column: ColumnElement[str]
) -> dict[str, Any]:
    if not ids:
        return {}
    epoch = access_epoch.current(unit)
    if memory.epoch != epoch or len(memory.known) > _MOST:
        memory.epoch, memory.known = epoch, {}
    known = memory.known
    missing = [one for one in ids if one not in known]
    if missing:
        fresh = {row[0]: row[1] for row in unit.conn.execute(statement.where(column.in_(missing)))}
        if not epoch or isinstance(unit, UnitOfWork):
            return {one: known.get(one, fresh.get(one)) for one in ids if one in known or one in fresh}
        known.update(fresh)
    return {one: known[one] for one in ids if one in known}


def ids_by_name(unit: ReadUnit, names: Collection[str]) -> dict[str, str]:
    """Return name or mail address, folded → member id, for imports; a name that two members share is left out."""
    rows = unit.conn.execute(
        select(users.c.id, users.c.name, users.c.email_key).where(users.c.status.in_(("active", "sample", "invited")))
    ).all()
    wanted = {name.casefold() for name in names}
    found: dict[str, str] = {}
    twice: set[str] = set()
    for user_id, name, email_key in rows:
        for key in {name.casefold(), email_key.casefold()} & wanted:
            if key in found:
                twice.add(key)
            found[key] = user_id
    return {key: user_id for key, user_id in found.items() if key not in twice}


def departments_by_title(unit: ReadUnit, titles: Collection[str]) -> dict[str, str]:
    """Return title in any language, folded → department id, for imports; a title that two share is left out."""
    wanted = {title.casefold() for title in titles}
    found: dict[str, set[str]] = {}
    for department_id, title in unit.conn.execute(select(departments.c.id, departments.c.title)):
        for key in {text.casefold() for text in title.values()} & wanted:
            found.setdefault(key, set()).add(department_id)
    return {key: next(iter(ids)) for key, ids in found.items() if len(ids) == 1}
