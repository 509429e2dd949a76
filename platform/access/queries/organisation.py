"""Departments and roles."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import departments, roles, user_departments, user_roles, users


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """One department; `members` counts those directly in it."""

    id: str
    parent_id: str | None
    title: dict[str, str]
    head_id: str | None
    position: int
    members: int
    head_name: str | None


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One role; `members` counts its holders."""

    id: str
    key: str
    title: dict[str, str]
    package_slug: str | None
    members: int


def all_departments(unit: ReadUnit) -> list[DepartmentRow]:
    """Return every department, by position."""
    members = select(func.count()).where(user_departments.c.department_id == departments.c.id).scalar_subquery()
    head = select(users.c.name).where(users.c.id == departments.c.head_id).scalar_subquery()
    shown = departments.c
    wanted = select(shown.id, shown.parent_id, shown.title, shown.head_id, shown.position, members, head)
    return [DepartmentRow(*row) for row in unit.conn.execute(wanted.order_by(shown.position, shown.id))]


def existing_departments(unit: ReadUnit, ids: Collection[str]) -> set[str]:
    """Return those of `ids` that are departments."""
    if not ids:
        return set()
    return set(unit.conn.execute(select(departments.c.id).where(departments.c.id.in_(ids))).scalars())


def add_department(uow: UnitOfWork, values: Mapping[str, Any]) -> None:
    """Insert one department."""
    uow.conn.execute(insert(departments).values(**values))


def change_department(uow: UnitOfWork, department_id: str, values: Mapping[str, Any]) -> None:
    """Set columns of one department."""
    uow.conn.execute(update(departments).where(departments.c.id == department_id).values(**values))


def remove_department(uow: UnitOfWork, department_id: str) -> None:
    """Delete one department; its memberships go with it."""
    uow.conn.execute(delete(departments).where(departments.c.id == department_id))


def all_roles(unit: ReadUnit) -> list[RoleRow]:
    """Return every role, by key."""
    members = select(func.count()).where(user_roles.c.role_id == roles.c.id).scalar_subquery()
    wanted = select(roles.c.id, roles.c.key, roles.c.title, roles.c.package_slug, members).order_by(roles.c.key)
    return [RoleRow(*row) for row in unit.conn.execute(wanted)]


def holders(unit: ReadUnit, role_id: str) -> set[str]:
    """Return the ids of those who hold a role."""
    return set(unit.conn.scalars(select(user_roles.c.user_id).where(user_roles.c.role_id == role_id)))


def role_ids(unit: ReadUnit, keys: Collection[str]) -> dict[str, str]:
    """Return the ids of the roles of these keys, by key; unknown keys are left out."""
    if not keys:
        return {}
    return {row.key: row.id for row in unit.conn.execute(select(roles.c.key, roles.c.id).where(roles.c.key.in_(keys)))}


def add_role(uow: UnitOfWork, values: Mapping[str, Any]) -> None:
    """Insert one role."""
    uow.conn.execute(insert(roles).values(**values))


def change_role(uow: UnitOfWork, role_id: str, values: Mapping[str, Any]) -> None:
    """Set columns of one role."""
    uow.conn.execute(update(roles).where(roles.c.id == role_id).values(**values))


def remove_role(uow: UnitOfWork, role_id: str) -> None:
    """Delete one role; nobody holds it any more."""
    uow.conn.execute(delete(roles).where(roles.c.id == role_id))
