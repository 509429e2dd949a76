"""Adding and changing people, the department tree, roles."""

import pytest

from formloom.platform.access import invitations, organisation, people, sample_people, sessions
from formloom.platform.access.errors import (
    DepartmentInUse,
    DepartmentLoop,
    EmailTaken,
    KeyTaken,
    LastAdministrator,
    PersonWithoutAccount,
    RoleReserved,
    TokenRefused,
)
from formloom.platform.access.letters import INVITATION, Letters
from formloom.platform.access.organisation import DepartmentChange
from formloom.platform.access.people import NewPerson, PersonChange
from formloom.platform.kernel.errors import Forbidden, Invalid, NotFound

from .conftest import CHEAP, House

SILENT = Letters("https://forms.example.com")


def test_one_address_in_two_spellings_is_one_person(house: House) -> None:
    with pytest.raises(EmailTaken):
        house.db.write(
            lambda uow: people.create(uow, house.admin, NewPerson(" ADA@Example.com "), CHEAP, now=house.now)
        )


def test_the_last_administrator_can_neither_be_disabled_nor_demoted(house: House) -> None:
    for wanted in (PersonChange(is_disabled=True), PersonChange(is_admin=False)):
        with pytest.raises(LastAdministrator):
            house.db.write(
                lambda uow, wanted=wanted: people.change(uow, house.admin, house.admin.user_id, wanted, now=house.now)
            )
    house.person("eve", is_admin=True)
    wanted = PersonChange(is_admin=False)
    house.db.write(lambda uow: people.change(uow, house.admin, house.admin.user_id, wanted, now=house.now))
    assert not house.again(house.admin).is_admin


def test_only_administrators_change_people(house: House) -> None:
    mia = house.person("mia", roles=("builder",))
    wanted = PersonChange(is_admin=True)
    with pytest.raises(Forbidden):
        house.db.write(lambda uow: people.change(uow, mia, mia.user_id, wanted, now=house.now))


def test_an_unknown_role_or_department_is_named(house: House) -> None:
    with pytest.raises(Invalid) as refused:
        house.person("mia", roles=("wizard",))
    assert [(found.field, found.params["value"]) for found in refused.value.findings] == [("roles", "wizard")]


def test_an_invitation_is_accepted_once_and_signs_in(house: House) -> None:
    person = NewPerson("new@example.com", "New", roles=("builder",))
    made = house.db.write(lambda uow: invitations.invite(uow, house.admin, person, SILENT, now=house.now))
    assert made.url is not None
    assert made.url.startswith("https://forms.example.com/invite/")
    secret = made.url.rsplit("/", 1)[1]
    with house.db.read() as unit:
        assert invitations.read(unit, secret, now=house.now).organisation == "Weaving Ltd"

    def accept(uow: object) -> sessions.OpenedSession:
        return invitations.accept(uow, secret, "Nia", CHEAP, now=house.now, origin=sessions.UNKNOWN_ORIGIN)

    assert house.db.write(accept).user_id == made.user_id
    assert house.again(made.user_id).name == "Nia"
    assert house.again(made.user_id).roles == {"builder"}
    with pytest.raises(TokenRefused):
        house.db.write(accept)


def test_inviting_again_voids_the_first_link_and_somebody_active_cant_be_invited(house: House) -> None:
    person = NewPerson("new@example.com")
    first = house.db.write(lambda uow: invitations.invite(uow, house.admin, person, SILENT, now=house.now))
    second = house.db.write(lambda uow: invitations.invite(uow, house.admin, person, SILENT, now=house.now))
    assert first.user_id == second.user_id
    with house.db.read() as unit, pytest.raises(TokenRefused):
        invitations.read(unit, str(first.url).rsplit("/", 1)[1], now=house.now)
    with pytest.raises(EmailTaken):
        house.db.write(
            lambda uow: invitations.invite(uow, house.admin, NewPerson("ada@example.com"), SILENT, now=house.now)
        )


def test_a_name_cant_smuggle_lines_into_a_mail() -> None:
    letter = INVITATION.filled(inviter="Eve\r\nBcc: all@example.com", organisation="X", url="u")
    assert letter.subject["en"] == "Eve Bcc: all@example.com invites you to X"


def test_sample_people_can_be_chosen_but_never_sign_in(house: House) -> None:
    sample = NewPerson("sample@example.com", "Sam Sample")
    made = house.db.write(lambda uow: sample_people.add_sample_person(uow, house.admin, sample, now=house.now))
    with house.db.read() as unit:
        assert "Sam Sample" in [name for _, name in people.look_up(unit, house.admin).people]
        assert sessions.find(unit, "sample@example.com").user_id is None
    with pytest.raises(PersonWithoutAccount):
        house.db.write(
            lambda uow: people.change(uow, house.admin, made, PersonChange(is_disabled=False), now=house.now)
        )


def test_looking_people_up_tells_names_and_nothing_else(house: House) -> None:
    mia = house.person("mia")
    with house.db.read() as unit:
        found = people.look_up(unit, mia, words="ADA")
    assert found.people == [(house.admin.user_id, "Ada")]


def test_a_percent_sign_is_looked_for_literally(house: House) -> None:
    house.person("100% cotton")
    with house.db.read() as unit:
        assert [person.name for person in people.list_people(unit, house.admin, words="%")] == ["100% cotton"]
        assert people.list_people(unit, house.admin, words="_da") == []


def test_departments_make_a_tree_without_loops(house: House) -> None:
    top = _department(house, "Top")
    below = _department(house, "Below", top)
    with pytest.raises(DepartmentLoop):
        _move(house, top, below)
    with pytest.raises(DepartmentLoop):
        _move(house, top, top)
    with pytest.raises(DepartmentInUse):
        house.db.write(lambda uow: organisation.delete_department(uow, house.admin, top, now=house.now))
    house.db.write(lambda uow: organisation.delete_department(uow, house.admin, below, now=house.now))
    house.db.write(lambda uow: organisation.delete_department(uow, house.admin, top, now=house.now))
    with pytest.raises(NotFound):
        _move(house, top, None)


def test_a_department_can_come_back_to_the_top(house: House) -> None:
    below = _department(house, "Below", _department(house, "Top"))
    wanted = DepartmentChange(clears=frozenset({"parent_id"}))
    moved = house.db.write(lambda uow: organisation.change_department(uow, house.admin, below, wanted, now=house.now))
    assert moved.parent_id is None


def test_the_builders_role_belongs_to_the_system_and_keys_are_taken_once(house: House) -> None:
    with house.db.read() as unit:
        builder = next(one for one in organisation.list_roles(unit, house.admin) if one.key == "builder")
    with pytest.raises(RoleReserved):
        house.db.write(lambda uow: organisation.delete_role(uow, house.admin, builder.id, now=house.now))
    with pytest.raises(KeyTaken):
        house.db.write(lambda uow: organisation.create_role(uow, house.admin, "builder", {"en": "B"}, now=house.now))


def _department(house: House, title: str, parent: str | None = None) -> str:
    wanted = DepartmentChange(title={"en": title}, parent_id=parent)
    return house.db.write(lambda uow: organisation.create_department(uow, house.admin, wanted, now=house.now)).id


def _move(house: House, department: str, parent: str | None) -> None:
    wanted = DepartmentChange(parent_id=parent)
    house.db.write(lambda uow: organisation.change_department(uow, house.admin, department, wanted, now=house.now))
