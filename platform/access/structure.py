"""Whom a flow turns to: heads, supervisors, role groups, skills, territories, who is there and who stands in.

    structure = Structure.load(unit)                 # one look, remembered per access epoch; pure afterwards

    structure.heads_of(department, level=1)          # tuple: head of the department, of its parent for level 2, …
    structure.supervisor(user, n=1)                  # id | None: the nth above him
    structure.chain(user)                            # tuple, nearest first, up to the top
    structure.chain(user, until_level=3)             #   … at most so many
    structure.chain(user, until_role="manager")      #   … up to the first who holds the role, he included
    structure.members(department, below=False)       # tuple of people, with those of the departments below it
    structure.with_role(key)                         # tuple
    structure.with_role_group(role_group_id)         # tuple: who holds any of its roles
    structure.skill_level(user, skill_id)            # 0 (does not have it) to 5
    structure.with_skill(skill_id, at_least=1)       # tuple
    structure.skills_named("Billing")                # tuple of ids: by its id, or by its name in either language
    structure.skill_title(skill_id)                  # text in both languages
    structure.territory_people(value)                # tuple: people of where the value lies (see `territory_map`)
    structure.is_on_shift(user, at)                  # always true for who is on no rota
    structure.is_on_leave(user, at)                  # bool
    structure.is_available(user, at)                 # active, on shift when he works shifts, not on leave
    structure.delegate_of(user, at, flow_id=None)    # id | None: who acts for him at that moment in that flow
    structure.capacity(user)                         # int | None: most open items, None for no limit
    structure.primary_department(user)               # id | None
    structure.departments_of(user)                   # tuple, the primary one first
    structure.is_active(user)                        # bool
    structure.name(user)                             # text, "" for who is not active

Users, departments, groups, skills are ids; roles are keys; moments are aware. Only active members are ever returned,
and lists of them are in their order of joining, so that who comes first is the same every time. Nothing raises for an
id that is unknown: the answer is empty.

**Supervisor.** Who is named as one (`users.supervisor_id`), as long as he is active. Otherwise the nearest active head
on the way up from the primary department; who is a head on that way himself answers to the heads above him, never to
those below. A chain ends before anybody comes twice.

**Primary department.** The one marked so, if he is in it; otherwise his first one in the order of the tree.
For the supervisor of somebody who is in none, the one that he heads takes its place.

**Shifts.** Who is on no rota is always on. Who is on one is on during his shifts, from the first day of his first to
the last day of his last; before and after that he is on.

**Delegates.** What is asked first: delegations to this flow or its app, then the delegate of a leave, then delegations
of everything. Delegates of delegates are followed. Who leads to nobody, to somebody not active or back in a circle
keeps his own work.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, TypeVar

from formloom.platform.access import groups
from formloom.platform.access.queries import structure as rows
from formloom.platform.access.queries.structure import AbsenceRow, DepartmentRow, MemberRow, RotaRow
from formloom.platform.access.shift_hours import ShiftHours
from formloom.platform.access.territory_map import Territory, TerritoryMap
from formloom.platform.kernel.text import LocalizedText
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.per_epoch import PerEpoch


@dataclass(frozen=True, slots=True)
class Structure:
    """The organisation as it stands; `people` is in the order of joining, `departments` in that of the tree."""

    people: Mapping[str, MemberRow]
    departments: Mapping[str, DepartmentRow] = field(default_factory=dict)
    placed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Person → departments."""
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Person → keys of roles."""
    role_groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Role group → keys of roles."""
    skills: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(person, skill) → level."""
    skill_titles: Mapping[str, LocalizedText] = field(default_factory=dict)
    """Skill → its name."""
    territories: TerritoryMap = field(default_factory=TerritoryMap)
    shifts: Mapping[str, ShiftHours] = field(default_factory=dict)
    rota: Mapping[str, tuple[RotaRow, ...]] = field(default_factory=dict)
    """Person → his shifts."""
    absences: Mapping[str, tuple[AbsenceRow, ...]] = field(default_factory=dict)
    """Person → his leaves and delegations."""
    flow_apps: Mapping[str, str] = field(default_factory=dict)
    """Flow → app."""

    @staticmethod
    def load(unit: ReadUnit) -> "Structure":
        """Return the structure as this unit of work sees it."""
        return _structures.present(unit)

    # --- people and departments

    def is_active(self, user: str) -> bool:
        """Tell whether `user` is an active member."""
        return user in self.people

    def name(self, user: str) -> str:
        """Return the name of an active member, or the empty text."""
        return self.people[user].name if user in self.people else ""

    def members(self, department: str, below: bool = False) -> tuple[str, ...]:
        """Return who belongs to a department; with `below`, also to one somewhere below it."""
        wanted = self._family(department) if below else {department}
        return self._those(user for user, places in self.placed.items() if places & wanted)

    def departments_of(self, user: str) -> tuple[str, ...]:
        """Return the departments of a member, the primary one first, the others in the order of the tree."""
        if user not in self.people:
            return ()
        mine = self.placed.get(user, frozenset())
        primary = self.people[user].primary_department_id
        return tuple(sorted((one for one in self.departments if one in mine), key=lambda one: one != primary))

    def primary_department(self, user: str) -> str | None:
        """Return the department that counts for supervisors."""
        return next(iter(self.departments_of(user)), None)

    def heads_of(self, department: str, level: int = 1) -> tuple[str, ...]:
        """Return the head of the department `level` - 1 steps above; empty without one who is active."""
        way = self._way_up(department)
        if not 1 <= level <= len(way):
            return ()
        return self._those([way[level - 1].head_id or ""])

    def _way_up(self, department: str | None) -> list[DepartmentRow]:
        way: dict[str, DepartmentRow] = {}
        while department is not None and department in self.departments and department not in way:
            way[department] = self.departments[department]
            department = way[department].parent_id
        return list(way.values())

    def _family(self, department: str) -> set[str]:
        return {one for one in self.departments if any(above.id == department for above in self._way_up(one))}

    # --- supervisors

    def supervisor(self, user: str, n: int = 1) -> str | None:
        """Return the nth supervisor above `user`, or None when there are not so many."""
        above = self.chain(user, until_level=n)
        return above[n - 1] if 0 < n <= len(above) else None

    def chain(self, user: str, *, until_level: int | None = None, until_role: str | None = None) -> tuple[str, ...]:
        """Return the supervisors above `user`, nearest first, to the top or to where it is said to end."""
        above: dict[str, None] = {}
        at = self._direct(user)
        while at is not None and at != user and at not in above and (until_level is None or len(above) < until_level):
            above[at] = None
            if until_role is not None and until_role in self.roles.get(at, ()):
                break
            at = self._direct(at)
        return tuple(above)

    def _direct(self, user: str) -> str | None:
        if user not in self.people:
            return None
        named = self.people[user].supervisor_id
        if named != user and named in self.people:
            return named
        leads = next((one.id for one in self.departments.values() if one.head_id == user), None)
        heads = [one.head_id for one in self._way_up(self.primary_department(user) or leads)]
        led = [step for step, head in enumerate(heads) if head == user]
        return next((head for head in heads[led[-1] + 1 if led else 0 :] if head in self.people), None)

    # --- roles, skills, territories

    def with_role(self, key: str) -> tuple[str, ...]:
        """Return who holds the role."""
        return self._those(user for user, held in self.roles.items() if key in held)

    def with_role_group(self, role_group: str) -> tuple[str, ...]:
        """Return who holds any role of the group."""
        wanted = self.role_groups.get(role_group, frozenset())
        return self._those(user for user, held in self.roles.items() if held & wanted)

    def skill_level(self, user: str, skill: str) -> int:
        """Return from 1 to 5 how well a member has a skill, 0 for not at all."""
        return self.skills.get((user, skill), 0) if user in self.people else 0

    def with_skill(self, skill: str, at_least: int = 1) -> tuple[str, ...]:
        """Return who has a skill at this level or better."""
        return self._those(user for (user, one), level in self.skills.items() if one == skill and level >= at_least)

    def skills_named(self, reference: str) -> tuple[str, ...]:
        """Return the skills meant by an id or a name, whose letters' case doesn't matter; none when it is unknown."""
        if reference in self.skill_titles:
            return (reference,)
        wanted = reference.strip().casefold()
        return tuple(
            skill
            for skill, title in self.skill_titles.items()
            if wanted in {text.strip().casefold() for text in title.values()}
        )

    def skill_title(self, skill: str) -> LocalizedText:
        """Return the name of a skill; empty for one that is unknown."""
        return self.skill_titles.get(skill, {})

    def territory_people(self, value: object) -> tuple[str, ...]:
        """Return the people of the territory that a value lies in: a text, or an address as it is stored or shown."""
        return self.territories.people(value)

    # --- being there

    def capacity(self, user: str) -> int | None:
        """Return how many open items a member may have at once, or None for no limit."""
        return self.people[user].max_open if user in self.people else None

    def is_available(self, user: str, at: datetime) -> bool:
        """Tell whether a member works at that moment."""
        return user in self.people and self.is_on_shift(user, at) and not self.is_on_leave(user, at)

    def is_on_shift(self, user: str, at: datetime) -> bool:
        """Tell whether a member works at that moment by his shifts; who is on no rota always does."""
        mine = [one for one in self.rota.get(user, ()) if one.shift_id in self.shifts]
        if not mine:
            return True
        has_begun = any(self._day(one, at) >= one.first_on for one in mine)
        is_over = all(one.last_on is not None and self._day(one, at) > one.last_on for one in mine)
        on_shift = any(self.shifts[one.shift_id].is_on(at, one.first_on, one.last_on) for one in mine)
        return on_shift or not has_begun or is_over

    def is_on_leave(self, user: str, at: datetime) -> bool:
        """Tell whether a member is on leave at that moment."""
        return any(one.kind == "leave" for one in self._away(user, at))

    def delegate_of(self, user: str, at: datetime, flow_id: str | None = None) -> str | None:
        """Return who acts for `user` at that moment, in that flow; None when he does himself."""
        passed = {user}
        standing_in, following = None, self._named(user, at, flow_id)
        while following is not None:
            if following in passed:
                return None
            passed.add(following)
            standing_in, following = following, self._named(following, at, flow_id)
        return standing_in

    def _named(self, user: str, at: datetime, flow_id: str | None) -> str | None:
        named = [one for one in self._away(user, at) if one.delegate_id in self.people and self._is_about(one, flow_id)]
        return min(named, key=_urgency).delegate_id if named else None

    def _is_about(self, absence: AbsenceRow, flow_id: str | None) -> bool:
        if not absence.flow_ids and not absence.app_ids:
            return True
        app = self.flow_apps.get(flow_id or "")
        return flow_id in (absence.flow_ids or ()) or app in (absence.app_ids or ())

    def _away(self, user: str, at: datetime) -> list[AbsenceRow]:
        return [one for one in self.absences.get(user, ()) if one.starts_at <= at < one.ends_at]

    def _day(self, entry: RotaRow, at: datetime) -> date:
        return at.astimezone(self.shifts[entry.shift_id].zone).date()

    def _those(self, users: Iterable[str]) -> tuple[str, ...]:
        wanted = set(users)
        return tuple(user for user in self.people if user in wanted)


class _OfOne(Protocol):
    @property
    def user_id(self) -> str: ...


T = TypeVar("T", bound=_OfOne)


def _urgency(absence: AbsenceRow) -> int:
    if absence.flow_ids or absence.app_ids:
        return 0
    return 1 if absence.kind == "leave" else 2


def _read(unit: ReadUnit) -> Structure:
    people = {one.id: one for one in rows.members(unit)}
    return Structure(
        people=people,
        departments={one.id: one for one in rows.all_departments(unit)},
        placed=_sets(rows.placements(unit)),
        roles=_sets(rows.held_roles(unit)),
        role_groups=_sets(rows.grouped_roles(unit)),
        skills={(user, skill): level for user, skill, level in rows.skill_levels(unit)},
        skill_titles=dict(rows.skill_titles(unit)),
        territories=_territories(unit, people),
        shifts={one.id: ShiftHours.parse(one.timezone, one.week) for one in rows.all_shifts(unit)},
        rota=_lists(rows.rota(unit)),
        absences=_lists(rows.all_absences(unit)),
        flow_apps=groups.present(unit).flows,
    )


def _territories(unit: ReadUnit, people: Mapping[str, MemberRow]) -> TerritoryMap:
    named = _sets((territory, user) for user, territory in rows.territory_people(unit))
    return TerritoryMap.of([
        Territory(
            one, parent, title, tuple(places), tuple(user for user in people if user in named.get(one, frozenset()))
        )
        for one, parent, title, places in rows.all_territories(unit)
    ])  # fmt: skip


def _sets(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one, other in pairs:
        found.setdefault(one, set()).add(other)
    return {one: frozenset(others) for one, others in found.items()}


def _lists(found: Iterable[T]) -> dict[str, tuple[T, ...]]:
    by_user: dict[str, tuple[T, ...]] = {}
    for one in found:
        by_user[one.user_id] = (*by_user.get(one.user_id, ()), one)
    return by_user


_structures = PerEpoch(_read)
