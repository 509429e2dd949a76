"""Installing, installing again, clearing the samples, removing."""

from dataclasses import replace

import pytest
from sqlalchemy import Table, func, select

from formloom.builders import apps
from formloom.builders.gallery import browsing, installing, removing, sampling, shelf
from formloom.builders.gallery.errors import NotInstalled
from formloom.platform.access.policy import Access, Act
from formloom.platform.kernel.errors import Forbidden, NotFound
from formloom.platform.records import listing, service
from formloom.platform.records.queries.pages import Query
from formloom.platform.storage import definition_store as store
from formloom.platform.storage import tables


def rows_in(house, table: Table) -> int:
    with house.db.read() as unit:
        return int(unit.conn.scalar(select(func.count()).select_from(table)) or 0)


def records_of(house, app_key: str, form: str, **asked):
    with house.db.read() as unit:
        found = house.catalog.find(unit, f"{app_key}.{form}")
        return listing.page(unit, house.admin, found, Query(limit=200, **asked)).records


@pytest.mark.parametrize("slug", shelf.slugs())
def test_everything_is_published_at_once(house, slug: str) -> None:
    done = house.install(slug, sample_data=False)
    package = shelf.get(slug)
    with house.db.read() as unit:
        found = store.listing(unit, app_id=done.app_id)
    assert done.app_key == slug
    assert {(one.kind, one.key) for one in found if one.kind != "app"} == {
        (kind, key) for kind, documents in package.definitions.items() for key in documents
    }
    assert all(one.version is not None and not one.has_changes for one in found)


def test_installing_again_changes_nothing(house) -> None:
    first = house.install("ticketing")
    counted = [rows_in(house, table) for table in (tables.apps, tables.definitions, tables.form_links, tables.users)]
    second = house.install("ticketing")
    assert (second.app_id, second.is_new) == (first.app_id, False)
    assert counted == [
        rows_in(house, table) for table in (tables.apps, tables.definitions, tables.form_links, tables.users)
    ]


def test_the_ticket_form_has_an_open_public_link(house) -> None:
    house.install("ticketing", sample_data=False)
    with house.db.read() as unit:
        form = house.catalog.find(unit, "ticketing.ticket")
        links = tables.form_links.c
        found = unit.conn.execute(select(links.is_open).where(links.form_id == form.form_id)).scalars().all()
    assert found == [True]


def test_whoever_installs_gets_the_leading_role(house) -> None:
    house.install("ticketing", sample_data=False)
    with house.db.read() as unit:
        held = unit.conn.scalars(
            select(tables.roles.c.key)
            .join(tables.user_roles, tables.user_roles.c.role_id == tables.roles.c.id)
            .where(tables.user_roles.c.user_id == house.admin.user_id)
        ).all()
    assert "support_lead" in held


@pytest.mark.parametrize("slug", shelf.slugs())
def test_sample_records_come_through_the_pipeline_at_their_own_time_and_run_no_rules(house, slug: str) -> None:
    done = house.install(slug)
    assert done.samples == shelf.get(slug).sample_count()
    assert rows_in(house, tables.sample_records) == done.samples
    assert rows_in(house, tables.record_history) == done.samples
    assert rows_in(house, tables.outbox) == 0
    first_form = next(iter(shelf.get(slug).samples))
    found = records_of(house, slug, first_form, sort=("created_at",))
    assert (house.now - found[0].created_at).days >= 20
    assert all(one.created_at <= house.now for one in found)


def test_sample_tickets_are_numbered_by_their_own_day(house) -> None:
    house.install("ticketing")
    ticket = records_of(house, "ticketing", "ticket", sort=("created_at",))[0]
    assert ticket.values["no"].startswith(f"T{ticket.created_at:%y%m}")


def test_sample_people_can_be_assigned_but_never_sign_in(house) -> None:
    house.install("ticketing")
    with house.db.read() as unit:
        found = unit.conn.execute(select(tables.users).where(tables.users.c.status == "sample")).all()
    assert len(found) == len(shelf.get("ticketing").people)
    assert all(one.password_hash is None for one in found)


