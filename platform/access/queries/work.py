"""What is set for one person's work."""

from typing import Any

from sqlalchemy import select

from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.tables import user_skills, user_territories, users


def of(unit: ReadUnit, user_id: str) -> Any:
    """Return (supervisor_id, primary_department_id, max_open) of a person, or None when there is none."""
    wanted = select(users.c.supervisor_id, users.c.primary_department_id, users.c.max_open)
    return unit.conn.execute(wanted.where(users.c.id == user_id)).one_or_none()


def supervisors(unit: ReadUnit) -> dict[str, str]:
    """Return person → the supervisor named for him."""
    wanted = select(users.c.id, users.c.supervisor_id).where(users.c.supervisor_id.is_not(None))
    return {row[0]: row[1] for row in unit.conn.execute(wanted)}


def skills_of(unit: ReadUnit, user_id: str) -> dict[str, int]:
    """Return skill → level of a person."""
    wanted = select(user_skills.c.skill_id, user_skills.c.level).where(user_skills.c.user_id == user_id)
    return {row[0]: row[1] for row in unit.conn.execute(wanted.order_by(user_skills.c.skill_id))}


def territories_of(unit: ReadUnit, user_id: str) -> tuple[str, ...]:
    """Return the territories of a person."""
    wanted = select(user_territories.c.territory_id).where(user_territories.c.user_id == user_id)
    return tuple(unit.conn.scalars(wanted.order_by(user_territories.c.territory_id)))
