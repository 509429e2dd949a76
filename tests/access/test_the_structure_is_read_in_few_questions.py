"""The structure as the database holds it: only active people, remembered until something changes."""

import pytest
from sqlalchemy import event, insert

from formloom.platform.access import organisation, people
from formloom.platform.access.organisation import DepartmentChange
from formloom.platform.access.people import PersonChange
from formloom.platform.access.structure import Structure
from formloom.platform.kernel.ids import new_id
from formloom.platform.storage import access_epoch
from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.tables import absences

from .conftest import House


def _read(house: House) -> Structure:
    with house.db.read() as unit:
        return Structure.load(unit)


def _department(house: House, **wanted: object) -> str:
    change = DepartmentChange(title={"en": "D"}, **wanted)
    return house.db.write(lambda uow: organisation.create_department(uow, house.admin, change, now=house.now)).id


def test_heads_and_members_are_those_of_the_database_until_they_leave(house: House) -> None:
    lead = house.person("lead")
    top = _department(house, head_id=house.admin.user_id)
    sales = _department(house, parent_id=top, head_id=lead.user_id)
    mia = house.person("mia", departments=(sales,), roles=("builder",)).user_id
    structure = _read(house)
    assert structure.chain(mia) == (lead.user_id, house.admin.user_id)
    assert structure.members(top, below=True) == (mia,)
    assert structure.with_role("builder") == (mia,)
    wanted = PersonChange(is_disabled=True)
    house.db.write(lambda uow: people.change(uow, house.admin, lead.user_id, wanted, now=house.now))
    assert _read(house).chain(mia) == (house.admin.user_id,)


def test_it_is_remembered_until_the_epoch_changes_and_a_rollback_leaves_nothing(house: House) -> None:
    first = _read(house)
    assert _read(house) is first
    row = {
        "id": new_id(), "user_id": house.admin.user_id, "kind": "leave", "starts_at": house.now,
        "ends_at": house.now.replace(year=2027), "created_at": house.now,
    }  # fmt: skip

    def go_away(uow: object) -> bool:
        uow.conn.execute(insert(absences).values(**row))
        access_epoch.advance(uow)
        return Structure.load(uow).is_available(house.admin.user_id, house.now)

    def fail(uow: object) -> None:
        assert not go_away(uow)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        house.db.write(fail)
    assert _read(house).is_available(house.admin.user_id, house.now)
    assert not house.db.write(go_away)
    assert not _read(house).is_available(house.admin.user_id, house.now)


def test_more_people_mean_no_more_questions(house: House) -> None:
    def asked(unit: ReadUnit) -> int:
        said: list[str] = []
        event.listen(unit.conn, "before_cursor_execute", lambda _c, _cur, text, *_more: said.append(text))
        Structure.load(unit)
        return len(said)

    _department(house)
    with house.db.read() as unit:
        few = asked(unit)
    top = _department(house)
    for number in range(20):
        house.person(f"p{number}", departments=(_department(house, parent_id=top),))
    with house.db.read() as unit:
        assert asked(unit) == few
    assert few <= 20
