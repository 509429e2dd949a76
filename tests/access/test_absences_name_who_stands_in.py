"""Entering leaves and delegations: whose, when, who acts, and what may not overlap."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from formloom.platform.access import absences, people
from formloom.platform.access.absences import EVERYBODY, Absence, ShownAbsence
from formloom.platform.access.people import PersonChange
from formloom.platform.access.structure import Structure
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.errors import Forbidden, Invalid, NotFound
from formloom.platform.kernel.ids import new_id
from formloom.platform.storage import access_epoch, definition_store

from .conftest import House

DAY = timedelta(days=1)


def _enter(house: House, actor: Member, **wanted: Any) -> ShownAbsence:
    absence = Absence(**{
        "user_id": actor.user_id, "kind": "leave", "starts_at": house.now, "ends_at": house.now + DAY, **wanted
    })  # fmt: skip
    return house.db.write(lambda uow: absences.enter_absence(uow, actor, absence, now=house.now))


def _refused(house: House, actor: Member, **wanted: Any) -> tuple[str, str | None, str]:
    with pytest.raises(Invalid) as refused:
        _enter(house, actor, **wanted)
    found = refused.value.findings[0]
    return found.code, found.field, found.words("en")


def _structure(house: House) -> Structure:
    with house.db.read() as unit:
        return Structure.load(unit)


def _flow(house: House) -> str:
    def work(uow: Any) -> str:
        made = definition_store.create(
            uow,
            app_id=house.app_id,
            kind="flow",
            key=f"f_{new_id()[-8:]}",
            document={},
            by=house.admin.user_id,
            now=house.now,
        )
        access_epoch.advance(uow)
        return made

    return house.db.write(work)


def _listed(house: House, actor: Member, user: str | None = None, after: datetime | None = None) -> list[ShownAbsence]:
    with house.db.read() as unit:
        return absences.list_absences(unit, actor, user=user, ending_after=after or house.now)


def test_who_goes_away_is_not_there_and_his_delegate_acts(house: House) -> None:
    mia, nia = house.person("mia"), house.person("nia")
    made = _enter(house, mia, delegate_id=nia.user_id, reason="Wedding")
    assert (made.delegate_name, made.entry.reason) == ("nia", "Wedding")
    structure = _structure(house)
    assert not structure.is_available(mia.user_id, house.now)
    assert structure.delegate_of(mia.user_id, house.now) == nia.user_id
    assert structure.delegate_of(mia.user_id, house.now + DAY) is None


def test_a_delegate_who_leaves_the_house_acts_no_more(house: House) -> None:
    mia, nia = house.person("mia"), house.person("nia")
    _enter(house, mia, delegate_id=nia.user_id)
    wanted = PersonChange(is_disabled=True)
    house.db.write(lambda uow: people.change(uow, house.admin, nia.user_id, wanted, now=house.now))
    assert _structure(house).delegate_of(mia.user_id, house.now) is None
    assert _refused(house, house.admin, delegate_id=nia.user_id)[:2] == ("unknown_value", "delegate_id")


def test_two_leaves_that_overlap_are_refused_and_say_with_what(house: House) -> None:
    mia = house.person("mia")
    _enter(house, mia)
    code, field, words = _refused(house, mia, starts_at=house.now + DAY / 2, ends_at=house.now + 2 * DAY)
    assert (code, field) == ("overlaps", "starts_at")
    assert words == "This overlaps with the leave from 2026-11-23 14:00 to 2026-11-24 14:00"
    _enter(house, mia, starts_at=house.now + DAY, ends_at=house.now + 2 * DAY)
    _enter(house, house.admin)


def test_delegations_overlap_only_where_they_are_about_the_same(house: House) -> None:
    mia, nia = house.person("mia"), house.person("nia")
    flow, other = _flow(house), _flow(house)
    to_nia = {"kind": "delegation", "delegate_id": nia.user_id}
    _enter(house, mia, **to_nia, flow_ids=(flow,))
    _enter(house, mia, **to_nia, flow_ids=(other,))
    _enter(house, mia, **to_nia)
    _enter(house, mia)
    for scope in ({}, {"flow_ids": (flow,)}, {"app_ids": (house.app_id,)}):
        assert _refused(house, mia, **to_nia, **scope)[0] == "overlaps"


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"ends_at": "start"}, "ends_at"),
        ({"delegate_id": "self"}, "delegate_id"),
        ({"kind": "delegation"}, "delegate_id"),
        ({"app_ids": ("app",)}, "app_ids"),
        ({"kind": "delegation", "delegate_id": "admin", "flow_ids": (new_id(),)}, "flow_ids"),
        ({"kind": "delegation", "delegate_id": "admin", "app_ids": (new_id(),)}, "app_ids"),
    ],
)
def test_what_makes_no_sense_is_refused(house: House, wanted: dict[str, Any], field: str) -> None:
    mia = house.person("mia")
    said: dict[Any, Any] = {"start": house.now, "self": mia.user_id, "admin": house.admin.user_id}
    assert _refused(house, mia, **{name: said.get(value, value) for name, value in wanted.items()})[1] == field


def test_one_enters_his_own_and_administrators_anybodys(house: House) -> None:
    mia, nia = house.person("mia"), house.person("nia")
    with pytest.raises(Forbidden):
        _enter(house, mia, user_id=nia.user_id)
    made = _enter(house, house.admin, user_id=nia.user_id).entry
    with pytest.raises(NotFound):
        house.db.write(lambda uow: absences.remove_absence(uow, mia, made.id, now=house.now))
    later = {"ends_at": house.now + 2 * DAY}
    changed = house.db.write(lambda uow: absences.change_absence(uow, nia, made.id, later, now=house.now))
    assert changed.entry.ends_at == house.now + 2 * DAY
    house.db.write(lambda uow: absences.remove_absence(uow, nia, made.id, now=house.now))
    assert _structure(house).is_available(nia.user_id, house.now)


def test_one_sees_his_own_and_whom_he_stands_in_for_but_not_why(house: House) -> None:
    mia, nia = house.person("mia"), house.person("nia")
    _enter(house, mia, delegate_id=nia.user_id, reason="Hospital")
    assert [(one.entry.reason, one.can_change) for one in _listed(house, mia)] == [("Hospital", True)]
    assert [(one.user_name, one.entry.reason, one.can_change) for one in _listed(house, nia)] == [("mia", None, False)]
    assert _listed(house, house.person("pia")) == []
    assert [one.user_name for one in _listed(house, house.admin, EVERYBODY)] == ["mia"]
    assert _listed(house, mia, after=house.now + DAY) == []
    for user in (EVERYBODY, mia.user_id):
        with pytest.raises(Forbidden):
            _listed(house, nia, user)
