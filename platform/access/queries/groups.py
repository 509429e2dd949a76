"""What the rulebook is made of: published permission groups, and which app things belong to."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, select

from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.tables import apps, definition_versions, definitions


def published(unit: ReadUnit) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield id, app and current document of every published permission group."""
    current = and_(
        definition_versions.c.definition_id == definitions.c.id, definition_versions.c.version == definitions.c.version
    )
    wanted = (
        select(definitions.c.id, definitions.c.app_id, definition_versions.c.document)
        .join_from(definitions, definition_versions, current)
        .join(apps, apps.c.id == definitions.c.app_id)
        .where(
            definitions.c.kind == "permission_group", definitions.c.deleted_at.is_(None), apps.c.deleted_at.is_(None)
        )
        .order_by(definitions.c.id)
    )  # fmt: skip
    for row in unit.conn.execute(wanted):
        yield row.id, row.app_id, row.document


def app_owners(unit: ReadUnit) -> dict[str, str | None]:
    """Return who started each app."""
    wanted = select(apps.c.id, apps.c.created_by).where(apps.c.deleted_at.is_(None))
    return {row.id: row.created_by for row in unit.conn.execute(wanted)}


def flow_apps(unit: ReadUnit) -> dict[str, str]:
    """Return the app of whatever acts by itself: flows, the actions of policies and blueprints, mailboxes."""
    acting = ("flow", "sla", "blueprint", "mailbox")
    wanted = select(definitions.c.id, definitions.c.app_id).where(definitions.c.kind.in_(acting))
    return {row.id: row.app_id for row in unit.conn.execute(wanted)}
