"""Supervisors, capacity, skills, role groups, territories and shifts, as administrators set them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from formloom.platform.access import organisation, role_groups, shifts, skills, territories, work
from formloom.platform.access.errors import TerritoryInUse, TerritoryLoop
from formloom.platform.access.organisation import DepartmentChange
from formloom.platform.access.shifts import OnShift, ShiftChange
from formloom.platform.access.structure import Structure
from formloom.platform.access.territories import TerritoryChange
from formloom.platform.access.work import WorkChange
from formloom.platform.kernel.errors import Forbidden, Invalid, NotFound
from formloom.platform.kernel.ids import new_id

from .conftest import House

HOURS = {"mon": [["09:00", "18:00"]]}


def _do(house: House, use_case: Callable[..., Any], *wanted: Any) -> Any:
    return house.db.write(lambda uow: use_case(uow, house.admin, *wanted, now=house.now))


def _structure(house: House) -> Structure:
    with house.db.read() as unit:
        return Structure.load(unit)


def _refused(house: House, use_case: Callable[..., Any], *wanted: Any) -> tuple[str, str | None]:
    with pytest.raises(Invalid) as refused:
        _do(house, use_case, *wanted)
    return refused.value.findings[0].code, refused.value.findings[0].field


def test_a_person_answers_to_whom_is_named_and_can_do_what_is_said(house: House) -> None:
    mia, lead = house.person("mia").user_id, house.person("lead").user_id
    german = _do(house, skills.create_skill, {"en": "German"}).id
    east = _do(house, territories.create_territory, TerritoryChange({"en": "East"}, places=["Zhejiang"])).id
    wanted = WorkChange(supervisor_id=lead, max_open=5, skills={german: 3}, territories=[east])
    shown = _do(house, work.change_work, mia, wanted)
    assert shown.supervisors == ((lead, "lead"),)
    assert shown.skills == {german: 3}
    structure = _structure(house)
    assert structure.capacity(mia) == 5
    assert structure.with_skill(german, 3) == (mia,)
    assert structure.with_skill(german, 4) == ()
    assert structure.territory_people("zhejiang") == (mia,)
    emptied = _do(house, work.change_work, mia, WorkChange(skills={}, clears=frozenset({"max_open", "supervisor_id"})))
    assert (emptied.max_open, emptied.supervisors, emptied.skills) == (None, (), {})
    assert emptied.territories == (east,)


def test_nobody_is_above_himself_in_whatever_way(house: House) -> None:
    mia, lead = house.person("mia").user_id, house.person("lead").user_id
    _do(house, work.change_work, mia, WorkChange(supervisor_id=lead))
    assert _refused(house, work.change_work, lead, WorkChange(supervisor_id=mia)) == (
        "supervisor_circle",
        "supervisor_id",
    )
    assert _refused(house, work.change_work, mia, WorkChange(supervisor_id=mia)) == (
        "supervisor_circle",
        "supervisor_id",
    )


def test_the_primary_department_is_one_of_his_own(house: House) -> None:
    made = [
        _do(house, organisation.create_department, DepartmentChange({"en": name}, position=place)).id
        for place, name in enumerate(("a", "b", "c"))
    ]
    mia = house.person("mia", departments=tuple(made[:2])).user_id
    assert _structure(house).departments_of(mia) == (made[0], made[1])
    _do(house, work.change_work, mia, WorkChange(primary_department_id=made[1]))
    assert _structure(house).departments_of(mia) == (made[1], made[0])
    wanted = WorkChange(primary_department_id=made[2])
    assert _refused(house, work.change_work, mia, wanted) == ("not_in_department", "primary_department_id")


def test_what_is_not_there_is_named(house: House) -> None:
    mia, nowhere = house.person("mia").user_id, new_id()
    for wanted, field in (
        (WorkChange(supervisor_id=nowhere), "supervisor_id"),
        (WorkChange(skills={nowhere: 1}), "skills"),
        (WorkChange(territories=[nowhere]), "territories"),
    ):
        assert _refused(house, work.change_work, mia, wanted) == ("unknown_value", field)
    assert _refused(house, role_groups.create_role_group, {"en": "G"}, ["wizard"]) == ("unknown_value", "roles")
    with pytest.raises(NotFound):
        _do(house, work.change_work, nowhere, WorkChange(max_open=1))


def test_a_role_group_is_whoever_holds_one_of_its_roles(house: House) -> None:
    for key in ("seller", "closer"):
        _do(house, organisation.create_role, key, {"en": key})
    mia, nia = (house.person(name, roles=(role,)).user_id for name, role in (("mia", "seller"), ("nia", "closer")))
    group = _do(house, role_groups.create_role_group, {"en": "Sales"}, ["seller", "closer"])
    assert group.roles == ("closer", "seller")
    assert _structure(house).with_role_group(group.id) == (mia, nia)
    _do(house, role_groups.change_role_group, group.id, None, ["closer"])
    assert _structure(house).with_role_group(group.id) == (nia,)
    _do(house, role_groups.delete_role_group, group.id)
    assert _structure(house).with_role_group(group.id) == ()


def test_a_skill_that_is_deleted_is_nobodys(house: House) -> None:
    mia = house.person("mia").user_id
    german = _do(house, skills.create_skill, {"en": "German"}).id
    _do(house, work.change_work, mia, WorkChange(skills={german: 3}))
    assert _do(house, skills.change_skill, german, {"en": "Deutsch"}).members == 1
    _do(house, skills.delete_skill, german)
    assert _structure(house).skill_level(mia, german) == 0


def test_territories_make_a_tree_and_its_people_stand_in_for_what_lies_below(house: House) -> None:
    mia = house.person("mia").user_id
    top = _do(house, territories.create_territory, TerritoryChange({"en": "East"}, people=[mia])).id
    below = _do(house, territories.create_territory, TerritoryChange({"en": "Shanghai"}, parent_id=top)).id
    assert _structure(house).territory_people("上海 shanghai") == (mia,)
    with pytest.raises(TerritoryLoop):
        _do(house, territories.change_territory, top, TerritoryChange(parent_id=below))
    with pytest.raises(TerritoryInUse):
        _do(house, territories.delete_territory, top)
    _do(house, territories.change_territory, below, TerritoryChange(to_top=True))
    _do(house, territories.delete_territory, top)
    assert _structure(house).territory_people("shanghai") == ()


def test_a_shift_binds_whom_it_names(house: House) -> None:
    mia = house.person("mia").user_id
    monday = date(2026, 11, 23)
    people = [OnShift(mia, monday)]
    shift = _do(house, shifts.create_shift, ShiftChange({"en": "Day"}, "Asia/Shanghai", HOURS, people))
    assert [(one.name, one.last_on) for one in shift.people] == [("mia", None)]
    noon = datetime(2026, 11, 23, 4, tzinfo=UTC)
    assert [_structure(house).is_available(mia, noon + timedelta(hours=hours)) for hours in (0, 8)] == [True, False]
    _do(house, shifts.change_shift, shift.id, ShiftChange(week={"mon": [["20:00", "04:00"]]}))
    assert [_structure(house).is_available(mia, noon + timedelta(hours=hours)) for hours in (0, 8)] == [False, True]
    _do(house, shifts.delete_shift, shift.id)
    assert _structure(house).is_available(mia, noon)


def test_a_shift_that_ends_before_it_begins_is_refused(house: House) -> None:
    people = [OnShift(house.admin.user_id, date(2026, 11, 23), date(2026, 11, 22))]
    wanted = ShiftChange({"en": "Day"}, "Asia/Shanghai", HOURS, people)
    assert _refused(house, shifts.create_shift, wanted) == ("ends_before", "people/0")
    assert _refused(house, shifts.create_shift, ShiftChange({"en": "D"}, "Asia/Shanghai", {})) == ("required", "week")


def test_only_administrators_set_it(house: House) -> None:
    mia = house.person("mia", roles=("builder",))
    for use_case, wanted in (
        (work.change_work, (mia.user_id, WorkChange(max_open=1))),
        (skills.create_skill, ({"en": "S"},)),
        (territories.create_territory, (TerritoryChange({"en": "T"}),)),
        (shifts.create_shift, (ShiftChange({"en": "S"}, "UTC", HOURS),)),
    ):
        with pytest.raises(Forbidden):
            house.db.write(
                lambda uow, case=use_case, args=wanted: case(uow, mia, *args, now=house.now)
            )  # a lambda with defaults
