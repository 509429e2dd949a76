"""Checks over several fields, and end pages by the answers: decided by the server, for every way to write."""

from typing import Any

import pytest

from .conftest import HTML, Publish, l10n

pytestmark = pytest.mark.one_database

START = {"id": "start", "type": "date", "label": l10n("Start")}
END = {"id": "end", "type": "date", "label": l10n("End")}
AGE = {"id": "age", "type": "number", "label": l10n("Age"), "decimals": 0}
NAME = {"id": "name", "type": "text", "label": l10n("Name")}
INNER = {"id": "inner", "type": "text", "label": l10n("Inner"), "public": False}
ORDER = {"id": "c1", "when": {"field": "end", "op": "gte", "value": {"ref": "start"}}, "message": l10n("Ends before it begins"), "fields": ["end"]}  # fmt: skip
ADULT = {"id": "c2", "formula": "age>=18", "message": l10n("Adults only"), "fields": ["age", "inner"]}
BAD = {"start": "2026-12-02", "end": "2026-12-01", "age": "20"}


def test_what_must_be_true_is_asked_of_a_visitor(form: Publish) -> None:
    house = form(START, END, AGE, INNER, checks=[ORDER, ADULT])
    refused = house.send(BAD)
    assert refused.status_code == 422
    assert "End: Ends before it begins" in refused.text
    assert house.send({**BAD, "end": "2026-12-03", "age": "17"}).status_code == 422
    assert house.send({**BAD, "end": "2026-12-03"}).status_code == 303
    data = house.data(house.open())
    assert [one["fields"] for one in data["checks"]] == [["end"]], "a formula is the server's business"
    assert "inner" not in str(data)


def test_what_must_be_true_is_asked_of_members_too(form: Publish) -> None:
    house = form(START, END, AGE, INNER, checks=[ORDER])
    path = f"/forms/{house.form_id}/records"
    refused = house.api("POST", path, {"values": BAD})
    assert refused.status_code == 422
    assert [(one["field"], one["code"]) for one in refused.json["errors"]] == [("end", "check_failed")]
    made = house.api("POST", path, {"values": {**BAD, "end": "2026-12-03"}}).json
    assert house.api("PATCH", f"{path}/{made['id']}", {"values": {"start": "2026-12-04"}}).status_code == 422
    assert house.api("PATCH", f"{path}/{made['id']}", {"values": {"age": 3}}).status_code == 200


def test_a_check_is_silent_about_what_is_hidden(form: Publish) -> None:
    rule = {"id": "r", "when": {"field": "age", "op": "lt", "value": 18}, "hide": ["end"]}
    house = form(START, END, AGE, checks=[ORDER], rules=[rule])
    assert house.send({**BAD, "age": "3"}).status_code == 303


def test_the_first_end_page_that_fits_is_shown(form: Publish) -> None:
    young = {"field": "age", "op": "lt", "value": 18}
    endings: list[dict[str, Any]] = [
        {"id": "young", "when": young, "title": l10n("Sorry, {name}"), "text": l10n("Come back later"), "disqualified": True},
        {"id": "old", "when": {"field": "age", "op": "gt", "value": 60}, "redirect": {"url": "https://example.com/old", "fields": ["age"]}},
    ]  # fmt: skip
    house = form(NAME, AGE, settings={"thanks": l10n("Usual thanks"), "endings": endings})

    def shown(answers: dict[str, str]) -> str:
        return house.browser.get(house.send(answers).headers["Location"], headers=HTML).text

    out = shown({"name": "<Lin>", "age": "9"})
    assert "Sorry, &lt;Lin&gt;" in out
    assert "Come back later" in out
    assert "Usual thanks" not in out
    assert "https://example.com/old?age=70" in shown({"name": "Bo", "age": "70"})
    assert "Usual thanks" in shown({"name": "Mo", "age": "30"})


def test_answers_stand_in_the_texts_of_later_questions(form: Publish) -> None:
    why = {"id": "why", "type": "text", "label": l10n("Why, {name}? {inner}{stranger}"), "required": True}
    house = form(NAME, why, {**INNER, "default": "secret"})
    assert "Why, ? {stranger}" in house.open().text
    again = house.send({"name": "<b>Lin</b>"}).text
    assert "Why, &lt;b&gt;Lin&lt;/b&gt;? {stranger}" in again
    assert "secret" not in again
    pipes = house.data(house.open())["pipes"]
    assert [one["part"] for one in pipes] == ["label", "must"]
    assert pipes[0] == {"id": "why", "part": "label", "text": "Why, {name}? {stranger}"}
