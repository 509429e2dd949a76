"""Default deny; what groups grant; on which rows; with which fields."""

from typing import Any

import pytest

from formloom.platform.access.hidden import FieldUnknown
from formloom.platform.access.policy import Access, Act, demand, requires
from formloom.platform.kernel.actors import Member, Public, System
from formloom.platform.kernel.errors import Forbidden, NotFound
from formloom.platform.kernel.ids import new_id

from .conftest import Grants, House, form_of


def _access(house: House, actor: Any) -> Access:
    with house.db.read() as unit:
        return Access.of(unit, actor)


def _can(house: House, actor: Any, act: Act, **about: Any) -> bool:
    with house.db.read() as unit:
        return Access.of(unit, actor).can(act, **about)


def test_nobody_may_do_anything_that_no_group_grants(house: House) -> None:
    mia = house.person("mia")
    with house.db.read() as unit:
        access = Access.of(unit, mia)
        allowed = {act for act in Act if access.can(act, form=house.form, app=house.app_id)}
        assert access.readable(house.form) == frozenset()
        assert set(access.fields(house.form).values()) == {"hidden"}
        with pytest.raises(NotFound):
            access.rows(house.form)
    assert Act.SESSION_READ in allowed
    assert not any(act.startswith(("record.", "definition.", "user.change", "app.open", "form.")) for act in allowed)


def test_a_right_reaches_users_roles_and_departments_that_the_group_names(house: House, grant: Grants) -> None:
    by_name, by_role, outsider = house.person("mia"), house.person("rob", roles=("builder",)), house.person("out")
    house.group([grant("read")], members={"users": [by_name.user_id], "roles": ["builder"]})
    assert _can(house, by_name, Act.RECORD_READ, form=house.form)
    assert _can(house, by_role, Act.RECORD_READ, form=house.form)
    assert not _can(house, outsider, Act.RECORD_READ, form=house.form)


def test_a_right_on_one_form_is_no_right_on_its_namesake_in_another_app(house: House, grant: Grants) -> None:
    mia = house.person("mia")
    house.group([grant("read")], members={"users": [mia.user_id]})
    other = form_of(house.app())
    assert not _can(house, mia, Act.RECORD_READ, form=other)
    assert not _can(house, mia, Act.RECORD_READ, form=form_of(house.app_id, key="invoice"))
    assert not _can(house, mia, Act.RECORD_UPDATE, form=house.form)


def test_what_may_be_seen_but_not_done_is_forbidden_and_what_may_not_be_seen_is_not_found(
    house: House, grant: Grants
) -> None:
    mia, out = house.person("mia"), house.person("out")
    house.group([grant("read")], members={"users": [mia.user_id]})
    with house.db.read() as unit:
        with pytest.raises(Forbidden):
            demand(unit, mia, Act.RECORD_DELETE, form=house.form)
        with pytest.raises(NotFound):
            demand(unit, out, Act.RECORD_DELETE, form=house.form)
        with pytest.raises(Forbidden):
            demand(unit, mia, Act.DEFINITION_EDIT, app=house.app_id)
        with pytest.raises(NotFound):
            demand(unit, out, Act.DEFINITION_EDIT, app=house.app_id)


def test_a_deleted_group_grants_nothing_from_the_next_question_on(house: House, grant: Grants) -> None:
    mia = house.person("mia")
    group = house.group([grant("read")], members={"users": [mia.user_id]})
    assert _can(house, mia, Act.RECORD_READ, form=house.form)
    house.drop_group(group)
    assert not _can(house, mia, Act.RECORD_READ, form=house.form)


def test_designers_change_documents_but_see_no_records_and_no_permissions(house: House) -> None:
    dee, max_ = house.person("dee"), house.person("max")
    house.group([], app_acts=["design"], members={"users": [dee.user_id]})
    house.group([], app_acts=["manage"], members={"users": [max_.user_id]})
    assert _can(house, dee, Act.DEFINITION_PUBLISH, app=house.app_id)
    assert not _can(house, dee, Act.PERMISSION_EDIT, app=house.app_id)
    assert not _can(house, dee, Act.RECORD_READ, form=house.form)
    assert not _can(house, dee, Act.DEFINITION_PUBLISH, app=house.app())
    assert _can(house, max_, Act.PERMISSION_EDIT, app=house.app_id)
    assert _can(house, max_, Act.DEFINITION_PUBLISH, app=house.app_id)


def test_who_started_an_app_may_do_everything_in_it_and_nothing_in_another(house: House) -> None:
    bo = house.person("bo", roles=("builder",))
    assert _can(house, bo, Act.APP_CREATE)
    mine = house.app(owner=bo)
    assert _can(house, bo, Act.RECORD_DELETE, form=form_of(mine))
    assert _can(house, bo, Act.PERMISSION_EDIT, app=mine)
    assert not _can(house, bo, Act.RECORD_READ, form=house.form)
    assert not _can(house, bo, Act.USER_LIST)


