"""Draft, check, publish, roll back, where used, take away: the same for every kind."""

import pytest

from formloom.builders import apps, life
from formloom.platform.kernel.errors import NotFound, TooLarge
from formloom.platform.kernel.registry import UnknownType
from formloom.platform.records import service
from formloom.platform.storage import definition_store as store

from .conftest import form, view, words


def test_a_draft_may_have_faults_and_says_which(workshop) -> None:
    made = workshop.create("view", "all", view("nowhere", "name"))
    with workshop.db.read() as unit:
        draft = life.read_draft(unit, workshop.owner, made.id)
    assert [one.code for one in draft.findings if one.severity == "error"] == ["unknown_form"]


def test_what_has_faults_is_not_published(workshop) -> None:
    made = workshop.create("view", "all", view("nowhere", "name"))
    with pytest.raises(life.DraftHasFaults) as refused:
        workshop.publish(made.id)
    assert refused.value.findings[0].field == "form"


def test_a_missing_language_is_a_warning_and_no_obstacle(workshop) -> None:
    made = workshop.create("form", "order", {"title": {"en": "Order"}, "fields": []})
    assert workshop.publish(made.id) == 1


def test_a_stale_draft_is_refused_and_the_newer_one_stays(workshop) -> None:
    made = workshop.create("form", "order", form("name"))
    rev, _found = workshop.put(made.id, form("name", "city"), if_rev=made.rev)
    with pytest.raises(store.DraftStale):
        workshop.put(made.id, form("name"), if_rev=made.rev)
    with workshop.db.read() as unit:
        kept = life.read_draft(unit, workshop.owner, made.id)
    assert kept.definition.rev == rev
    assert len(kept.document["fields"]) == 2


def test_a_key_is_taken_once_per_kind(workshop) -> None:
    workshop.create("form", "order", form("name"))
    workshop.create("view", "order", view("order", "name"))
    with pytest.raises(store.KeyTaken):
        workshop.create("form", "order", form("name"))


def test_an_unknown_kind_is_told_with_the_nearest_name(workshop) -> None:
    with pytest.raises(UnknownType) as refused:
        workshop.create("dashbord", "x", {})
    assert "dashboard" in refused.value.words("en")


def test_a_document_nested_without_end_is_refused(workshop) -> None:
    deep: dict = {}
    for _ in range(40):
        deep = {"all": [deep]}
    with pytest.raises(TooLarge):
        workshop.create("view", "deep", {**view("order"), "filter": deep})


def test_published_versions_never_change(workshop) -> None:
    made = workshop.published("form", "order", form("name"))
    workshop.put(made.id, form("name", "city"))
    assert workshop.publish(made.id) == 2
    with workshop.db.read() as unit:
        first = store.version(unit, made.id, 1).document
    assert [one["id"] for one in first["fields"]] == ["name"]


def test_rolling_back_publishes_the_old_one_as_a_new_version_and_loses_no_value(workshop) -> None:
    made = workshop.published("form", "order", form("name", "city"))

    def fill(uow):
        found = workshop.catalog.find(uow, "shop.order")
        return service.create(uow, workshop.owner, found, {"name": "a", "city": "b"}, now=workshop.now)

    record = workshop.db.write(fill)
    workshop.put(made.id, form("name"))
    workshop.publish(made.id)
    number = workshop.db.write(lambda uow: life.roll_back(uow, workshop.owner, made.id, 1, now=workshop.now))
    with workshop.db.read() as unit:
        found = workshop.catalog.find(unit, "shop.order")
        values = service.read(unit, workshop.owner, found, record.id).values
        history = life.versions(unit, workshop.owner, made.id)
    assert (number, found.version) == (3, 3)
    assert values["city"] == "b"
    assert [one.version for one in history] == [3, 2, 1]


def test_publishing_is_told_in_plain_words_before(workshop) -> None:
    made = workshop.published("form", "order", form("name", "city"))
    workshop.put(made.id, form("name", "street"))
    with workshop.db.read() as unit:
        changes = life.compare(unit, workshop.owner, made.id).changes
    assert {(one.kind, one.affects_data) for one in changes} == {("added", False), ("removed", True)}
    assert all("zh-CN" in one.what and "en" in one.what for one in changes)


def test_where_it_is_used_names_place_and_field(workshop) -> None:
    made = workshop.published("form", "order", form("name", "city"))
    workshop.create("view", "all", view("order", "city"))
    with workshop.db.read() as unit:
        every = life.usages(unit, workshop.owner, made.id)
        of_city = life.usages(unit, workshop.owner, made.id, field="city")
        of_name = life.usages(unit, workshop.owner, made.id, field="name")
    assert {one.definition.key for one in every} == {"all"}
    assert [one.usage.path for one in of_city] == ["columns/0"]
    assert of_name == []


def test_what_is_used_is_not_taken_away(workshop) -> None:
    made = workshop.published("form", "order", form("name"))
    used_by = workshop.create("view", "all", view("order", "name"))
    with pytest.raises(life.InUse):
        workshop.db.write(lambda uow: life.delete(uow, workshop.owner, made.id, now=workshop.now))
    workshop.db.write(lambda uow: life.delete(uow, workshop.owner, used_by.id, now=workshop.now))
    workshop.db.write(lambda uow: life.delete(uow, workshop.owner, made.id, now=workshop.now))
    with workshop.db.read() as unit, pytest.raises(NotFound):
        workshop.catalog.find(unit, "shop.order")


def test_a_key_can_be_used_again_after_its_definition_was_taken_away(workshop) -> None:
    made = workshop.published("form", "order", form("name"))
    workshop.db.write(lambda uow: life.delete(uow, workshop.owner, made.id, now=workshop.now))
    again = workshop.published("form", "order", form("name"))
    assert again.id != made.id


def test_an_outsider_does_not_even_learn_that_it_exists(workshop) -> None:
    made = workshop.published("form", "order", form("name"))
    with workshop.db.read() as unit, pytest.raises(NotFound):
        life.read_draft(unit, workshop.outsider, made.id)
    with pytest.raises(NotFound):
        workshop.publish(made.id, actor=workshop.outsider)
    with pytest.raises(NotFound):
        workshop.create("form", "mine", form("name"), actor=workshop.outsider)


def test_an_app_that_is_taken_away_takes_its_forms_along(workshop) -> None:
    made = workshop.published("form", "order", form("name"))
    workshop.db.write(lambda uow: apps.delete(uow, workshop.owner, "shop", now=workshop.now))
    with workshop.db.read() as unit:
        with pytest.raises(NotFound):
            workshop.catalog.find(unit, "shop.order")
        with pytest.raises(NotFound):
            life.read_draft(unit, workshop.owner, made.id)


def test_the_menu_shows_what_is_listed_first_and_then_the_rest(workshop) -> None:
    for key in ("one", "two"):
        workshop.published("form", key, form("name"))
    workshop.db.write(
        lambda uow: apps.change(
            uow, workshop.owner, "shop", {"title": words("Shop"), "menu": [{"kind": "form", "key": "two"}]},
            now=workshop.now,
        )
    )  # fmt: skip
    with workshop.db.read() as unit:
        found = apps.menu(unit, workshop.owner, apps.open_app(unit, workshop.owner, "shop"))
    assert [entry["key"] for entry in found] == ["two", "one"]
