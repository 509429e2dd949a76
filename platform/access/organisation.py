"""Departments, in a tree, and roles."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.platform.access import audit
from formloom.platform.access.access import BUILDER_ROLE
from formloom.platform.access.errors import DepartmentInUse, DepartmentLoop, KeyTaken, RoleReserved
from formloom.platform.access.policy import Act, requires
from formloom.platform.access.queries import organisation as rows
from formloom.platform.access.queries import people as people_rows
from formloom.platform.access.queries.organisation import DepartmentRow, RoleRow
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.errors import Finding, Invalid, NotFound
from formloom.platform.kernel.ids import new_id
from formloom.platform.kernel.text import LocalizedText
from formloom.platform.storage import access_epoch
from formloom.platform.storage.database import ReadUnit, UnitOfWork


@dataclass(frozen=True, slots=True)
class DepartmentChange:
    """What shall be different. `parent_id` and `head_id` change only when named in `clears` or given."""

    title: LocalizedText | None = None
    parent_id: str | None = None
    head_id: str | None = None
    position: int | None = None
    clears: frozenset[str] = frozenset()


@requires(Act.DEPARTMENT_LIST)
def list_departments(unit: ReadUnit, actor: Actor) -> list[DepartmentRow]:  # noqa: ARG001 - the guard reads it
    """Return every department."""
    return rows.all_departments(unit)


@requires(Act.DEPARTMENT_CHANGE)
def create_department(uow: UnitOfWork, actor: Actor, wanted: DepartmentChange, *, now: datetime) -> DepartmentRow:
    """Add a department. Raises Invalid."""
    made = new_id()
    values = _checked(uow, made, wanted)
    if not values.get("title"):
        raise Invalid(findings=[Finding("required", {"zh-CN": "必填", "en": "Required"}, field="title")])
    rows.add_department(uow, {"position": 0, **values, "id": made, "created_at": now})
    return _after(uow, actor, Act.DEPARTMENT_CHANGE, made, "created", now)


@requires(Act.DEPARTMENT_CHANGE)
def change_department(
    uow: UnitOfWork, actor: Actor, department_id: str, wanted: DepartmentChange, *, now: datetime
) -> DepartmentRow:
    """Change or move a department. Raises NotFound, DepartmentLoop, Invalid."""
    _department(uow, department_id)
    values = _checked(uow, department_id, wanted)
    if values:
        rows.change_department(uow, department_id, values)
    return _after(uow, actor, Act.DEPARTMENT_CHANGE, department_id, "changed", now)


@requires(Act.DEPARTMENT_CHANGE)
def delete_department(uow: UnitOfWork, actor: Actor, department_id: str, *, now: datetime) -> None:
    """Delete a department; its people stay. Raises NotFound, DepartmentInUse."""
    _department(uow, department_id)
    if department_id in people_rows.parents(uow).values():
        raise DepartmentInUse
    rows.remove_department(uow, department_id)
    access_epoch.advance(uow)
    audit.note(uow, actor, Act.DEPARTMENT_CHANGE, "department", department_id, {"did": "deleted"}, now=now)


@requires(Act.ROLE_LIST)
def list_roles(unit: ReadUnit, actor: Actor) -> list[RoleRow]:  # noqa: ARG001 - the guard reads it
    """Return every role."""
    return rows.all_roles(unit)


@requires(Act.ROLE_CHANGE)
def create_role(uow: UnitOfWork, actor: Actor, key: str, title: LocalizedText, *, now: datetime) -> RoleRow:
    """Add a role. Raises KeyTaken."""
    if rows.role_ids(uow, [key]):
        raise KeyTaken(key=key)
    made = new_id()
    rows.add_role(uow, {"id": made, "key": key, "title": dict(title), "package_slug": None, "created_at": now})
    audit.note(uow, actor, Act.ROLE_CHANGE, "role", key, {"did": "created"}, now=now)
    return _role(uow, made)


@requires(Act.ROLE_CHANGE)
def change_role(uow: UnitOfWork, actor: Actor, role_id: str, title: LocalizedText, *, now: datetime) -> RoleRow:
    """Rename a role; its key, which documents name it by, stays. Raises NotFound."""
    role = _role(uow, role_id)
    rows.change_role(uow, role_id, {"title": dict(title)})
    audit.note(uow, actor, Act.ROLE_CHANGE, "role", role.key, {"did": "renamed"}, now=now)
    return _role(uow, role_id)


@requires(Act.ROLE_CHANGE)
def delete_role(uow: UnitOfWork, actor: Actor, role_id: str, *, now: datetime) -> None:
    """Delete a role; its holders lose what it gave at once. Raises NotFound, RoleReserved."""
    role = _role(uow, role_id)
    if role.key == BUILDER_ROLE:
        raise RoleReserved
    rows.remove_role(uow, role_id)
    access_epoch.advance(uow)
    audit.note(uow, actor, Act.ROLE_CHANGE, "role", role.key, {"did": "deleted"}, now=now)


def _checked(uow: UnitOfWork, department_id: str, wanted: DepartmentChange) -> dict[str, Any]:
    given = {"title": wanted.title and dict(wanted.title), "head_id": wanted.head_id, "position": wanted.position}
    values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    values |= dict.fromkeys(wanted.clears & {"parent_id", "head_id"})
    if wanted.head_id is not None and people_rows.by_id(uow, wanted.head_id) is None:
        raise _unknown("head_id", wanted.head_id)
    if wanted.parent_id is not None:
        values["parent_id"] = _possible_parent(uow, department_id, wanted.parent_id)
    return values


def _possible_parent(uow: UnitOfWork, department_id: str, parent_id: str) -> str:
    parents = people_rows.parents(uow)
    if parent_id not in parents:
        raise _unknown("parent_id", parent_id)
    at: str | None = parent_id
    while at is not None:
        if at == department_id:
            raise DepartmentLoop
        at = parents.get(at)
    return parent_id


def _after(uow: UnitOfWork, actor: Actor, act: Act, department_id: str, did: str, now: datetime) -> DepartmentRow:
    access_epoch.advance(uow)
    audit.note(uow, actor, act, "department", department_id, {"did": did}, now=now)
    return _department(uow, department_id)


def _department(unit: ReadUnit, department_id: str) -> DepartmentRow:
    found = next((one for one in rows.all_departments(unit) if one.id == department_id), None)
    if found is None:
        raise NotFound
    return found


def _role(unit: ReadUnit, role_id: str) -> RoleRow:
    found = next((one for one in rows.all_roles(unit) if one.id == role_id), None)
    if found is None:
        raise NotFound
    return found


def _unknown(field: str, value: str) -> Invalid:
    message = {"zh-CN": "“{value}”不存在", "en": "There is no '{value}'"}
    return Invalid(findings=[Finding("unknown_value", message, field=field, params={"value": value})])