def test_rows_of_several_groups_add_up(house: House, grant: Grants) -> None:
    mia = house.person("mia")
    named = {"users": [mia.user_id]}
    own = {"field": "created_by", "op": "eq", "value": mia.user_id}
    house.group([grant("read", rows="own")], members=named)
    with house.db.read() as unit:
        assert Access.of(unit, mia).rows(house.form) == own
    house.group(
        [grant("read", rows="assigned", assigned_field="assignee", filter={"field": "amount", "op": "lt", "value": 5})],
        members=named,
    )
    mine = {"field": "assignee", "op": "eq", "value": mia.user_id}
    with house.db.read() as unit:
        tree = Access.of(unit, mia).rows(house.form)
    assert tree == {"any": [own, {"all": [mine, {"field": "amount", "op": "lt", "value": 5}]}]}
    house.group([grant("read")], members=named)
    with house.db.read() as unit:
        assert Access.of(unit, mia).rows(house.form) is None


def test_me_in_a_filter_is_the_one_who_asks(house: House, grant: Grants) -> None:
    mia = house.person("mia")
    condition = {"any": [{"field": "assignee", "op": "eq", "value": {"fn": "me"}}, {"field": "note", "op": "empty"}]}
    house.group([grant("read", filter=condition)], members={"users": [mia.user_id]})
    with house.db.read() as unit:
        tree = Access.of(unit, mia).rows(house.form)
    assert tree == {"any": [{"field": "assignee", "op": "eq", "value": mia.user_id}, {"field": "note", "op": "empty"}]}


def test_rows_assigned_by_a_field_that_is_gone_are_none(house: House, grant: Grants) -> None:
    mia = house.person("mia")
    house.group([grant("read", rows="assigned", assigned_field="gone")], members={"users": [mia.user_id]})
    with house.db.read() as unit:
        assert Access.of(unit, mia).rows(house.form) == {"not": {}}


def test_each_right_has_its_own_rows(house: House, grant: Grants) -> None:
    mia = house.person("mia")
    house.group([grant("read"), grant("update", rows="own")], members={"users": [mia.user_id]})
    with house.db.read() as unit:
        access = Access.of(unit, mia)
        assert access.rows(house.form, Act.RECORD_READ) is None
        assert access.rows(house.form, Act.RECORD_UPDATE) is not None
        with pytest.raises(Forbidden):
            access.rows(house.form, Act.RECORD_DELETE)


def test_fields_are_hidden_read_or_written_as_the_grant_says(house: House, grant: Grants) -> None:
    mia = house.person("mia")
    house.group(
        [grant("read", "update", fields={"amount": "hidden", "note": "read"})], members={"users": [mia.user_id]}
    )
    with house.db.read() as unit:
        access = Access.of(unit, mia)
        assert access.fields(house.form) == {
            "subject": "write", "amount": "hidden", "assignee": "write", "note": "read",
        }  # fmt: skip
        assert access.writable(house.form, Act.RECORD_UPDATE) == {"subject", "assignee"}
        assert access.writable(house.form, Act.RECORD_CREATE) == frozenset()


def test_reading_alone_lets_nobody_write(house: House, grant: Grants) -> None:
    mia = house.person("mia")
    house.group([grant("read")], members={"users": [mia.user_id]})
    assert set(_access_fields(house, mia).values()) == {"read"}


def test_a_field_shown_on_some_rows_stays_hidden_where_other_rows_are_seen_without_it(
    house: House, grant: Grants
) -> None:
    mia = house.person("mia")
    named = {"users": [mia.user_id]}
    house.group([grant("read", fields={"amount": "hidden"})], members=named)
    house.group([grant("read", rows="own")], members=named)
    assert _access_fields(house, mia)["amount"] == "hidden"


def test_a_field_shown_on_all_rows_is_shown(house: House, grant: Grants) -> None:
    mia = house.person("mia")
    named = {"users": [mia.user_id]}
    house.group([grant("read", rows="own", fields={"amount": "hidden"})], members=named)
    house.group([grant("read")], members=named)
    assert _access_fields(house, mia)["amount"] == "read"


def test_who_may_only_create_fills_fields_and_sees_none(house: House, grant: Grants) -> None:
    mia = house.person("mia")
    house.group([grant("create", fields={"note": "hidden"})], members={"users": [mia.user_id]})
    with house.db.read() as unit:
        access = Access.of(unit, mia)
        assert access.writable(house.form, Act.RECORD_CREATE) == {"subject", "amount", "assignee"}
        assert access.readable(house.form) == frozenset()


