"""Names that documents refer to."""

from sqlalchemy import select

from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.tables import roles


def role_keys(unit: ReadUnit) -> frozenset[str]:
    """Return the keys of all roles."""
    return frozenset(unit.conn.scalars(select(roles.c.key)))


def role_titles(unit: ReadUnit) -> dict[str, dict[str, str]]:
    """Return key → title of all roles but the built-in one."""
    found = unit.conn.execute(select(roles.c.key, roles.c.title).where(roles.c.key != "builder").order_by(roles.c.key))
    return {row.key: row.title for row in found}
