"""Somebody finds his record by what only he knows, sees what the builder chose, and learns nothing about others."""

import re
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from formloom.platform.web.public import query_routes
from tests.waiting import PATIENCE_S, until

from .conftest import ENTRY, HTML, House, Publish, l10n

FIELDS: list[dict[str, Any]] = [
    ENTRY["line"],
    ENTRY["tel"],
    ENTRY["no"],
    ENTRY["mail"],
    ENTRY["choice"],
    ENTRY["inner"],
]
QUERY: dict[str, Any] = {"by": ["tel", "no"], "show": ["line", "tel", "mail"], "mask": ["tel", "mail"]}


@pytest.fixture
def asks(form: Publish, monkeypatch: pytest.MonkeyPatch) -> House:
    """Return the house with a query page over two records."""
    monkeypatch.setattr(query_routes, "LEAST_S", 0.0)
    house = form(*FIELDS, settings={"own_link": {"see": ["line"], "edit": {"fields": ["line"]}}})
    for line, tel in (("Loom", "13812345678"), ("Shuttle", "13912345678")):
        values = {"line": line, "tel": tel, "mail": "lin@example.com", "inner": "secret words"}
        house.made("POST", f"/forms/{house.form_id}/records", {"values": values})
    query_page(house, QUERY)
    return house


def query_page(house: House, query: dict[str, Any], **more: Any) -> None:
    made = house.made("POST", f"/forms/{house.form_id}/links", {"purpose": "query", "query": query, **more})
    assert made["purpose"] == "query"
    house.token = made["token"]


def number(house: House, place: int) -> str:
    return str(house.records()[place]["values"]["no"])


def ask(house: House, **typed: str) -> TestResponse:
    return house.browser.post(f"{house.path}/query", data=typed, headers=HTML)


def main_of(page: TestResponse) -> str:
    """Return what the page says, without what was typed."""
    return re.sub(r'(value|nonce)="[^"]*"', "", page.text.split("<main")[1])


def test_all_conditions_must_match_exactly(asks: House) -> None:
    page = asks.open()
    assert page.status_code == 200
    assert {"tel", "no"} <= {name for name, _value in asks.inputs(page).values}
    found = ask(asks, tel="138 1234 5678", no=number(asks, 0))
    assert "Loom" in found.text
    assert "138****5678" in found.text
    assert "l***@example.com" in found.text
    assert "secret words" not in found.text
    shown = found.text.split('aria-labelledby="found"')[1]
    assert "13812345678" not in shown
    assert "lin@example.com" not in shown
    assert "Shuttle" not in found.text


def test_nothing_found_reads_the_same_whatever_was_typed(asks: House) -> None:
    wrong = ask(asks, tel="13812345678", no=number(asks, 1))
    others = [
        ask(asks, tel="no number", no="x"),
        ask(asks, tel="13812345678"),
        ask(asks, tel="13912345678", no="'; --"),
    ]
    assert wrong.status_code == 200
    assert "Nothing was found" in wrong.text
    assert {main_of(one) for one in others} == {main_of(wrong)}


