"""Computed fields on the public page: shown without a script after sending, handed to one as far as a visitor may know."""

import pytest

from .conftest import Publish, l10n

pytestmark = pytest.mark.one_database

PRICE = {"id": "price", "type": "currency", "label": l10n("Price")}
COUNT = {"id": "count", "type": "number", "decimals": 0, "label": l10n("Count"), "required": True}
COST = {"id": "buying", "type": "currency", "label": l10n("Buying"), "public": False, "default": "5"}


def computed(name: str, formula: str, **settings: object) -> dict[str, object]:
    return {"id": name, "type": "formula", "formula": formula, "label": l10n(name.title()), **settings}


TOTAL = computed("total", "price*count", currency="CNY")


def test_without_a_script_they_show_after_a_failed_submission_and_on_the_receipt(form: Publish) -> None:
    house = form(PRICE, COUNT, TOTAL, settings={"show_answers": True})
    failed = house.send({"price": "1250.5", "count": "two"})
    assert failed.status_code == 422
    assert ">¥0.00</output>" in failed.text
    late = house.send({"price": "x", "count": "4"})
    assert 'aria-describedby="o-total"' in late.text
    stored = house.send({"price": "1250.5", "count": "4"})
    receipt = house.browser.get(stored.headers["Location"], headers={"Accept": "text/html"})
    assert "¥5,002.00" in receipt.text
    assert house.records()[0]["values"]["total"] == "5002.00"


def test_what_is_sent_for_them_is_not_taken(form: Publish) -> None:
    house = form(PRICE, COUNT, TOTAL)
    assert house.send({"price": "10", "count": "2", "total": "1"}).status_code == 422
    assert house.records() == []


def test_the_script_gets_only_formulas_over_what_the_visitor_sees(form: Publish) -> None:
    margin = computed("margin", "total-buying*count")
    rule = {"id": "r", "when": {"field": "margin", "op": "gt", "value": "0"}, "show": ["price"]}
    house = form(PRICE, COUNT, COST, TOTAL, margin, computed("inner", "price", public=False), rules=[rule])
    page = house.open()
    data = house.data(page)
    assert [one["id"] for one in data["formulas"]] == ["total"]
    assert data["formulas"][0] | {"sign": "¥", "decimals": 2, "result": "number"} == data["formulas"][0]
    assert 'data-field="margin"' not in page.text
    assert "buying" not in str(data)
    assert data["rules"][0]["when"] == {"not": {}}, "decided here, since the page can't compute it"


def test_forms_without_formulas_load_no_script_for_them(form: Publish) -> None:
    house = form(PRICE)
    assert "formulas" not in house.data(house.open())
    assert "/formulas-" not in house.open().text
