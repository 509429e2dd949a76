"""Why somebody may or may not: the verdict is the policy's own, the reasons lead to it."""

from typing import Any

import pytest

from formloom.platform.access.access import Access
from formloom.platform.access.acts import Act
from formloom.platform.access.explain import Explanation, Question, explain
from formloom.platform.kernel.actors import Member
from formloom.platform.kernel.errors import Forbidden, NotFound
from formloom.platform.kernel.ids import new_id

from .conftest import Grants, House


def _ask(house: House, member: Member | str, act: Act = Act.RECORD_READ, **about: Any) -> Explanation:
    user_id = member if isinstance(member, str) else member.user_id
    with house.db.read() as unit:
        return explain(unit, house.admin, house.form, Question(user_id, act, **about))


def _codes(told: Explanation) -> list[str]:
    return [reason.code for reason in told.reasons]


def test_administrators_and_strangers_are_told_in_one_step(house: House) -> None:
    assert _codes(_ask(house, house.admin)) == ["administrator", "allowed"]
    assert _codes(_ask(house, new_id())) == ["no_account", "refused"]
    assert _codes(_ask(house, house.person("mia"))) == ["no_group", "refused"]


def test_a_grant_a_missing_right_and_a_foreign_group_are_named(house: House, grant: Grants) -> None:
    mia = house.person("mia")
    house.group([grant("read")], members={"users": [mia.user_id]}, title={"en": "Readers"})
    house.group([grant("delete")], members={"users": []}, title={"en": "Cleaners"})
    assert _codes(_ask(house, mia)) == ["in_group", "right_granted", "not_in_group", "allowed"]
    told = _ask(house, mia, Act.RECORD_DELETE)
    assert _codes(told) == ["in_group", "right_not_granted", "not_in_group", "refused"]
    assert told.reasons[0].params["group"] == {"en": "Readers"}


def test_a_record_outside_the_rows_is_shown_with_the_value_that_was_found(house: House, grant: Grants) -> None:
    mia = house.person("mia")
    house.group([grant("read", rows="own")], members={"users": [mia.user_id]})
    other = {"created_by": house.admin.user_id}
    told = _ask(house, mia, record=other)
    assert not told.is_allowed
    assert _codes(told) == ["in_group", "right_granted", "row_condition", "row_out_of_scope", "refused"]
    assert told.reasons[2].params["actual"] == house.admin.user_id
    assert _ask(house, mia, record={"created_by": mia.user_id}).is_allowed


def test_a_hidden_field_is_refused_although_the_record_is_not(house: House, grant: Grants) -> None:
    mia = house.person("mia")
    house.group([grant("read", fields={"amount": "hidden"})], members={"users": [mia.user_id]})
    assert _ask(house, mia, field="subject").is_allowed
    told = _ask(house, mia, field="amount")
    assert not told.is_allowed
    assert ("field", False) in [(reason.code, reason.allows) for reason in told.reasons]


@pytest.mark.parametrize("rows", ["all", "own", "assigned"])
@pytest.mark.parametrize("right", ["read", "create", "update", "delete"])
def test_the_verdict_is_what_the_policy_decides(house: House, grant: Grants, rows: str, right: str) -> None:
    mia = house.person("mia")
    house.group(
        [grant(right, rows=rows, assigned_field="assignee", fields={"note": "read"})],
        members={"users": [mia.user_id]},
    )
    with house.db.read() as unit:
        access = Access.of(unit, mia)
        for act in (Act.RECORD_READ, Act.RECORD_CREATE, Act.RECORD_UPDATE, Act.RECORD_DELETE):
            assert _ask(house, mia, act).is_allowed == access.can(act, form=house.form), act
        assert _ask(house, mia, Act.RECORD_UPDATE, field="note").is_allowed is False


def test_only_who_manages_the_app_may_ask(house: House, grant: Grants) -> None:
    mia, dee = house.person("mia"), house.person("dee")
    house.group([grant("read")], members={"users": [mia.user_id]})
    question = Question(mia.user_id, Act.RECORD_READ)
    with house.db.read() as unit:
        with pytest.raises(Forbidden):
            explain(unit, mia, house.form, question)
        with pytest.raises(NotFound):
            explain(unit, dee, house.form, question)