def test_guessing_is_slowed_down(asks: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for guess in range(10):
        assert ask(asks, tel="13812345678", no=f"T{guess}").status_code == 200
    late = ask(asks, tel="13812345678", no=number(asks, 0))
    assert late.status_code == 429
    assert "Loom" not in late.text
    assert int(late.headers["Retry-After"]) > 0


def test_a_flood_of_questions_keeps_no_more_than_a_few_threads(asks: House, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    is_over = threading.Event()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        assert is_over.wait(PATIENCE_S)

    monkeypatch.setattr(query_routes, "time", SimpleNamespace(monotonic=lambda: 0.0, sleep=sleep))
    monkeypatch.setattr(query_routes, "TRIES", "1000 per minute")
    typed = {"tel": "13812345678", "no": number(asks, 0)}
    clients = [asks.formloom.web.test_client() for _place in range(12)]

    def one(client: FlaskClient) -> tuple[int, bool]:
        answer = client.post(f"{asks.path}/query", data=typed, headers=HTML)
        return answer.status_code, "Loom" in answer.text

    with ThreadPoolExecutor(len(clients)) as pool:
        asked = [pool.submit(one, client) for client in clients]
        try:
            until(lambda: sum(question.done() for question in asked) >= len(clients) - query_routes.AT_ONCE)
            turned_away = [question.result() for question in asked if question.done()]
        finally:
            is_over.set()
        answers = [question.result() for question in asked]
    assert turned_away == [(429, False)] * 8, "nobody is answered before his time"
    assert Counter(answers) == {(200, True): query_routes.AT_ONCE, (429, False): 8}
    assert slept == [query_routes.LEAST_S] * query_routes.AT_ONCE
    assert "Loom" in ask(asks, **typed).text


def test_it_takes_no_answers_and_a_form_takes_no_questions(asks: House) -> None:
    assert asks.browser.post(asks.path, data={"line": "x"}, headers=HTML).status_code == 404
    links = asks.made("GET", f"/forms/{asks.form_id}/links")["links"]
    fills = next(one for one in links if one["token"] != asks.token)
    assert asks.browser.post(f"/f/{fills['token']}/query", data={"tel": "1"}, headers=HTML).status_code == 404


def test_it_is_shut_by_the_switch_the_time_or_a_password(asks: House) -> None:
    ends = (asks.clock.now() + timedelta(hours=1)).isoformat()
    asks.made("PATCH", f"/links/{asks.token}", {"query": {**QUERY, "open_until": ends}})
    typed = {"tel": "13812345678", "no": number(asks, 0)}
    assert "Loom" in ask(asks, **typed).text
    asks.clock.advance(timedelta(hours=2))
    assert [asks.open().status_code, ask(asks, **typed).status_code] == [403, 403]
    asks.made("PATCH", f"/links/{asks.token}", {"query": QUERY, "password": "open sesame"})
    assert "Enter the password" in ask(asks, **typed).text
    asks.made("PATCH", f"/links/{asks.token}", {"password": None, "open": False})
    assert ask(asks, **typed).status_code == 403


def test_what_was_found_is_changed_where_the_builder_allows_it(asks: House) -> None:
    typed = {"tel": "13812345678", "no": number(asks, 0)}
    assert 'name="ticket"' not in ask(asks, **typed).text
    asks.made("PATCH", f"/links/{asks.token}", {"query": {**QUERY, "edit": True}})
    found = re.search(r'name="ticket" value="([^"]+)"', ask(asks, **typed).text)
    assert found
    path = f"{asks.path}/query/change"
    assert asks.browser.post(path, data={"ticket": found[1] + "x"}, headers=HTML).status_code == 404
    led = asks.browser.post(path, data={"ticket": found[1]}, headers=HTML)
    assert led.status_code == 303
    page = asks.browser.get(led.headers["Location"], headers=HTML)
    assert asks.post(asks.inputs(page), {"line": "Mended"}).status_code == 303
    assert asks.records()[0]["values"]["line"] == "Mended"
    asks.clock.advance(timedelta(minutes=20))
    assert asks.browser.post(path, data={"ticket": found[1]}, headers=HTML).status_code == 404


def test_settings_that_make_no_sense_are_refused(form: Publish) -> None:
    house = form(*FIELDS, {"id": "files", "type": "file", "label": l10n("Files")})
    links = f"/forms/{house.form_id}/links"
    for query in (
        {"by": []},
        {"by": ["files"]},
        {"by": ["gone"]},
        {"by": ["no"], "show": ["gone"]},
        {"by": ["no"] * 4},
    ):
        assert house.api("POST", links, {"purpose": "query", "query": query}).status_code == 422
    assert house.api("POST", links, {"purpose": "query"}).status_code == 422


def test_a_page_that_ends_before_it_begins_is_refused(asks: House) -> None:
    begins, ends = asks.clock.now() + timedelta(hours=2), asks.clock.now() + timedelta(hours=1)
    times = {"open_from": begins.isoformat(), "open_until": ends.isoformat()}
    answer = asks.api("PATCH", f"/links/{asks.token}", {"query": {**QUERY, **times}})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json["errors"]] == ["query.open_until"]


def test_a_preview_shows_what_the_page_would_and_nothing_of_any_record(asks: House) -> None:
    query = {**QUERY, "by": ["tel"], "show": ["line", "tel", "mail"], "edit": True}
    drawn = asks.api("POST", f"/links/{asks.token}/preview", {"query": query, "locale": "en"})
    assert drawn.status_code == 200
    assert [name for name, _value in asks.inputs(drawn).values] == ["tel", "ticket"]
    assert "An example" in drawn.text
    assert drawn.text.count("<dt>") == 3
    assert "Loom" not in drawn.text
    assert drawn.text.count("disabled>") == 2


def test_a_field_by_which_a_page_finds_records_cannot_go(asks: House) -> None:
    asks.made("PATCH", f"/links/{asks.token}", {"name": "Where is my parcel"})
    (used,) = asks.made("GET", f"/definitions/{asks.form_id}/impact?fields=tel")["fields"]
    assert "Query page “Where is my parcel”" in [one["place"]["en"] for one in used["uses"]]
    left = [one for one in FIELDS if one["id"] != "tel"]
    asks.made("PUT", f"/definitions/{asks.form_id}/draft", {"document": {"title": l10n("Repair"), "fields": left}})
    refused = asks.api("POST", f"/definitions/{asks.form_id}/publish", {})
    assert refused.status_code == 422
    assert "Where is my parcel" in refused.json["errors"][0]["message"]
    asks.made("PATCH", f"/links/{asks.token}", {"open": False})
    asks.made("POST", f"/definitions/{asks.form_id}/publish", {})


def test_a_field_that_goes_is_taken_off_the_pages_that_show_it(asks: House) -> None:
    typed = {"tel": "13812345678", "no": number(asks, 0)}
    asks.change({"fields": [one for one in FIELDS if one["id"] != "mail"]})
    kept = next(one for one in asks.made("GET", f"/forms/{asks.form_id}/links")["links"] if one["token"] == asks.token)
    assert (kept["query"]["show"], kept["query"]["mask"]) == (["line", "tel"], ["tel"])
    asks.change({"fields": [*[one for one in FIELDS if one["id"] != "mail"], {**ENTRY["inner"], "id": "mail"}]})
    assert "lin@example.com" not in ask(asks, **typed).text