def test_clearing_takes_sample_data_away_and_keeps_what_people_worked_on(house) -> None:
    house.install("ticketing")
    edited = records_of(house, "ticketing", "ticket")[0]

    def edit(uow):
        form = house.catalog.find(uow, "ticketing.ticket")
        service.update(uow, house.admin, form, edited.id, {"priority": "urgent"}, now=house.now)

    house.db.write(edit)
    done = house.db.write(
        lambda uow: sampling.clear(uow, house.admin, "ticketing", now=house.now, catalog=house.catalog)
    )
    assert (done.removed, done.kept) == (shelf.get("ticketing").sample_count() - 1, 1)
    assert [one.id for one in records_of(house, "ticketing", "ticket")] == [edited.id]
    assert rows_in(house, tables.sample_records) == 0
    assert rows_in(house, tables.customers) == 1
    with house.db.read() as unit:
        left = unit.conn.scalar(select(func.count()).where(tables.users.c.status == "sample"))
    assert left == 0


def test_clearing_leaves_records_that_people_entered(house) -> None:
    house.install("ticketing")
    values = {"subject": "Mine", "description": "x", "name": "A", "email": "a@example.com", "category": "other"}

    def enter(uow):
        form = house.catalog.find(uow, "ticketing.ticket")
        return service.create(uow, house.admin, form, values, now=house.now)

    mine = house.db.write(enter)
    house.db.write(lambda uow: sampling.clear(uow, house.admin, "ticketing", now=house.now, catalog=house.catalog))
    assert [one.id for one in records_of(house, "ticketing", "ticket")] == [mine.id]


def test_removing_takes_the_app_out_of_sight_and_lets_it_be_installed_again(house) -> None:
    first = house.install("crm")
    house.db.write(lambda uow: removing.remove(uow, house.admin, "crm", now=house.now, catalog=house.catalog))
    with house.db.read() as unit:
        with pytest.raises(NotFound):
            apps.open_app(unit, house.admin, first.app_id)
        entry = browsing.look_at(unit, house.admin, "crm")
    assert entry.installed is None
    again = house.install("crm")
    assert again.is_new
    assert (again.app_id != first.app_id, again.app_key) == (True, "crm")


def test_what_is_not_installed_cannot_be_removed(house) -> None:
    with pytest.raises(NotInstalled):
        house.db.write(lambda uow: removing.remove(uow, house.admin, "crm", now=house.now, catalog=house.catalog))


def test_only_builders_install_and_only_managers_remove(house) -> None:
    agent = house.member("agent")
    house.install("survey", sample_data=False)
    with pytest.raises(Forbidden):
        house.db.write(
            lambda uow: installing.install(uow, agent, shelf.get("crm"), now=house.now, catalog=house.catalog)
        )
    with pytest.raises((Forbidden, NotFound)):
        house.db.write(lambda uow: removing.remove(uow, agent, "survey", now=house.now, catalog=house.catalog))


def test_an_app_key_that_is_taken_gets_a_number(house) -> None:
    house.db.write(
        lambda uow: apps.create(uow, house.admin, "crm", {"title": {"zh-CN": "我的", "en": "Mine"}}, now=house.now)
    )
    assert house.install("crm", sample_data=False).app_key == "crm_2"


def test_an_agent_sees_tickets_but_not_what_is_read_only(house) -> None:
    house.install("ticketing", sample_data=False)
    agent = house.member("zhang", "support_agent")
    viewer = house.member("li", "support_viewer")
    with house.db.read() as unit:
        form = house.catalog.find(unit, "ticketing.ticket")
        rights = Access.of(unit, agent)
        assert rights.can(Act.RECORD_UPDATE, form=form)
        assert not rights.can(Act.RECORD_DELETE, form=form)
        assert rights.field(form, "rating") == "read"
        assert Access.of(unit, viewer).field(form, "phone") == "hidden"


@pytest.mark.parametrize(
    ("locale", "name", "subject"), [("zh-CN", "何嘉木", "预约安装时间"), ("en", "Helen Marsh", "Book an installation")]
)
def test_sample_data_comes_in_the_language_of_the_one_who_installs(house, locale: str, name: str, subject: str) -> None:
    house.admin = replace(house.admin, locale=locale)
    house.install("ticketing")
    with house.db.read() as unit:
        users = tables.users.c
        named = unit.conn.scalars(select(users.name).where(users.status == "sample")).all()
    assert name in named
    assert subject in {record.values["subject"] for record in records_of(house, "ticketing", "ticket")}


@pytest.mark.parametrize("slug", shelf.slugs())
def test_sample_data_fits_its_forms_in_english_too(house, slug: str) -> None:
    house.admin = replace(house.admin, locale="en")
    assert house.install(slug).samples == shelf.get(slug).sample_count()
