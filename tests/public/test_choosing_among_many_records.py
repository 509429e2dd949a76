"""A visitor chooses one of thousands of records by words: with a script as he types, without one by a button."""

import re
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from formloom.platform.kernel.actors import System
from formloom.platform.records import service
from formloom.platform.web.public import linking

from .conftest import HTML, House, Publish, l10n

MANY = 5_000
CITIES = [{"value": "hz", "label": l10n("Hangzhou", "杭州")}, {"value": "sz", "label": l10n("Suzhou", "苏州")}]
FIELDS: list[dict[str, Any]] = [
    {"id": "about", "type": "text", "label": l10n("About"), "required": True},
    {"id": "who", "type": "link", "form": "shop", "label": l10n("Shop", "门店"), "visitors": True, "show": ["name", "city"]},
    {"id": "team", "type": "links", "form": "shop", "label": l10n("More shops"), "visitors": True, "show": ["name"]},
]  # fmt: skip


def stock(house: House, many: int) -> None:
    house.publish(
        {"title": l10n("Shops", "门店"), "fields": [
            {"id": "name", "type": "text", "label": l10n("Name")},
            {"id": "city", "type": "select", "label": l10n("City"), "options": CITIES},
            {"id": "secret", "type": "text", "label": l10n("Secret")},
            {"id": "closed", "type": "boolean", "label": l10n("Closed")},
        ]}, key="shop",
    )  # fmt: skip
    db = house.formloom.runtime.db
    with db.read() as unit:
        form = house.formloom.runtime.catalog.find(unit, house.form_id)
    values = [
        {"name": f"Shop {number:05}", "city": "hz" if number % 2 else "sz", "secret": f"key-{number}"}
        for number in range(many)
    ]
    now = house.clock.now()
    for first in range(0, many, 1000):
        part: Any = values[first : first + 1000]
        db.write(lambda uow, part=part: service.create_each(uow, System("test"), form, part, now=now))


@pytest.fixture
def shops(house: House, form: Publish) -> House:
    """Return the house with a public form that leads to thousands of records."""
    stock(house, MANY)
    return form(*FIELDS, settings={"rate_per_hour": 1000})


def ask(house: House, field: str = "who", **body: Any) -> TestResponse:
    token = dict(house.inputs().values)["_token"]
    path = f"{house.path}/choices/{field}"
    return house.browser.post(path, json={"form_token": token, "values": {}, **body}, headers=HTML)


def labels(answer: TestResponse) -> list[str]:
    return [one["label"] for one in answer.json["choices"]]


def shown(page: TestResponse, field: str) -> dict[str, str]:
    """Return label → id of the records in a question's list."""
    found = re.findall(rf'name="{field}" value="([^"]+)"[^>]*><span>([^<]+)</span>', page.text)
    return {label: one for one, label in found}


def test_words_find_records_by_the_named_fields_alone(shops: House) -> None:
    assert labels(ask(shops, q="p 0417")) == [
        f"Shop 0417{last} · {'Hangzhou' if last % 2 else 'Suzhou'}" for last in range(10)
    ]
    assert labels(ask(shops, "team", q="00017")) == ["Shop 00017"]
    assert labels(ask(shops, q="key-417")) == []
    many = ask(shops, q="shop")
    assert len(labels(many)) == linking.FOUND
    assert "type more" in many.json["note"]


def test_one_character_finds_nothing_and_nothing_lists_everything(shops: House) -> None:
    for words in ("", "0", " 1 "):
        answer = ask(shops, q=words)
        assert labels(answer) == []
        assert "at least 2" in answer.json["note"]
    page = shops.open()
    assert shown(page, "who") == {}
    assert "Shop 0" not in page.text


