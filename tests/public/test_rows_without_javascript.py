"""A visitor without JavaScript adds rows, takes one away, is told what is wrong at its cell, and sends them."""

from typing import Any

import pytest

from .conftest import House, Publish, l10n, upload

pytestmark = pytest.mark.one_database

COLUMNS: list[dict[str, Any]] = [
    {"id": "product", "type": "text", "label": l10n("Product", "产品"), "required": True},
    {"id": "price", "type": "number", "label": l10n("Price", "单价"), "max": 100},
    {
        "id": "kinds",
        "type": "checkboxes",
        "label": l10n("Kinds", "种类"),
        "options": [{"value": "a", "label": l10n("A")}],
    },
    {"id": "paper", "type": "file", "label": l10n("Paper", "附件")},
    {"id": "double", "type": "formula", "label": l10n("Double", "两倍"), "formula": "price*2"},
]
FIELDS = [
    {"id": "name", "type": "text", "label": l10n("Name", "名称"), "required": True},
    {"id": "items", "type": "subform", "label": l10n("Items", "明细"), "columns": COLUMNS, "totals": {"double": "sum"}},
    {"id": "total", "type": "formula", "label": l10n("Total", "合计"), "formula": "SUM(items.double)"},
]


@pytest.fixture
def order(form: Publish) -> House:
    return form(*FIELDS)


def test_rows_are_added_and_taken_away_with_what_was_typed(order: House) -> None:
    page = order.open()
    assert 'name="items.0.product"' in page.text
    assert 'name="items.1.product"' not in page.text
    more = order.send({"items.0.product": "Loom", "items.0.price": "3", "_rows": "items+"}, page=page)
    assert more.status_code == 200
    values = dict(order.inputs(more).values)
    assert (values["items.0.product"], values["items.1.product"]) == ("Loom", "")
    assert "6.00" in more.text
    less = order.send({"items.1.product": "Reed", "_rows": "items-0"}, page=more)
    assert dict(order.inputs(less).values)["items.0.product"] == "Reed"
    assert order.records() == []


def test_what_does_not_fit_hangs_at_its_cell(order: House) -> None:
    typed = {"name": "a", "items.0.product": "Loom", "items.0.price": "3", "items.1.price": "300"}
    answer = order.send(typed)
    assert answer.status_code == 422
    assert 'id="e-items.1.product"' in answer.text
    assert 'href="#q-items.1.price"' in answer.text
    assert "Row 2: Price" in answer.text
    done = order.send({"items.1.product": "Reed", "items.1.price": "30", "items.1.kinds": "a"}, page=answer)
    assert done.status_code == 303, done.text
    values = order.records()[0]["values"]
    assert [(one["product"], one["price"], one["kinds"]) for one in values["items"]] == [
        ("Loom", "3.00", None), ("Reed", "30.00", ["a"]),
    ]  # fmt: skip
    assert values["total"] == "66.00"


def test_files_of_a_row_come_with_it(order: House) -> None:
    typed = {
        "name": "a",
        "items.0.product": "Loom",
        "items.0.paper": [upload(b"hello", "a.txt")],
        "items.0.price": "300",
    }
    refused = order.send(typed)
    assert "a.txt" in refused.text
    done = order.send({"items.0.price": "1"}, page=refused)
    assert done.status_code == 303, done.text
    assert order.records()[0]["values"]["items"][0]["paper"][0]["name"] == "a.txt"


def test_odd_rows_are_refused_without_trouble(order: House) -> None:
    for odd in ({"_rows": "items-999"}, {"_rows": "x"}, {"items.999.product": "a", "name": "a"}, {"items.0.none": "1"}):
        assert order.send(odd).status_code in {200, 303, 422}


def test_a_button_opens_an_address_with_what_is_known(form: Publish) -> None:
    entry = {"id": "go", "type": "button", "label": l10n("Map", "地图"), "url": "https://example.com/?q={city}"}
    start = {"id": "run", "type": "button", "label": l10n("Run", "运行"), "does": "flow"}
    house = form({"id": "city", "type": "text", "label": l10n("City", "城市"), "default": "杭州"}, entry, start)
    page = house.open().text
    assert 'href="https://example.com/?q=%E6%9D%AD%E5%B7%9E"' in page
    assert "Run" not in page
