"""A visitor's field is filled from another form: only where the builder opened it, only by an exact answer, seldom."""

from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from formloom.platform.web.public import linkage

from .conftest import HTML, House, Publish, l10n

PEOPLE: list[dict[str, Any]] = [
    {"id": "badge", "type": "text", "label": l10n("Badge")},
    {"id": "name", "type": "text", "label": l10n("Name")},
    {"id": "wage", "type": "number", "label": l10n("Wage")},
]
BY_BADGE = {"field": "badge", "op": "eq", "value": {"ref": "my:badge"}}


def taken(take: str, **more: Any) -> dict[str, Any]:
    return {"default_from": {"form": "person", "where": BY_BADGE, "take": take, "visitors": True, **more}}


FIELDS: list[dict[str, Any]] = [
    {"id": "badge", "type": "text", "label": l10n("Badge")},
    {"id": "name", "type": "text", "label": l10n("Name"), **taken("name")},
    {"id": "nick", "type": "text", "label": l10n("Nick"), **taken("name", visitors=False)},
    {"id": "about", "type": "text", "label": l10n("About")},
]


@pytest.fixture
def asks(house: House, form: Publish) -> House:
    """Return the house with a public form that takes names from the people there."""
    house.publish({"title": l10n("People"), "fields": PEOPLE}, key="person")
    for badge, name in (("B-17", "Ada"), ("B-18", "Bob"), ("B-17", "Ada Lin")):
        house.made(
            "POST", f"/forms/{house.form_id}/records", {"values": {"badge": badge, "name": name, "wage": "9000"}}
        )
    return form(*FIELDS, settings={"rate_per_hour": 1000})


def ask(house: House, token: str | None = None, **values: Any) -> TestResponse:
    given = dict(house.inputs().values)["_token"] if token is None else token
    return house.browser.post(f"{house.path}/defaults", json={"form_token": given, "values": values}, headers=HTML)


def test_the_newest_record_with_the_same_answer_fills_the_opened_field(asks: House) -> None:
    assert ask(asks, badge="B-17").json == {"values": {"name": "Ada Lin"}}
    assert asks.data(asks.open())["linkage"] == [{"id": "name", "keys": ["badge"]}]


@pytest.mark.parametrize("badge", ["B-", "B-1_", "%", "", None, "B-99", ["B-17"], {"x": 1}, "b-17 x"])
def test_anything_but_the_whole_answer_finds_nothing(asks: House, badge: Any) -> None:
    assert ask(asks, badge=badge, name="Ada").json == {"values": {"name": None}}


def test_a_page_without_a_script_is_filled_in_when_it_is_sent(asks: House) -> None:
    assert asks.send({"badge": "B-17", "about": "x"}).status_code == 303
    assert asks.send({"badge": "B-17", "name": "Somebody"}).status_code == 303
    assert asks.send({"name": ""}).status_code == 303
    found = [(one["values"]["name"], one["values"]["nick"]) for one in asks.records()]
    assert found == [("Ada Lin", None), ("Somebody", None), (None, None)]


def test_a_device_that_could_not_ask_is_filled_in_when_it_sends(asks: House) -> None:
    values = {"badge": "B-18", "name": None, "nick": None, "about": "later"}
    token = dict(asks.inputs().values)["_token"]
    asks.clock.advance(timedelta(seconds=5))
    sent = asks.browser.post(asks.path, json={"values": values, "form_token": token})
    assert sent.status_code == 201, sent.text
    assert asks.records()[0]["values"]["name"] == "Bob"


def test_only_who_has_the_page_open_may_ask(asks: House) -> None:
    assert ask(asks, token="nothing", badge="B-17").status_code in {403, 422}
    link = asks.made("GET", f"/forms/{asks.form_id}/links")["links"][0]["token"]
    asks.made("PATCH", f"/links/{link}", {"password": "open sesame"})
    page = dict(asks.inputs().values)
    assert "_token" not in page
    asks.made("PATCH", f"/links/{link}", {"password": None})
    token = dict(asks.inputs().values)["_token"]
    asks.made("PATCH", f"/links/{link}", {"password": "open sesame"})
    assert ask(asks, token=token, badge="B-17").status_code == 403
    asks.made("PATCH", f"/links/{link}", {"password": None, "open": False})
    assert ask(asks, token=token, badge="B-17").status_code == 403


def test_guessing_is_slowed_down_and_the_page_can_still_be_sent(asks: House) -> None:
    token = dict(asks.inputs().values)["_token"]
    for guess in range(30):
        assert ask(asks, token, badge=f"C-{guess}").status_code == 200
    late = ask(asks, token, badge="B-17")
    assert late.status_code == 429
    assert "Ada" not in late.text
    assert asks.send({"badge": "B-17"}).status_code == 303
    assert asks.records()[0]["values"]["name"] is None


def test_a_link_that_is_asked_in_vain_too_often_tells_nothing_more(
    asks: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linkage, "IN_VAIN", "2 per hour")
    token = dict(asks.inputs().values)["_token"]
    answers = [ask(asks, token, badge=f"C-{guess}").status_code for guess in range(3)]
    assert answers == [200, 200, 429]


def test_a_form_that_opened_nothing_tells_nothing(house: House, form: Publish) -> None:
    house.publish({"title": l10n("People"), "fields": PEOPLE}, key="person")
    house.made("POST", f"/forms/{house.form_id}/records", {"values": {"badge": "B-17", "name": "Ada"}})
    shut = form(FIELDS[0], FIELDS[2])
    assert ask(shut, badge="B-17").json == {"values": {}}
    assert "linkage" not in shut.data(shut.open())
    shut.send({"badge": "B-17"})
    assert shut.records()[0]["values"]["nick"] is None


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ({"field": "badge", "op": "contains", "value": {"ref": "my:badge"}}, "not_exact"),
        ({"any": [BY_BADGE, {"field": "name", "op": "eq", "value": "Ada"}]}, "not_exact"),
        ({"field": "badge", "op": "eq", "value": "B-17"}, "not_exact"),
        ({"not": BY_BADGE}, "not_exact"),
        ({"field": "badge", "op": "eq", "value": {"ref": "my:inner"}}, "not_for_visitors"),
        ({"field": "kind", "op": "eq", "value": {"ref": "my:kind"}}, "guessable"),
    ],
)
def test_what_would_let_visitors_look_around_is_refused(house: House, where: dict[str, Any], code: str) -> None:
    kind = {
        "id": "kind", "type": "select", "label": l10n("Kind"), "options": [{"value": "a", "label": l10n("A")}],
    }  # fmt: skip
    house.publish({"title": l10n("People"), "fields": [*PEOPLE, kind]}, key="person")
    wanted = {"form": "person", "where": where, "take": "name", "visitors": True}
    fields = [
        FIELDS[0], kind, {"id": "inner", "type": "text", "label": l10n("Inner"), "public": False},
        {"id": "name", "type": "text", "label": l10n("Name"), "default_from": wanted},
    ]  # fmt: skip
    body = {"kind": "form", "key": "visit", "document": {"title": l10n("Visit"), "fields": fields}}
    made = house.made("POST", "/apps/desk/definitions", body)["id"]
    answer = house.api("POST", f"/definitions/{made}/publish", {})
    assert answer.status_code == 422
    assert code in {one["code"] for one in answer.json["errors"]}, answer.text
    del wanted["visitors"]
    house.made("PUT", f"/definitions/{made}/draft", {"document": {"title": l10n("Visit"), "fields": fields}})
    house.made("POST", f"/definitions/{made}/publish", {})
