"""A visitor chooses records of another form in rows, by the fields that the builder named, without a script."""

from typing import Any

import pytest

from .conftest import House, Publish, l10n

pytestmark = pytest.mark.one_database

PRODUCT = [
    {"id": "name", "type": "text", "label": l10n("Name", "名称")},
    {"id": "price", "type": "number", "decimals": 2, "label": l10n("Price", "单价")},
    {"id": "cost", "type": "number", "decimals": 2, "label": l10n("Cost", "成本")},
]
LINK: dict[str, Any] = {
    "id": "product", "type": "link", "form": "product", "label": l10n("Product", "产品"), "visitors": True,
    "show": ["name", "price"], "fill": [{"from": "price", "to": "price"}, {"from": "cost", "to": "cost"}],
}  # fmt: skip


def order(form: Publish, house: House, link: dict[str, Any] = LINK) -> tuple[House, list[str]]:
    product = {"title": l10n("Product", "产品"), "fields": PRODUCT}
    made = house.made("POST", "/apps/desk/definitions", {"kind": "form", "key": "product", "document": product})
    house.made("POST", f"/definitions/{made['id']}/publish", {})
    ids = [
        house.made("POST", "/forms/desk.product/records", {"values": {"name": name, "price": price, "cost": "1"}})["id"]
        for name, price in (("Loom", "12"), ("Reed", "3"))
    ]
    columns = [link, *PRODUCT[1:]]
    found = form({"id": "items", "type": "subform", "label": l10n("Items", "明细"), "columns": columns})
    return found, ids


def test_records_are_offered_in_every_row_and_fill_in_what_visitors_may_know(form: Publish, house: House) -> None:
    shop, ids = order(form, house)
    page = shop.open()
    assert page.text.count("Loom · 12.00") == 2, "in the first row, and in the one that is copied"
    more = shop.send({"items.0.product": ids[0], "_rows": "items+"}, page=page)
    assert more.text.count("Reed · 3.00") == 3
    assert (
        shop.send({"items.0.product": ids[0], "items.1.product": ids[1], "items.1.price": "5"}, page=more).status_code
        == 303
    )
    record = shop.made("GET", f"/forms/{shop.form_id}/records/{shop.records()[0]['id']}")
    assert [(one["product"], one["price"], one["cost"]) for one in record["values"]["items"]] == [
        (ids[0], "12.00", None), (ids[1], "5.00", None),
    ]  # fmt: skip


def test_a_record_that_is_not_there_is_told_at_its_cell(form: Publish, house: House) -> None:
    shop, _ids = order(form, house)
    answer = shop.send({"items.0.product": "01a21ae7-d718-7042-9a1e-53dfe36943b6"})
    assert answer.status_code == 422
    assert shop.records() == []


def test_a_link_that_is_for_members_stands_in_no_row(form: Publish, house: House) -> None:
    shop, _ids = order(form, house, {**LINK, "visitors": False})
    assert "Loom" not in shop.open().text