def test_a_page_without_a_script_is_searched_and_keeps_its_answers(shops: House) -> None:
    page = shops.post(shops.inputs(), {"about": "Broken", "_find.who": "00017", "_find": "who"})
    assert page.status_code == 200
    assert shown(page, "who") == {"Shop 00017 · Hangzhou": shown(page, "who")["Shop 00017 · Hangzhou"]}
    assert dict(shops.inputs(page).values)["about"] == "Broken"
    who = shown(page, "who")["Shop 00017 · Hangzhou"]
    again = shops.post(shops.inputs(page), {"who": who, "_find.team": "0002", "_find": "team"})
    assert dict(shops.inputs(again).values)["who"] == who
    team = list(shown(again, "team").values())[:2]
    more = shops.post(shops.inputs(again), {"team": team, "_find.team": "00030", "_find": "team"})
    assert list(shown(more, "team"))[:3] == ["Shop 00002", "Shop 00020", "Shop 00030"]
    assert shops.records() == []
    shops.clock.advance(timedelta(seconds=5))
    assert shops.post(shops.inputs(more), {"team": team}).status_code == 303
    (stored,) = shops.records()
    assert (stored["values"]["who"], stored["values"]["team"], stored["values"]["about"]) == (who, team, "Broken")


def test_enter_behind_the_words_looks_and_a_search_without_a_choice_can_be_sent(shops: House) -> None:
    read = shops.inputs()
    shops.clock.advance(timedelta(seconds=5))
    page = shops.post(read, {"about": "Broken", "_find.who": "00017"})
    assert page.status_code == 200
    assert "Shop 00017" in page.text
    assert shops.post(shops.inputs(page), {}).status_code == 303
    assert shops.records()[0]["values"]["who"] is None


def test_what_does_not_fit_elsewhere_keeps_what_was_chosen(shops: House) -> None:
    page = shops.post(shops.inputs(), {"_find.who": "00017", "_find": "who"})
    who = shown(page, "who")["Shop 00017 · Hangzhou"]
    shops.clock.advance(timedelta(seconds=5))
    refused = shops.post(shops.inputs(page), {"about": "", "who": who, "_find.who": ""})
    assert refused.status_code == 422
    assert shown(refused, "who") == {"Shop 00017 · Hangzhou": who}
    assert dict(shops.inputs(refused).values)["who"] == who


def test_looking_is_bounded_and_loses_nothing(shops: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "RATE", "2 per 5 minute")
    assert [ask(shops, q="00017").status_code for _time in range(3)] == [200, 200, 429]
    page = shops.post(shops.inputs(), {"about": "Broken", "_find.who": "00017", "_find": "who"})
    assert page.status_code == 429
    assert dict(shops.inputs(page).values)["about"] == "Broken"
    assert shown(page, "who") == {}


def test_only_fields_that_visitors_may_choose_in_are_asked(house: House, form: Publish) -> None:
    stock(house, 3)
    shut = {**FIELDS[1], "id": "inner", "visitors": False}
    asks = form(*FIELDS, shut)
    assert labels(ask(asks, "inner", q="Shop")) == []
    assert ask(asks, "about", q="Shop").status_code == 404
    assert ask(asks, "gone", q="Shop").status_code == 404
    everything = house.made("GET", "/forms/desk.shop/records")["records"]
    assert ask(asks, "inner", ids=[everything[0]["id"]]).json["choices"] == []


def test_what_was_chosen_before_is_called_by_its_name_as_long_as_it_can_be_chosen(shops: House) -> None:
    (found,) = ask(shops, q="00017").json["choices"]
    assert ask(shops, ids=[found["id"], "0" * 32, "nothing"]).json["choices"] == [found]


def test_another_answer_decides_what_can_be_chosen(house: House, form: Publish) -> None:
    stock(house, 6)
    city = {"id": "city", "type": "select", "label": l10n("City"), "options": CITIES}
    by_city = {**FIELDS[1], "filter": {"field": "city", "op": "eq", "value": {"ref": "my:city"}}}
    asks = form(FIELDS[0], city, by_city)
    assert shown(asks.open(), "who") == {}
    assert labels(ask(asks, values={"city": "hz"})) == [f"Shop 0000{n} · Hangzhou" for n in (1, 3, 5)]
    page = asks.post(asks.inputs(), {"about": "x", "city": "sz", "_find.who": "", "_find": "who"})
    assert list(shown(page, "who")) == [f"Shop 0000{n} · Suzhou" for n in (0, 2, 4)]


def test_a_list_that_holds_them_all_stays_a_list(house: House, form: Publish) -> None:
    stock(house, 200)
    page = form(*FIELDS).open()
    assert page.text.count("<option value=") >= 200
    assert "_find.who" not in page.text
    assert "choosing" not in house.data(page)
