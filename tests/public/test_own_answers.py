"""Visitors write an answer of their own beside the options, with and without a script."""

import pytest

from .conftest import OPTIONS, Publish, l10n

pytestmark = pytest.mark.one_database

MORE = {"own_answer": True, "own_label": l10n("Something else", "别的"), "own_most": 20}
ONE = {"id": "one", "type": "radio", "label": l10n("One"), "options": OPTIONS, **MORE}
LIST = {"id": "list", "type": "select", "label": l10n("List"), "options": OPTIONS, **MORE}
BOXES = {"id": "boxes", "type": "checkboxes", "label": l10n("Boxes"), "options": OPTIONS, "max_items": 2, **MORE}
MANY = {"id": "many", "type": "multiselect", "label": l10n("Many"), "options": OPTIONS, **MORE}
ALL = (ONE, LIST, BOXES, MANY)


def test_the_input_stands_beside_the_options(form: Publish) -> None:
    house = form(*ALL)
    text = house.open().text
    for entry in ALL:
        assert f'name="{entry["id"]}.own"' in text
    assert text.count("Something else") >= 8, "the choice is drawn, and names its input"
    assert house.data(house.open())["own"]["missing"] == "Write your own answer"


def test_pages_without_own_answers_load_no_script_for_them(form: Publish) -> None:
    house = form({**ONE, "own_answer": False})
    assert "own" not in house.data(house.open())
    assert "one.own" not in house.open().text


@pytest.mark.parametrize("name", ["one", "list"])
def test_a_written_answer_is_stored_apart_from_the_options(form: Publish, name: str) -> None:
    house = form(*ALL)
    assert house.send({name: "other:", f"{name}.own": "  By   boat "}).status_code == 303
    assert house.records()[0]["values"][name] == "other:By boat"


@pytest.mark.parametrize("name", ["one", "list"])
def test_who_writes_without_choosing_has_chosen(form: Publish, name: str) -> None:
    house = form(*ALL)
    assert house.send({f"{name}.own": "By boat"}).status_code == 303
    assert house.records()[0]["values"][name] == "other:By boat"


def test_of_several_choices_one_is_written(form: Publish) -> None:
    house = form(*ALL)
    sent = {"boxes": ["b", "other:"], "boxes.own": "Chalk, ink", "many": ["a"], "many.own": "Wax"}
    assert house.send(sent).status_code == 303
    values = house.records()[0]["values"]
    assert values["boxes"] == ["b", "other:Chalk, ink"]
    assert values["many"] == ["a", "other:Wax"]


@pytest.mark.parametrize("name", ["one", "list", "boxes", "many"])
def test_choosing_it_without_writing_is_told_at_the_field(form: Publish, name: str) -> None:
    house = form(*ALL)
    refused = house.send({name: "other:"})
    assert refused.status_code == 422
    assert f'id="e-{name}"' in refused.text
    assert "Write your own answer" in refused.text


def test_an_option_beside_a_text_is_asked_about_and_nothing_is_lost(form: Publish) -> None:
    house = form(*ALL)
    refused = house.send({"one": "a", "one.own": "By boat", "boxes.own": "x" * 21})
    assert refused.status_code == 422
    assert "keep one of them" in refused.text
    assert "at most 20 characters; now 21" in refused.text
    values = dict(house.inputs(refused).values)
    assert values["one.own"] == "By boat"
    assert values["boxes.own"] == "x" * 21
    assert house.records() == []


def test_what_names_an_option_is_that_option(form: Publish) -> None:
    house = form(*ALL)
    assert house.send({"one.own": "alpha", "boxes": ["a"], "boxes.own": "乙"}).status_code == 303
    values = house.records()[0]["values"]
    assert values["one"] == "a"
    assert values["boxes"] == ["a", "b"]


def test_an_own_answer_is_refused_where_it_is_not_allowed(form: Publish) -> None:
    house = form({**ONE, "own_answer": False})
    assert house.send({"one": "other:By boat"}).status_code == 422


def test_a_rule_shows_a_question_for_any_own_answer(form: Publish) -> None:
    why = {"id": "why", "type": "text", "label": l10n("Why"), "required": True}
    house = form(
        ONE, why, rules=[{"id": "r", "when": {"field": "one", "op": "eq", "value": "other:"}, "show": ["why"]}]
    )
    assert house.send({"one": "a"}).status_code == 303
    assert house.send({"one": "other:", "one.own": "By boat"}).status_code == 422
    assert house.send({"one": "other:", "one.own": "By boat", "why": "It swims"}).status_code == 303


def test_a_rule_that_does_not_offer_it_refuses_it(form: Publish) -> None:
    day = {"id": "day", "type": "text", "label": l10n("Day")}
    rule = {"id": "r", "when": {"field": "day", "op": "eq", "value": "x"}, "options": [{"field": "one", "only": ["a"]}]}
    house = form(day, ONE, rules=[rule])
    assert house.send({"day": "x", "one": "other:", "one.own": "By boat"}).status_code == 422
    assert house.send({"day": "y", "one": "other:", "one.own": "By boat"}).status_code == 303
