"""How somebody works: whom he answers to, where he mainly belongs, how much he can take, what he can do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.platform.access import audit
from formloom.platform.access.checking import known_people, refuse_unknown, wrong
from formloom.platform.access.policy import Act, requires
from formloom.platform.access.queries import people as people_rows
from formloom.platform.access.queries import titled
from formloom.platform.access.queries import work as rows
from formloom.platform.access.structure import Structure
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.errors import NotFound
from formloom.platform.storage import access_epoch
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import skills, territories, user_skills, user_territories

CLEARABLE = frozenset({"supervisor_id", "primary_department_id", "max_open"})


@dataclass(frozen=True, slots=True)
class Work:
    """What is set for a person, and what follows from it and from where he stands."""

    supervisor_id: str | None
    primary_department_id: str | None
    max_open: int | None
    skills: Mapping[str, int]
    """Skill → level from 1 to 5."""
    territories: tuple[str, ...]
    supervisors: tuple[tuple[str, str], ...]
    """The chain above him as (id, name), nearest first."""
    is_available: bool
    delegate: tuple[str, str] | None
    """Who acts for him now, as (id, name)."""


@dataclass(frozen=True, slots=True)
class WorkChange:
    """What shall be different; None leaves as it is, names in `clears` (of `CLEARABLE`) are emptied."""

    supervisor_id: str | None = None
    primary_department_id: str | None = None
    max_open: int | None = None
    skills: Mapping[str, int] | None = None
    territories: Sequence[str] | None = None
    clears: frozenset[str] = frozenset()


@requires(Act.USER_LIST)
def read_work(unit: ReadUnit, actor: Actor, user_id: str, *, now: datetime) -> Work:  # noqa: ARG001 - the guard reads it
    """Return how a person works. Raises NotFound."""
    return _work(unit, user_id, now)


@requires(Act.USER_CHANGE)
def change_work(uow: UnitOfWork, actor: Actor, user_id: str, wanted: WorkChange, *, now: datetime) -> Work:
    """Change how a person works. Raises NotFound, Invalid."""
    if people_rows.lock(uow, user_id) is None:
        raise NotFound
    values = _checked(uow, user_id, wanted)
    people_rows.change(uow, user_id, {**values, "updated_at": now})
    if wanted.skills is not None:
        refuse_unknown("skills", wanted.skills, titled.ids(uow, skills, wanted.skills))
        levels = [{"skill_id": one, "level": level} for one, level in wanted.skills.items()]
        titled.replace(uow, user_skills.c.user_id, user_id, levels)
    if wanted.territories is not None:
        refuse_unknown("territories", wanted.territories, titled.ids(uow, territories, wanted.territories))
        areas = [{"territory_id": one} for one in dict.fromkeys(wanted.territories)]
        titled.replace(uow, user_territories.c.user_id, user_id, areas)
    access_epoch.advance(uow)
    audit.note(uow, actor, Act.USER_CHANGE, "user", user_id, {"work": _changed(values, wanted)}, now=now)
    return _work(uow, user_id, now)


def _work(unit: ReadUnit, user_id: str, now: datetime) -> Work:
    row = rows.of(unit, user_id)
    if row is None:
        raise NotFound
    structure = Structure.load(unit)
    delegate = structure.delegate_of(user_id, now)
    return Work(
        row.supervisor_id, row.primary_department_id, row.max_open,
        rows.skills_of(unit, user_id), rows.territories_of(unit, user_id),
        tuple((one, structure.name(one)) for one in structure.chain(user_id)), structure.is_available(user_id, now),
        None if delegate is None else (delegate, structure.name(delegate)),
    )  # fmt: skip


def _checked(uow: UnitOfWork, user_id: str, wanted: WorkChange) -> dict[str, Any]:
    given = {name: getattr(wanted, name) for name in CLEARABLE}
    values = {name: value for name, value in given.items() if value is not None}
    values |= dict.fromkeys(wanted.clears & CLEARABLE)
    if wanted.supervisor_id is not None:
        known_people(uow, "supervisor_id", [wanted.supervisor_id])
        _refuse_circle(rows.supervisors(uow), user_id, wanted.supervisor_id)
    if wanted.primary_department_id is not None:
        _, placed = people_rows.memberships(uow, [user_id])
        if wanted.primary_department_id not in placed.get(user_id, ()):
            raise wrong(
                "primary_department_id", "not_in_department",
                "主部门必须是此人所在的部门之一", "The primary department must be one that the person belongs to",
            )  # fmt: skip
    return values


def _refuse_circle(above: Mapping[str, str], user_id: str, supervisor: str) -> None:
    at: str | None = supervisor
    passed: set[str] = set()
    while at is not None and at not in passed:
        if at == user_id:
            raise wrong(
                "supervisor_id", "supervisor_circle",
                "不能形成循环：此人已是对方的上级", "This would make a circle: the person is above them already",
            )  # fmt: skip
        passed.add(at)
        at = above.get(at)


def _changed(values: Mapping[str, Any], wanted: WorkChange) -> list[str]:
    lists = {name for name in ("skills", "territories") if getattr(wanted, name) is not None}
    return sorted(values.keys() | lists)
