"""Names that documents refer to."""

from typing import Any

from sqlalchemy import and_, select

from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.tables import apps, definition_versions, definitions, roles


def role_keys(unit: ReadUnit) -> frozenset[str]:
    """Return the keys of all roles."""
    return frozenset(unit.conn.scalars(select(roles.c.key)))


def role_titles(unit: ReadUnit) -> dict[str, dict[str, str]]:
    """Return key → title of all roles but the built-in one."""
    found = unit.conn.execute(select(roles.c.key, roles.c.title).where(roles.c.key != "builder").order_by(roles.c.key))
    return {row.key: row.title for row in found}


def documents_elsewhere(unit: ReadUnit, app_id: str) -> list[dict[str, Any]]:
    """Return the drafts and the published documents of all apps but this one."""
    published = and_(
        definition_versions.c.definition_id == definitions.c.id, definition_versions.c.version == definitions.c.version
    )
    statement = (
        select(definitions.c.draft, definition_versions.c.document)
        .join(apps, apps.c.id == definitions.c.app_id)
        .outerjoin(definition_versions, published)
        .where(apps.c.id != app_id, apps.c.deleted_at.is_(None), definitions.c.deleted_at.is_(None))
    )
    return [document for row in unit.conn.execute(statement) for document in row if document]
