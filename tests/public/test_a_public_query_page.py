"""Somebody finds his record by what only he knows, sees what the builder chose, and learns nothing about others."""

import re
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from formloom.platform.web.public import query_routes

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


def test_it_takes_no_answers_and_a_form_takes_no_questions(asks: House) -> None:
    assert asks.browser.post(asks.path, data={"line": "x"}, headers=HTML).status_code == 404
    fills = asks.made("GET", f"/forms/{asks.form_id}/links")["links"][0]
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
