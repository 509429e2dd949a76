"""Honeypot, time trap, proof of work, rates: each refuses, loses nothing, and lets an honest visitor through."""

import base64
import json
from datetime import timedelta

import pytest
from altcha import Challenge, Payload, solve_challenge

from .conftest import EVERY_TYPE, House, Publish

pytestmark = pytest.mark.one_database

LINE = EVERY_TYPE[0]


def solved(house: House, page: object) -> str:
    task = Challenge.from_dict(house.data(page)["proof"])
    found = solve_challenge(task)
    assert found is not None
    return base64.b64encode(json.dumps(Payload(task, found).to_dict()).encode()).decode()


def test_an_input_that_people_dont_see_must_stay_empty(form: Publish) -> None:
    house = form(LINE)
    answer = house.send({"line": "Loom", "Website": "https://spam.example"})
    assert answer.status_code == 422
    inputs = dict(house.inputs(answer).values)
    assert (inputs["line"], inputs["Website"]) == ("Loom", "")
    assert house.records() == []
    assert house.send({}, page=answer).status_code == 303


def test_three_seconds_on_the_page_pass_and_less_do_not(form: Publish) -> None:
    house = form(LINE)
    answer = house.send({"line": "Loom"}, wait=2.9)
    assert answer.status_code == 422
    assert "three seconds" in answer.text
    assert house.records() == []
    assert house.send({}, page=answer, wait=0.1).status_code == 303


@pytest.mark.parametrize("token", ["", "x", "x" * 5_000, None])
def test_a_page_that_was_never_ours_is_shown_again(form: Publish, token: str | None) -> None:
    house = form(LINE)
    read = house.inputs()
    house.clock.advance(timedelta(seconds=5))
    answer = house.post(read, {"line": "Loom", "_token": token if token is not None else []})
    assert answer.status_code == 422
    assert dict(house.inputs(answer).values)["line"] == "Loom"
    assert house.records() == []


def test_a_token_counts_for_its_own_link_and_a_day(form: Publish) -> None:
    house = form(LINE)
    first = house.inputs()
    other = house.made("POST", f"/forms/{house.form_id}/links", {})["token"]
    house.clock.advance(timedelta(seconds=5))
    first.action = f"/f/{other}"
    assert house.post(first, {"line": "Loom"}).status_code == 422
    late = house.inputs()
    house.clock.advance(timedelta(hours=24, seconds=1))
    answer = house.post(late, {"line": "Loom"})
    assert answer.status_code == 422
    assert "Nothing is lost" in answer.text
    assert house.send({}, page=answer).status_code == 303


def test_a_page_with_a_script_has_to_prove_its_work(form: Publish) -> None:
    house = form(LINE)
    page = house.open()
    for solution in ("", "x", base64.b64encode(b"[]").decode(), solved(house, house.open())):
        answer = house.send({"line": "Loom", "_script": "1", "_proof": solution}, page=page)
        assert answer.status_code == 422, solution
        assert "safety check" in answer.text
    assert house.records() == []
    assert house.send({"line": "Loom", "_script": "1", "_proof": solved(house, page)}, page=page).status_code == 303


def test_without_javascript_nothing_is_to_prove_but_the_rate_is_tighter(form: Publish) -> None:
    house = form(LINE, settings={"rate_per_hour": 15})
    statuses = [house.send({"line": str(number)}).status_code for number in range(6)]
    assert statuses == [303] * 5 + [429]
    page = house.open()
    answer = house.send({"line": "kept", "_script": "1", "_proof": solved(house, page)}, page=page)
    assert answer.status_code == 303


def test_too_many_are_told_when_to_come_back_and_lose_nothing(form: Publish) -> None:
    house = form(LINE, settings={"rate_per_hour": 5})
    for number in range(5):
        assert house.send({"line": str(number)}).status_code == 303
    answer = house.send({"line": "kept"})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 3_600
    assert dict(house.inputs(answer).values)["line"] == "kept"


def test_another_network_is_not_held_up(form: Publish) -> None:
    house = form(LINE, settings={"rate_per_hour": 5})
    for number in range(5):
        house.send({"line": str(number)})
    same = {"REMOTE_ADDR": "127.0.0.77"}
    assert house.send({"line": "x"}, environ_base=same).status_code == 429
    assert house.send({"line": "x"}, environ_base={"REMOTE_ADDR": "198.51.100.7"}).status_code == 303


def test_a_flood_of_a_robot_stores_next_to_nothing(form: Publish) -> None:
    house = form(LINE)
    replayed = house.inputs()
    house.clock.advance(timedelta(seconds=5))
    for number in range(300):
        house.post(replayed, {"line": f"spam {number}"})
    for number in range(100):
        house.post(house.inputs(), {"line": f"fast {number}"})
    assert len(house.records()) == 1


def test_invalid_tries_do_not_use_up_the_rate(form: Publish) -> None:
    house = form(LINE, settings={"rate_per_hour": 5})
    for _number in range(12):
        assert house.send({"line": ""}).status_code == 422
    assert house.send({"line": "Loom"}).status_code == 303


def test_a_form_may_do_without_proof(form: Publish) -> None:
    house = form(LINE, settings={"proof_of_work": False})
    page = house.open()
    assert house.data(page)["proof"] is None
    assert house.send({"line": "Loom", "_script": "1"}, page=page).status_code == 303
