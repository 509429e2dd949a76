"""The form as an API: values as JSON, with the page's form token or an API token."""

from datetime import timedelta
from typing import Any

from .conftest import EVERY_TYPE, House, Publish

LINE, NUMBER = EVERY_TYPE[0], EVERY_TYPE[21]


def post(house: House, body: Any, **headers: str) -> Any:
    return house.browser.post(house.path, json=body, headers={"Accept-Language": "en", **headers})


def opened(house: House) -> str:
    token = dict(house.inputs().values)["_token"]
    house.clock.advance(timedelta(seconds=3))
    return token


def test_a_page_token_lets_json_in(form: Publish) -> None:
    house = form(LINE, NUMBER)
    token = opened(house)
    answer = post(house, {"values": {"line": "Loom"}, "form_token": token})
    assert answer.status_code == 201
    assert answer.json.keys() >= {"id", "receipt"}
    assert answer.json["receipt"] == "T261123-0001"
    assert house.records()[0]["id"] == answer.json["id"]
    assert "T261123-0001" in house.browser.get(answer.json["url"], headers={"Accept": "text/html"}).text
    again = post(house, {"values": {"line": "Loom"}}, **{"X-Form-Token": token})
    assert (again.status_code, again.json["id"]) == (201, answer.json["id"])
    assert len(house.records()) == 1


def test_an_api_token_needs_no_page(form: Publish) -> None:
    house = form(LINE, settings={"rate_per_hour": 1})
    bearer = {"Authorization": f"Bearer {house.bearer}"}
    for number in range(3):
        assert post(house, {"values": {"line": str(number)}}, **bearer).status_code == 201
    assert post(house, {"values": {"line": "x"}}, Authorization="Bearer wrong").status_code == 401
    keyed = {**bearer, "Idempotency-Key": "k1"}
    assert {post(house, {"values": {"line": "once"}}, **keyed).json["id"] for _number in range(2)}
    assert len(house.records()) == 4


def test_without_either_nothing_is_taken(form: Publish) -> None:
    house = form(LINE)
    for body in (
        {"values": {"line": "x"}},
        {"values": {"line": "x"}, "form_token": "x"},
        {"values": {"line": "x"}, "form_token": 5},
    ):
        answer = post(house, body)
        assert (answer.status_code, answer.json["code"]) == (422, "form_token")
    assert house.records() == []


def test_faults_are_a_problem_document(form: Publish) -> None:
    house = form(LINE, EVERY_TYPE[11])
    answer = post(house, {"values": {"mail": "nobody"}, "form_token": opened(house)})
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert {(one["field"], one["code"]) for one in answer.json["errors"]} == {
        ("line", "required"),
        ("mail", "not_email"),
    }


def test_the_language_decides_about_mails(form: Publish) -> None:
    house = form(LINE)
    answer = post(house, {"values": {"line": "x"}, "form_token": opened(house), "locale": "en"})
    assert answer.status_code == 201
    assert "locale=en" in answer.json["url"]
