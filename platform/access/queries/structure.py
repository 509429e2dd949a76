"""Everything about the organisation that decides whom a flow turns to, in a fixed number of questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select

from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.tables import (
    absences,
    departments,
    role_group_roles,
    roles,
    shift_people,
    shifts,
    skills,
    territories,
    user_departments,
    user_roles,
    user_skills,
    user_territories,
    users,
)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One active member."""

    id: str
    name: str
    supervisor_id: str | None
    primary_department_id: str | None
    max_open: int | None


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """One department in the tree."""

    id: str
    parent_id: str | None
    head_id: str | None


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """One shift."""

    id: str
    timezone: str
    week: dict[str, list[list[str]]]


@dataclass(frozen=True, slots=True)
class RotaRow:
    """One person on a shift from `first_on` to `last_on`, both included; None has no end."""

    user_id: str
    shift_id: str
    first_on: date
    last_on: date | None


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """One leave, or one delegation, from `starts_at` up to but not including `ends_at`."""

    id: str
    user_id: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    delegate_id: str | None
    flow_ids: list[str] | None
    app_ids: list[str] | None


def members(unit: ReadUnit) -> list[MemberRow]:
    """Return the active members, in their order of joining."""
    shown = users.c
    wanted = select(shown.id, shown.name, shown.supervisor_id, shown.primary_department_id, shown.max_open)
    return [
        MemberRow(*row)
        for row in _rows(unit, wanted.where(shown.status == "active").order_by(shown.created_at, shown.id))
    ]


def all_departments(unit: ReadUnit) -> list[DepartmentRow]:
    """Return the departments, by position."""
    shown = departments.c
    wanted = select(shown.id, shown.parent_id, shown.head_id).order_by(shown.position, shown.id)
    return [DepartmentRow(*row) for row in _rows(unit, wanted)]


def placements(unit: ReadUnit) -> list[tuple[str, str]]:
    """Return (person, department)."""
    return _pairs(unit, select(user_departments.c.user_id, user_departments.c.department_id))


def held_roles(unit: ReadUnit) -> list[tuple[str, str]]:
    """Return (person, key of a role)."""
    return _pairs(
        unit, select(user_roles.c.user_id, roles.c.key).join_from(user_roles, roles, roles.c.id == user_roles.c.role_id)
    )


def grouped_roles(unit: ReadUnit) -> list[tuple[str, str]]:
    """Return (role group, key of a role)."""
    joined = roles.c.id == role_group_roles.c.role_id
    return _pairs(
        unit, select(role_group_roles.c.role_group_id, roles.c.key).join_from(role_group_roles, roles, joined)
    )


def skill_levels(unit: ReadUnit) -> list[tuple[str, str, int]]:
    """Return (person, skill, level)."""
    wanted = select(user_skills.c.user_id, user_skills.c.skill_id, user_skills.c.level)
    return [(row[0], row[1], row[2]) for row in _rows(unit, wanted.join(skills, skills.c.id == user_skills.c.skill_id))]


def skill_titles(unit: ReadUnit) -> list[tuple[str, dict[str, str]]]:
    """Return (skill, its name), in the order in which they were added."""
    return [(row[0], row[1]) for row in _rows(unit, select(skills.c.id, skills.c.title).order_by(skills.c.id))]


def all_territories(unit: ReadUnit) -> list[tuple[str, str | None, dict[str, str], list[str]]]:
    """Return (id, parent, title, places), by position."""
    shown = territories.c
    wanted = select(shown.id, shown.parent_id, shown.title, shown.places).order_by(shown.position, shown.id)
    return [(row[0], row[1], row[2], row[3]) for row in _rows(unit, wanted)]


def territory_people(unit: ReadUnit) -> list[tuple[str, str]]:
    """Return (person, territory)."""
    return _pairs(unit, select(user_territories.c.user_id, user_territories.c.territory_id))


def all_shifts(unit: ReadUnit) -> list[ShiftRow]:
    """Return the shifts."""
    return [ShiftRow(*row) for row in _rows(unit, select(shifts.c.id, shifts.c.timezone, shifts.c.week))]


def rota(unit: ReadUnit) -> list[RotaRow]:
    """Return who is on which shift when."""
    shown = shift_people.c
    return [RotaRow(*row) for row in _rows(unit, select(shown.user_id, shown.shift_id, shown.first_on, shown.last_on))]


def all_absences(unit: ReadUnit) -> list[AbsenceRow]:
    """Return every leave and delegation, by their start."""
    wanted = select(*(absences.c[name] for name in AbsenceRow.__dataclass_fields__))
    return [AbsenceRow(*row) for row in _rows(unit, wanted.order_by(absences.c.starts_at, absences.c.id))]


def _pairs(unit: ReadUnit, wanted: Select[Any]) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in _rows(unit, wanted)]


def _rows(unit: ReadUnit, wanted: Select[Any]) -> Sequence[Any]:
    return unit.conn.execute(wanted).all()