@pytest.mark.parametrize(
    "tree",
    [
        {"field": "amount", "op": "gt", "value": 1},
        {"all": [{"any": [{"not": {"field": "amount", "op": "empty"}}]}]},
        {"field": "subject", "op": "eq", "value": {"ref": "amount"}},
        {"field": "subject", "op": "in", "value": ["a", {"ref": "amount"}]},
    ],
)
def test_a_hidden_field_cant_be_asked_about(house: House, grant: Grants, tree: dict[str, Any]) -> None:
    mia = house.person("mia")
    house.group([grant("read", fields={"amount": "hidden"})], members={"users": [mia.user_id]})
    with house.db.read() as unit:
        access = Access.of(unit, mia)
        access.guard_condition({"field": "subject", "op": "eq", "value": "amount"}, house.form)
        with pytest.raises(FieldUnknown):
            access.guard_condition(tree, house.form)
        with pytest.raises(FieldUnknown):
            access.guard_fields(["subject", "amount"], house.form)


def test_a_very_deep_condition_is_walked_without_trouble(house: House, grant: Grants) -> None:
    mia = house.person("mia")
    house.group([grant("read", fields={"amount": "hidden"})], members={"users": [mia.user_id]})
    tree: dict[str, Any] = {"field": "amount", "op": "empty"}
    for _ in range(20_000):
        tree = {"not": tree}
    with house.db.read() as unit, pytest.raises(FieldUnknown):
        Access.of(unit, mia).guard_condition(tree, house.form)


def test_a_visitor_may_fill_his_form_and_nothing_else(house: House) -> None:
    form = house.form
    visitor = Public(form.form_id, 1, "link")
    with house.db.read() as unit:
        access = Access.of(unit, visitor)
        allowed = {act for act in Act if access.can(act, form=form, app=form.app_id)}
        assert allowed == {Act.FORM_SUBMIT, Act.FILE_UPLOAD}
        assert access.fields(form) == {"subject": "write", "amount": "write", "assignee": "hidden", "note": "hidden"}
        assert access.readable(form) == frozenset()
        with pytest.raises(Forbidden):
            access.rows(form, Act.RECORD_READ)
        with pytest.raises(NotFound):
            demand(unit, visitor, Act.FORM_SUBMIT, form=form_of(house.app_id))


def test_a_flow_acts_on_records_of_its_own_app_only(house: House) -> None:
    flow_id = new_id()
    house.db.write(
        lambda uow: _flow(uow, house, flow_id),
    )
    flow = System("flow", flow_id, 1)
    assert _can(house, flow, Act.RECORD_UPDATE, form=house.form)
    assert not _can(house, flow, Act.RECORD_UPDATE, form=form_of(house.app()))
    assert not _can(house, flow, Act.USER_CHANGE)
    assert not _can(house, flow, Act.DEFINITION_PUBLISH, app=house.app_id)
    assert not _can(house, System("flow", new_id(), 1), Act.RECORD_READ, form=house.form)


def test_the_guard_acts_before_the_use_case(house: House, grant: Grants) -> None:
    done: list[str] = []

    @requires(Act.RECORD_CREATE)
    def create(unit: Any, actor: Any, form: Any, *, value: str) -> str:
        done.append(value)
        return value

    mia = house.person("mia")
    with house.db.read() as unit:
        with pytest.raises(NotFound):
            create(unit, mia, house.form, value="x")
        with pytest.raises(NotFound):
            create(unit, mia, form=house.form, value="x")
        assert done == []
        assert create(unit, house.admin, house.form, value="y") == "y"


def test_a_department_above_counts_for_those_below(house: House, grant: Grants) -> None:
    from formloom.platform.access.organisation import DepartmentChange, create_department

    def make(title: str, parent: str | None) -> str:
        wanted = DepartmentChange(title={"en": title}, parent_id=parent)
        return house.db.write(lambda uow: create_department(uow, house.admin, wanted, now=house.now)).id

    top = make("Sales", None)
    team = make("North", make("Field", top))
    mia = house.person("mia", departments=(team,))
    house.group([grant("read")], members={"departments": [top]})
    assert _can(house, mia, Act.RECORD_READ, form=house.form)


def _access_fields(house: House, member: Member) -> dict[str, str]:
    with house.db.read() as unit:
        return dict(Access.of(unit, member).fields(house.form))


def _flow(uow: Any, house: House, flow_id: str) -> None:
    from formloom.platform.storage import definition_store

    document = {"title": {"en": "Flow"}, "form": "ticket"}
    definition_store.create(
        uow, app_id=house.app_id, kind="flow", key="route", document=document, by=None, now=house.now,
        definition_id=flow_id,
    )  # fmt: skip
    definition_store.add_version(uow, flow_id, document, by=None, now=house.now)
