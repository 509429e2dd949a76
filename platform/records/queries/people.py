"""Names of members and departments, for values that hold their ids."""

from collections.abc import Collection

from sqlalchemy import select

from formloom.platform.storage.database import ReadUnit
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
    if not ids:
        return {}
    rows = unit.conn.execute(select(users.c.id, users.c.name).where(users.c.id.in_(list(ids))))
    return {row[0]: row[1] for row in rows}


def department_titles(unit: ReadUnit, ids: Collection[str]) -> dict[str, dict[str, str]]:
    """Return id → title by language."""
    if not ids:
        return {}
    rows = unit.conn.execute(select(departments.c.id, departments.c.title).where(departments.c.id.in_(list(ids))))
    return {row[0]: row[1] for row in rows}


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
