"""Options and time slots with a number of places: exact under concurrency, free again, and given to who waits first."""

from typing import Any

import pytest

from formloom.platform.kernel.events import RecordEvent
from formloom.platform.records import service
from formloom.platform.records.queries import seats as queries
from formloom.platform.records.record import InvalidValues, Record, WriteOptions

from .conftest import Desk, OpenDesk
from .test_many_write_at_once import at_once

SUBJECT = {"id": "subject", "type": "text"}


def option(value: str, quota: int | None) -> dict[str, Any]:
    return {"value": value, "label": {"zh-CN": value.upper(), "en": value.upper()}, "quota": quota}


CHOICE = {"id": "workshop", "type": "radio", "options": [option("a", 2), option("b", None)]}
BOXES = {"id": "boxes", "type": "checkboxes", "options": [option("a", 2), option("aa", 1), option("b", None)]}
LINE = {"id": "place", "type": "waiting", "for_field": "workshop"}
SLOT = {
    "id": "at", "type": "slot", "from_day": "2026-11-23", "until_day": "2026-12-04", "capacity": 3, "timezone": "Asia/Shanghai",
}  # fmt: skip


def desk_with(open_desk: OpenDesk, *fields: dict[str, Any]) -> Desk:
    return open_desk(fields=[{"label": {"en": one["id"]}, **one} for one in (SUBJECT, *fields)])


def full(outcome: object) -> bool:
    return isinstance(outcome, InvalidValues) and [one.code for one in outcome.findings] == ["option_full"]


@pytest.mark.parametrize(
    ("field", "value", "places"), [(CHOICE, "a", 2), (BOXES, ["a", "b"], 2), (SLOT, "2026-11-24T10:00", 3)]
)
def test_of_many_at_once_as_many_get_one_as_there_are(
    open_desk: OpenDesk, field: dict[str, Any], value: Any, places: int
) -> None:
    desk = desk_with(open_desk, field)
    outcomes = at_once(24, lambda _number: desk.submit(**{field["id"]: value}))
    assert sum(isinstance(one, Record) for one in outcomes) == places
    assert sum(map(full, outcomes)) == 24 - places


def test_a_place_is_free_again_when_its_record_is_deleted_or_changed(open_desk: OpenDesk) -> None:
    desk = desk_with(open_desk, CHOICE)
    first, second = desk.create(workshop="a"), desk.create(workshop="a")
    for other in ({"workshop": "a"}, {"workshop": "a", "subject": "x"}):
        with pytest.raises(InvalidValues):
            desk.create(**other)
    desk.delete(first)
    third = desk.create(workshop="a")
    with pytest.raises(InvalidValues):
        desk.restore(first)
    desk.update(second, workshop="b")
    desk.restore(first)
    assert desk.update(third, subject="still has it").values["workshop"] == "a"
    with pytest.raises(InvalidValues):
        desk.update(second, if_rev=2, workshop="a")


def test_one_option_is_not_another_that_begins_like_it(open_desk: OpenDesk) -> None:
    desk = desk_with(open_desk, BOXES)
    desk.create(boxes=["aa"])
    desk.create(boxes=["a", "b"])
    desk.create(boxes=["a"])
    with pytest.raises(InvalidValues):
        desk.create(boxes=["b", "aa"])


def test_many_options_are_counted_as_each_alone(open_desk: OpenDesk) -> None:
    names = ["a", "aa", "b", "c", "d", "e", "f"]
    boxes = {"id": "boxes", "type": "checkboxes", "options": [option(name, 50) for name in names], "own_answer": True}
    desk = desk_with(open_desk, boxes)
    records = [desk.create(boxes=chosen) for chosen in (["a"], ["aa", "b"], ["aa", "b"], ["a", "f", "other:bb"], None)]
    desk.delete(records[1])
    item = desk.form.field("boxes")
    assert len(names) > queries.FEW
    with desk.db.read() as unit:
        together = queries.counts(unit, desk.form, item, names, None)
        alone = {name: queries.counts(unit, desk.form, item, [name], None)[name] for name in names}
        but = queries.counts(unit, desk.form, item, names, None, but=records[0].id)
    assert (
        together
        == alone
        == {"a": (2, 0), "aa": (1, 0), "b": (1, 0), "c": (0, 0), "d": (0, 0), "e": (0, 0), "f": (1, 0)}
    )
    assert but["a"] == (1, 0)


def test_who_comes_late_waits_and_moves_up_in_order(open_desk: OpenDesk) -> None:
    desk = desk_with(open_desk, CHOICE, LINE)
    made = [desk.create(workshop="a", subject=f"{number}") for number in range(5)]
    assert [one.values["place"] for one in made] == [None, None, 1, 2, 3]
    heard: list[RecordEvent] = []
    listen = WriteOptions(listeners=(lambda _uow, events, _form: heard.extend(events),))
    desk.db.write(lambda uow: service.delete(uow, desk.admin, desk.form, made[0].id, now=desk.now, options=listen))
    assert [places(desk, one) for one in made[1:]] == [None, None, 1, 2]
    assert [(one.kind, one.record_id, one.changed, one.actor_kind) for one in heard[1:]] == [
        ("record.updated", made[2].id, ("place",), "system")
    ]
    desk.update(made[3], workshop="b")
    assert [places(desk, one) for one in made[1:]] == [None, None, None, 1]
    desk.restore(made[0])
    assert places(desk, made[0]) == 2, "who comes back begins at the end"


def test_nobody_overtakes_the_line_when_many_leave_at_once(open_desk: OpenDesk) -> None:
    desk = desk_with(open_desk, CHOICE, LINE)
    made = [desk.create(workshop="a") for _number in range(6)]
    at_once(2, lambda number: desk.delete(made[number]) or made[number])
    assert [places(desk, one) for one in made[2:]] == [None, None, 1, 2]


def places(desk: Desk, record: Record) -> Any:
    with desk.db.read() as unit:
        return service.read(unit, desk.admin, desk.form, record.id).values["place"]


def test_a_batch_counts_its_own_records(open_desk: OpenDesk) -> None:
    desk = desk_with(open_desk, CHOICE)
    many = [{"workshop": "a"} for _number in range(4)]
    outcomes = desk.db.write(lambda uow: service.create_each(uow, desk.admin, desk.form, many, now=desk.now))
    assert [isinstance(one, Record) for one in outcomes] == [True, True, False, False]
