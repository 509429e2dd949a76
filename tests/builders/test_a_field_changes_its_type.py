"""A change of type is tried on real values, carried over in parts, and loses nothing."""

from pathlib import Path
from typing import Any

import pytest

from formloom.builders import retyping
from formloom.platform.kernel.clock import FrozenClock
from formloom.platform.records import conversions, service
from formloom.platform.records.conversions import ConversionUnderWay
from formloom.platform.records.house import House
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.files import FileStore

from .conftest import Workshop, words

SIZES = ("12.5", "large", "7")
YES = [{"value": "yes", "label": words("Yes")}, {"value": "no", "label": words("No")}]


def sheet(**entry: Any) -> dict[str, Any]:
    return {"title": words("Form"), "fields": [{"id": "size", "label": words("Size"), **entry}]}


def fill(workshop: Workshop, *values: Any) -> list[str]:
    def work(uow: Any) -> list[str]:
        found = workshop.catalog.find(uow, "shop.order")
        return [
            service.create(uow, workshop.owner, found, {"size": one}, now=workshop.now).id for one in values
        ]  # fmt: skip

    return workshop.db.write(work)


def change(workshop: Workshop, made: Any, **entry: Any) -> None:
    workshop.put(made.id, sheet(**entry))
    workshop.publish(made.id)


def values(workshop: Workshop, ids: list[str]) -> list[Any]:
    with workshop.db.read() as unit:
        found = workshop.catalog.find(unit, "shop.order")
        return [found.dump(service.read(unit, workshop.owner, found, one).values)["size"] for one in ids]


def tried(workshop: Workshop, made: Any, **entry: Any) -> retyping.Trial:
    with workshop.db.read() as unit:
        return retyping.trial(
            unit, workshop.owner, workshop.catalog, store.find(unit, made.id), sheet(**entry)["fields"][0],
            now=workshop.now, locale="en",
        )  # fmt: skip


def test_values_that_fit_come_along_and_the_others_come_back_with_the_old_type(workshop: Workshop) -> None:
    made = workshop.published("form", "order", sheet(type="text"))
    ids = fill(workshop, *SIZES)
    change(workshop, made, type="number", decimals=1)
    assert values(workshop, ids) == ["12.5", None, "7.0"]
    change(workshop, made, type="text")
    assert values(workshop, ids) == list(SIZES)


def test_what_was_changed_or_cleared_meanwhile_stays_so_on_the_way_back(workshop: Workshop) -> None:
    made = workshop.published("form", "order", sheet(type="text"))
    ids = fill(workshop, *SIZES)
    change(workshop, made, type="number", decimals=1)

    def work(uow: Any) -> None:
        found = workshop.catalog.find(uow, "shop.order")
        for place, value in ((0, "13"), (2, None)):
            service.update(uow, workshop.owner, found, ids[place], {"size": value}, now=workshop.now)

    workshop.db.write(work)
    change(workshop, made, type="text")
    assert values(workshop, ids) == ["13.0", "large", None]


def test_the_names_of_options_become_options_and_texts_again(workshop: Workshop) -> None:
    made = workshop.published("form", "order", sheet(type="text"))
    ids = fill(workshop, "Yes", "no", "perhaps")
    change(workshop, made, type="select", options=YES)
    assert values(workshop, ids) == ["yes", "no", None]
    change(workshop, made, type="multiselect", options=YES)
    assert values(workshop, ids) == [["yes"], ["no"], None]


def test_a_trial_counts_records_and_proposes_what_the_new_type_needs(workshop: Workshop) -> None:
    made = workshop.published("form", "order", sheet(type="text"))
    fill(workshop, *SIZES, "large")
    number = tried(workshop, made, type="number")
    assert (number.records, number.converts, number.fails) == (4, 2, 2)
    assert [(one.before, one.records) for one in number.faults] == [("large", 2)]
    assert number.settings == {"decimals": 1}
    select = tried(workshop, made, type="select")
    assert (select.converts, select.fails) == (4, 0)
    assert [one["value"] for one in select.settings["options"]] == ["large", "12.5", "7"]
    assert tried(workshop, made, type="textarea").stays


def test_who_may_not_see_the_records_is_told_nothing_of_them(workshop: Workshop) -> None:
    made = workshop.published("form", "order", sheet(type="text"))
    fill(workshop, *SIZES)
    with workshop.db.read() as unit:
        found = retyping.trial(
            unit, workshop.outsider, workshop.catalog, store.find(unit, made.id), sheet(type="number")["fields"][0],
            now=workshop.now, locale="en",
        )  # fmt: skip
    assert (found.records, found.samples, found.settings) == (None, [], {})


def test_many_records_are_a_job_that_goes_on_where_it_stood(
    workshop: Workshop, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(conversions, "PART", 2)
    made = workshop.published("form", "order", sheet(type="text"))
    ids = fill(workshop, "1", "2", "x", "4", "5")
    workshop.put(made.id, sheet(type="number", decimals=0))
    workshop.publish(made.id)
    with workshop.db.read() as unit:
        job = conversions.waiting(unit, made.id)
    assert values(workshop, ids) == ["1", "2", None, None, None]
    workshop.put(made.id, sheet(type="text"))
    with pytest.raises(ConversionUnderWay):
        workshop.publish(made.id)
    conversions.run(House(workshop.db, FileStore(tmp_path), workshop.catalog, clock), str(job))
    assert values(workshop, ids) == ["1", "2", None, "4", "5"]
    assert workshop.publish(made.id) == 3


def test_formulas_over_the_field_are_computed_once_its_values_are_there(
    workshop: Workshop, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(conversions, "PART", 1)
    double = {"id": "double", "type": "formula", "label": words("Double"), "formula": "size*2", "result": "number"}
    text = sheet(type="text")
    made = workshop.published("form", "order", {**text, "fields": [*text["fields"], double]})
    ids = fill(workshop, "1", "2", "3")
    number = sheet(type="number", decimals=0)
    workshop.put(made.id, {**number, "fields": [*number["fields"], double]})
    workshop.publish(made.id)
    with workshop.db.read() as unit:
        job = conversions.waiting(unit, made.id)
    conversions.run(House(workshop.db, FileStore(tmp_path), workshop.catalog, clock), str(job))
    with workshop.db.read() as unit:
        form = workshop.catalog.find(unit, "shop.order")
        doubles = [form.dump(service.read(unit, workshop.owner, form, one).values)["double"] for one in ids]
    assert [float(one) for one in doubles] == [2, 4, 6]
