"""A flow's condition is read once for a form's version; another tree or version is never taken for it."""

from collections import OrderedDict
from typing import Any

import pytest

from formloom.workflows.engine import conditions

from .house import TICKET, House, both, set_fields


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    seen: list[Any] = []
    real = conditions.parse

    def counted(tree: Any, *rest: Any, **more: Any) -> Any:
        seen.append(tree)
        return real(tree, *rest, **more)

    monkeypatch.setattr(conditions, "parse", counted)
    monkeypatch.setattr(conditions, "_read_ones", OrderedDict())
    return seen


def branch(tree: Any) -> dict[str, Any]:
    return {"type": "branch", "when": tree, "then": [{"id": "in", **set_fields(note="met")}]}


def test_a_condition_is_read_once_however_often_it_is_asked(house: House, parsed: list[Any]) -> None:
    house.flow("red", [branch({"field": "team", "op": "eq", "value": "red"})])
    records = [house.ticket(team=team) for team in ("red", "blue", "red")]
    house.work()
    assert [house.values(record)["note"] for record in records] == ["met", None, "met"]
    assert len(parsed) == 1


def test_a_condition_about_now_or_before_is_decided_each_time(house: House) -> None:
    tree = {
        "all": [
            {"field": "status", "op": "changed_to", "value": "closed"},
            {"field": "due", "op": "lt", "value": {"fn": "today"}},
        ]
    }
    house.flow("late", [branch(tree)], {"type": "record_updated", "fields": ["status"]})
    due = house.clock.now().date().isoformat()
    first, second = house.ticket(due=due, status="new"), house.ticket(due="2020-01-01", status="new")
    house.work()
    for record in (first, second):
        house.change(record, status="closed")
    house.work()
    assert [house.values(record)["note"] for record in (first, second)] == [None, "met"]


def test_another_version_of_the_form_is_read_anew(house: House, parsed: list[Any]) -> None:
    house.flow("red", [branch({"field": "team", "op": "eq", "value": "red"})])
    house.ticket(team="red")
    house.work()
    form = house.ask("GET", "/apps/desk/definitions?kind=form")["definitions"]
    ticket = next(one["id"] for one in form if one["key"] == "ticket")
    house.redefine(
        ticket, {**TICKET, "fields": [*TICKET["fields"], {"id": "extra", "type": "text", "label": both("Extra")}]}
    )
    record = house.ticket(team="red")
    house.work()
    assert house.values(record)["note"] == "met"
    assert len(parsed) == 2
