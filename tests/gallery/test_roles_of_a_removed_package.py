"""A package takes the roles along that it made, as long as nobody else uses them."""

from sqlalchemy import select

from formloom.builders import apps
from formloom.builders.gallery import removing, shelf
from formloom.platform.access import organisation
from formloom.platform.storage import definition_store as store
from formloom.platform.storage import tables

ROLES = {role["key"] for role in shelf.get("ticketing").manifest["roles"]}


def keys(house) -> set[str]:
    with house.db.read() as unit:
        return set(unit.conn.scalars(select(tables.roles.c.key)))


def remove(house, slug: str = "ticketing") -> None:
    house.db.write(lambda uow: removing.remove(uow, house.admin, slug, now=house.now, catalog=house.catalog))


def app_of_ones_own(house, document) -> None:
    """Make an app whose draft holds `document`."""
    title = {"zh-CN": "我的", "en": "Mine"}

    def work(uow):
        app = apps.create(uow, house.admin, "mine", {"title": title}, now=house.now)
        store.create(
            uow, app_id=app.row.id, kind="permission_group", key="all", document=document, by=None, now=house.now
        )

    house.db.write(work)


def test_roles_that_only_the_package_uses_go_with_it(house) -> None:
    house.install("ticketing")
    assert keys(house) >= ROLES
    remove(house)
    assert not keys(house) & ROLES


def test_a_role_that_was_there_before_stays(house) -> None:
    title = {"zh-CN": "客服", "en": "Agent"}
    house.db.write(lambda uow: organisation.create_role(uow, house.admin, "support_agent", title, now=house.now))
    house.install("ticketing")
    remove(house)
    assert keys(house) & ROLES == {"support_agent"}


def test_a_role_that_somebody_was_given_by_hand_stays_with_him(house) -> None:
    house.install("ticketing")
    house.member("zhang", "support_agent")
    remove(house)
    assert keys(house) & ROLES == {"support_agent"}


def test_a_role_that_another_app_names_stays(house) -> None:
    house.install("ticketing")
    app_of_ones_own(house, {"title": {"en": "All"}, "members": {"roles": ["support_tech"]}})
    remove(house)
    assert keys(house) & ROLES == {"support_tech"}


def test_a_package_that_is_installed_again_brings_its_roles_again(house) -> None:
    house.install("ticketing")
    remove(house)
    house.install("ticketing", sample_data=False)
    assert keys(house) >= ROLES


def test_a_role_that_another_package_brings_too_is_that_ones(house) -> None:
    house.install("ticketing")
    house.install("crm")

    def share(uow):
        packages = tables.installed_packages
        crm = packages.c.slug == "crm"
        facts = uow.conn.scalar(select(packages.c.manifest).where(crm))
        facts["manifest"]["roles"].append({"key": "support_lead", "title": {"en": "Lead"}})
        uow.conn.execute(packages.update().where(crm).values(manifest=facts))

    house.db.write(share)
    remove(house)
    assert keys(house) & ROLES == {"support_lead"}
    remove(house, "crm")
    assert not keys(house) & ROLES
