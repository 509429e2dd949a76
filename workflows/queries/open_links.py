"""Open public links of an app's forms."""

from sqlalchemy import select

from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.tables import definitions, form_links


def of_app(unit: ReadUnit, app_id: str) -> list[tuple[str, str, str]]:
    """Return (form id, form key, token) for each open link of a published form, oldest first."""
    rows = unit.conn.execute(
        select(definitions.c.id, definitions.c.key, form_links.c.token)
        .join(form_links, form_links.c.form_id == definitions.c.id)
        .where(
            definitions.c.app_id == app_id, definitions.c.deleted_at.is_(None), definitions.c.version.is_not(None),
            form_links.c.is_open,
        )
        .order_by(form_links.c.created_at)
    )  # fmt: skip
    return [(row[0], row[1], row[2]) for row in rows]
