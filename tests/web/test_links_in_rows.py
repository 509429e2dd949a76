"""Rows that link to records of another form: an order's lines with their products, filled in and named."""

import json
from typing import Any

import pytest

from tests.security.conftest import Site
from tests.web.conftest import Desk, words
from tests.web.test_input_never_becomes_sql import statements

PRODUCT = [
    {"id": "name", "type": "text", "required": True, "unique": True},
    {"id": "price", "type": "number", "decimals": 2},
    {"id": "kind", "type": "text"},
    {"id": "closed", "type": "boolean"},
]
LINK: dict[str, Any] = {
    "id": "product", "type": "link", "form": "product", "show": ["name"], "label": words("product"),
    "filter": {"any": [{"field": "closed", "op": "empty"}, {"field": "kind", "op": "eq", "value": {"ref": "my:kind"}}]},
    "fill": [{"from": "price", "to": "price"}, {"from": "kind", "to": "kind"}],
}  # fmt: skip
COLUMNS = [
    {"id": "pieces", "type": "number", "decimals": 0, "default": 1},
    {"id": "price", "type": "number", "decimals": 2},
    {"id": "kind", "type": "text"},
    {"id": "amount", "type": "formula", "formula": "price*pieces"},
]
ORDER = [
    {"id": "subject", "type": "text"},
    {
        "id": "items",
        "type": "subform",
        "columns": [LINK, *({"label": words(str(one["id"])), **one} for one in COLUMNS)],
    },
    {"id": "total", "type": "formula", "formula": "SUM(items.amount)"},
]


class Shop(Desk):
    """Orders of products."""

    def product(self, name: str, **values: Any) -> str:
        answer = self.send("POST", "/api/v1/forms/shop.product/records", {"values": {"name": name, **values}})
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def order(self, *rows: dict[str, Any], **values: Any) -> Any:
        answer = self.ask("POST", json={"values": {"items": list(rows), **values}})
        assert answer.status_code == 201, answer.text
        return answer.json

    def choices(self, q: str = "", **values: Any) -> list[dict[str, Any]]:
        path = "/api/v1/forms/shop.order/fields/items.product/choices"
        found: list[dict[str, Any]] = self.send("POST", path, {"q": q, "values": values}).json["choices"]
        return found

    def refusal(self, *rows: dict[str, Any]) -> list[tuple[str, str]]:
        answer = self.ask("POST", json={"values": {"items": list(rows)}})
        return [(one["field"], one["code"]) for one in answer.json.get("errors", ())]


@pytest.fixture
def shop(site: Site) -> Shop:
    site.make("/api/v1/apps", {"key": "shop", "title": words("Shop")})
    for key, fields in (("product", PRODUCT), ("order", ORDER)):
        entries = [{"label": words(str(one["id"])), **one} for one in fields]
        site.publish("shop", "form", key, {"title": words(key), "fields": entries, "title_field": entries[0]["id"]})
    return Shop(site, "shop.order")


def test_a_product_chosen_in_a_row_fills_in_its_price_and_is_named(shop: Shop) -> None:
    lamp, chair = shop.product("Lamp", price="12.5", kind="a"), shop.product("Chair", price="80")
    made = shop.order({"product": lamp, "pieces": 2}, {"product": chair, "price": "70"}, {"pieces": 3})
    rows = made["values"]["items"]
    assert [(one["product"], one["price"], one["amount"]) for one in rows] == [
        (lamp, "12.50", "25.00"), (chair, "70.00", "70.00"), (None, None, "0.00"),
    ]  # fmt: skip
    assert made["values"]["total"] == "95.00"
    assert rows[0]["kind"] == "a"
    read = shop.send("GET", f"/api/v1/forms/shop.order/records/{made['id']}").json
    assert {one["title"] for one in read["linked"].values()} == {"Lamp", "Chair"}


def test_another_product_in_a_row_fills_in_what_was_left_empty(shop: Shop) -> None:
    lamp, chair = shop.product("Lamp", price="12.5"), shop.product("Chair", price="80")
    made = shop.order({"product": lamp}, {"product": lamp})
    first, second = made["values"]["items"]
    path = f"/api/v1/forms/shop.order/records/{made['id']}"
    answer = shop.send(
        "PATCH", path, {"values": {"items": [{"id": first["id"], "product": chair}, {**second, "pieces": 4}]}}
    )
    assert [(one["price"], one["amount"]) for one in answer.json["values"]["items"]] == [
        ("80.00", "80.00"), ("12.50", "50.00"),
    ]  # fmt: skip


def test_only_products_that_may_be_chosen_are_taken_and_the_cell_is_told(shop: Shop) -> None:
    lamp, gone = shop.product("Lamp", kind="a"), shop.product("Old", closed=True, kind="b")
    assert shop.refusal({"product": lamp}, {"product": gone, "kind": "a"}) == [("items/1/product", "not_choosable")]
    assert shop.refusal({"product": gone, "kind": "b"}) == []
    assert shop.refusal({"product": "nothing"}) == [("items/0/product", "no_such_record")]


def test_choices_of_a_row_know_its_other_cells_and_what_they_fill_in(shop: Shop) -> None:
    shop.product("Lamp", price="3", kind="a")
    shop.product("Old lamp", closed=True, kind="b")
    assert [(one["title"], one["fill"]) for one in shop.choices("lamp")] == [("Lamp", {"price": "3.00", "kind": "a"})]
    assert len(shop.choices("lamp", kind="b")) == 2


def test_many_rows_cost_no_more_questions_than_one(shop: Shop) -> None:
    ids = [shop.product(f"P{number}", price=number) for number in range(20)]
    with statements() as one:
        shop.order({"product": ids[0]})
    with statements() as many:
        shop.order(*({"product": name} for name in ids))
    assert len(many) <= len(one)


def test_records_are_found_by_the_product_of_a_row(shop: Shop) -> None:
    lamp, chair = shop.product("Lamp"), shop.product("Chair")
    shop.order({"product": lamp}, subject="one")
    shop.order({"product": chair}, {"product": lamp}, subject="two")
    condition = {"field": "items.product", "op": "eq", "value": chair}
    found = shop.ask("GET", query_string={"filter": json.dumps(condition)}).json["records"]
    assert [one["values"]["subject"] for one in found] == ["two"]


def test_a_spreadsheet_names_products_by_name(shop: Shop) -> None:
    shop.order({"product": shop.product("Lamp", price=2)}, subject="one")
    text = shop.send("GET", "/api/v1/forms/shop.order/export?layout=items&fields=subject,items").text
    assert "one,Lamp,1,2.00" in text


def test_a_form_that_rows_link_to_is_used(shop: Shop) -> None:
    found = shop.send("GET", "/api/v1/forms/shop.product").json
    answer = shop.send("DELETE", f"/api/v1/definitions/{found['id']}")
    assert answer.status_code == 409


def test_a_column_that_leads_nowhere_or_fills_what_is_not_there_is_refused(shop: Shop) -> None:
    link = {**LINK, "fill": [{"from": "price", "to": "total"}], "form": "product"}
    fields = [{"label": words("items"), "id": "items", "type": "subform", "columns": [link]}]
    form = shop.send("GET", "/api/v1/forms/shop.order").json["id"]
    answer = shop.send(
        "PUT", f"/api/v1/definitions/{form}/draft", {"document": {"title": words("o"), "fields": fields}}
    )
    found = {(one["code"], one["field"]) for one in answer.json["findings"]}
    assert ("unknown_field", "fields/0/columns/0/fill/0/to") in found
