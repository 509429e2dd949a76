"""Names that documents refer to."""

from sqlalchemy import select

from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.tables import roles


def role_keys(unit: ReadUnit) -> frozenset[str]:
    """Return the keys of all roles."""
    return frozenset(unit.conn.scalars(select(roles.c.key)))
