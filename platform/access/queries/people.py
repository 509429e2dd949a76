"""Users and what they belong to."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, literal, or_, select, union_all, update

from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import departments, roles, user_departments, user_roles, users


@dataclass(frozen=True, slots=True)
class UserRow:
    """One row of `users`."""

    id: str
    email: str
    email_key: str
    name: str
    locale: str
    theme: str | None
    status: str
    is_admin: bool
    password_hash: str | None
    auth_epoch: int
    created_at: datetime
    seen_at: datetime | None
    preferences: dict[str, Any] | None


_COLUMNS = tuple(users.c[name] for name in UserRow.__dataclass_fields__)


def by_id(unit: ReadUnit, user_id: str) -> UserRow | None:
    """Return the user of that id, or None."""
    return _one(unit, users.c.id == user_id)


def by_email(unit: ReadUnit, email_key: str) -> UserRow | None:
    """Return the user of that normalised address, or None."""
    return _one(unit, users.c.email_key == email_key)


def lock(uow: UnitOfWork, user_id: str) -> UserRow | None:
    """Return the user as `by_id`, holding the row until the unit of work ends."""
    return _one(uow, users.c.id == user_id, locked=True)


def search(unit: ReadUnit, words: str, *, statuses: Collection[str], limit: int) -> list[UserRow]:
    """Return users whose name or address contains `words`, by name; all of them for no words."""
    wanted = select(*_COLUMNS).where(users.c.status.in_(statuses)).order_by(users.c.name, users.c.id).limit(limit)
    if words:
        needle = words.casefold()
        in_name = func.lower(users.c.name).contains(needle, autoescape=True)
        wanted = wanted.where(or_(in_name, users.c.email_key.contains(needle, autoescape=True)))
    return [UserRow(*row) for row in unit.conn.execute(wanted)]


def names(unit: ReadUnit, user_ids: Collection[str]) -> dict[str, str]:
    """Return the names of these users, whatever their status."""
    if not user_ids:
        return {}
    wanted = select(users.c.id, users.c.name).where(users.c.id.in_(user_ids))
    return {row.id: row.name for row in unit.conn.execute(wanted)}


def add(uow: UnitOfWork, values: Mapping[str, Any]) -> None:
    """Insert one user."""
    uow.conn.execute(insert(users).values(**values))


def change(uow: UnitOfWork, user_id: str, values: Mapping[str, Any]) -> None:
    """Set columns of one user."""
    uow.conn.execute(update(users).where(users.c.id == user_id).values(**values))


def has_any(unit: ReadUnit) -> bool:
    """Tell whether anybody can sign in or ever could."""
    found = unit.conn.execute(select(users.c.id).where(users.c.status.in_(("active", "disabled"))).limit(1))
    return found.first() is not None


def other_administrators(unit: ReadUnit, user_id: str) -> int:
    """Count the active administrators besides this one."""
    able = (users.c.is_admin.is_(True), users.c.status == "active", users.c.password_hash.is_not(None))
    wanted = select(func.count()).where(*able, users.c.id != user_id)
    return int(unit.conn.execute(wanted).scalar_one())


def memberships(unit: ReadUnit, user_ids: Collection[str]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return role keys and department ids of these users, by user id."""
    role_keys: dict[str, list[str]] = {}
    department_ids: dict[str, list[str]] = {}
    if user_ids:
        held = (
            select(literal("role").label("what"), user_roles.c.user_id, roles.c.key.label("held"))
            .join_from(user_roles, roles, roles.c.id == user_roles.c.role_id)
            .where(user_roles.c.user_id.in_(user_ids))
        )
        placed = select(literal("department"), user_departments.c.user_id, user_departments.c.department_id).where(
            user_departments.c.user_id.in_(user_ids)
        )
        for what, user_id, value in unit.conn.execute(union_all(held, placed)):
            (role_keys if what == "role" else department_ids).setdefault(user_id, []).append(value)
    return _sorted(role_keys), _sorted(department_ids)


def set_roles(uow: UnitOfWork, user_id: str, role_ids: Iterable[str]) -> None:
    """Let the user hold exactly these roles."""
    uow.conn.execute(delete(user_roles).where(user_roles.c.user_id == user_id))
    rows = [{"user_id": user_id, "role_id": role_id} for role_id in sorted(set(role_ids))]
    if rows:
        uow.conn.execute(insert(user_roles), rows)


def add_role(uow: UnitOfWork, user_id: str, role_id: str) -> None:
    """Let the user hold this role as well."""
    held = select(user_roles.c.role_id).where(user_roles.c.user_id == user_id, user_roles.c.role_id == role_id)
    if uow.conn.execute(held).first() is None:
        uow.conn.execute(insert(user_roles).values(user_id=user_id, role_id=role_id))


def set_departments(uow: UnitOfWork, user_id: str, department_ids: Iterable[str]) -> None:
    """Let the user belong to exactly these departments."""
    uow.conn.execute(delete(user_departments).where(user_departments.c.user_id == user_id))
    rows = [{"user_id": user_id, "department_id": at} for at in sorted(set(department_ids))]
    if rows:
        uow.conn.execute(insert(user_departments), rows)


def parents(unit: ReadUnit) -> dict[str, str | None]:
    """Return the parent of every department, by id."""
    return {row.id: row.parent_id for row in unit.conn.execute(select(departments.c.id, departments.c.parent_id))}


def _one(unit: ReadUnit, condition: ColumnElement[bool], *, locked: bool = False) -> UserRow | None:
    wanted: Select[Any] = select(*_COLUMNS).where(condition)
    row = unit.conn.execute(wanted.with_for_update() if locked else wanted).one_or_none()
    return None if row is None else UserRow(*row)


def _sorted(found: dict[str, list[str]]) -> dict[str, list[str]]:
    return {user_id: sorted(values) for user_id, values in found.items()}


def first_administrator_id(unit: ReadUnit) -> str | None:
    """Return the id of the active administrator who has been there longest."""
    statement = select(users.c.id).where(users.c.is_admin, users.c.status == "active").order_by(users.c.created_at)
    return unit.conn.scalar(statement.limit(1))
