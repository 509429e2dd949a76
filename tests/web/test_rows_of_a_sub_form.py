"""Sub-forms over HTTP: rows are written, changed row by row, computed, found by, told apart in the history."""

import json
from typing import Any

import pytest

from tests.web.test_input_never_becomes_sql import statements

from .conftest import Desk, field, words

PATH = "/api/v1/forms/desk.order/records"
COLUMNS = [
    {"id": "product", "type": "text", "required": True},
    {"id": "price", "type": "number", "max": 1000},
    {"id": "position", "type": "number", "decimals": 0},
    {"id": "agent", "type": "user"},
    {"id": "paper", "type": "file"},
    {"id": "amount", "type": "formula", "formula": "price*position*rate"},
]
FIELDS = [
    {"id": "name", "type": "text"},
    {"id": "rate", "type": "number", "default": 1},
    {"id": "items", "type": "subform", "columns": [field(one) for one in COLUMNS], "totals": {"amount": "sum"}},
    {"id": "total", "type": "formula", "formula": "SUM(items.amount)"},
    {"id": "first", "type": "formula", "result": "text", "formula": "INDEX(items.product,1)"},
]


def document(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"title": words("Order"), "fields": [field(one) for one in fields]}


@pytest.fixture
def orders(desk: Desk) -> Desk:
    desk.site.publish("desk", "form", "order", document(*FIELDS))
    return Desk(desk.site, "desk.order")


def add(desk: Desk, *rows: dict[str, Any], **values: Any) -> Any:
    answer = desk.send("POST", PATH, {"values": {"items": list(rows), **values}})
    assert answer.status_code == 201, answer.json
    return answer.json


def shown(record: Any) -> list[tuple[Any, ...]]:
    return [(one["product"], one["price"], one["amount"]) for one in record["values"]["items"]]


def names(desk: Desk, condition: Any) -> list[str]:
    answer = desk.send("GET", PATH, query_string={"filter": json.dumps(condition), "sort": "name"})
    assert answer.status_code == 200, answer.json
    return [one["values"]["name"] for one in answer.json["records"]]


def test_rows_are_computed_then_added_up(orders: Desk) -> None:
    made = add(orders, {"product": "a", "price": 2, "position": 3}, {}, {"product": "b", "price": "1.5", "position": 2})
    assert shown(made) == [("a", "2.00", "6.00"), ("b", "1.50", "3.00")]
    assert (made["values"]["total"], made["values"]["first"]) == ("9.00", "a")
    changed = orders.send("PATCH", f"{PATH}/{made['id']}", {"values": {"rate": 2}}).json
    assert changed["values"]["total"] == "18.00"
    assert orders.send("GET", f"{PATH}/{made['id']}").json["values"] == changed["values"]


def test_rows_keep_their_ids_and_history_has_only_those_that_changed(orders: Desk) -> None:
    made = add(orders, *({"product": name, "price": 1, "position": 1} for name in "abc"))
    first, _second, third = made["values"]["items"]
    rows = [{"product": "new"}, {**third, "price": 5}, {"id": first["id"]}]
    changed = orders.send("PATCH", f"{PATH}/{made['id']}", {"values": {"items": rows}}).json
    assert shown(changed) == [("new", None, "0.00"), ("c", "5.00", "5.00"), ("a", "1.00", "1.00")]
    assert [one["id"] for one in changed["values"]["items"][1:]] == [third["id"], first["id"]]
    assert orders.send("GET", f"{PATH}/{made['id']}").json["values"] == changed["values"]
    history = orders.send("GET", f"{PATH}/{made['id']}/history").json["history"][0]["changes"]
    told = next(one for one in history if one["field"] == "items")
    assert [(one["#"], one["product"]) for one in told["before"]] == [(2, "b"), (3, "c")]
    assert [(one["#"], one["product"]) for one in told["after"]] == [(1, "new"), (2, "c")]
    again = orders.send("PATCH", f"{PATH}/{made['id']}", {"values": {"items": changed["values"]["items"]}}).json
    assert again["rev"] == changed["rev"]
    assert orders.send("PATCH", f"{PATH}/{made['id']}", {"values": {"items": []}}).json["values"]["items"] is None


def test_what_does_not_fit_is_told_at_its_cell(orders: Desk) -> None:
    rows = [{"product": "a", "price": 2000}, {"price": 1}, {"product": "c", "colour": 1}, 7]
    answer = orders.send("POST", PATH, {"values": {"items": rows}})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json["errors"]] == [
        "items/0/price", "items/1/product", "items/2/colour", "items/3",
    ]  # fmt: skip
    many = [{"product": "x"}] * 1001
    assert orders.send("POST", PATH, {"values": {"items": many}}).json["errors"][0]["code"] == "too_many_rows"


def test_records_are_found_by_any_of_their_rows(orders: Desk) -> None:
    add(orders, {"product": "Loom", "price": 10}, {"product": "Reed", "price": 1}, name="a", rate=5)
    add(orders, {"product": "Reed", "price": 3}, name="b", rate=5)
    add(orders, name="c")
    assert names(orders, {"field": "items.price", "op": "gt", "value": 2}) == ["a", "b"]
    assert names(orders, {"field": "items.price", "op": "gt", "value": {"ref": "rate"}}) == ["a"]
    assert names(orders, {"field": "items.product", "op": "ne", "value": "Reed"}) == ["a"]
    assert names(orders, {"not": {"field": "items.product", "op": "contains", "value": "reed"}}) == ["c"]
    assert names(orders, {"field": "items", "op": "empty"}) == ["c"]
    assert orders.send("GET", PATH, query_string={"sort": "items.price"}).status_code == 422
    listed = orders.send("GET", PATH, query_string={"rows": "count", "sort": "name"}).json["records"]
    assert [one["values"]["items"] for one in listed] == [2, 1, None]


def test_a_page_of_records_reads_all_rows_at_once(orders: Desk) -> None:
    for number in range(3):
        add(orders, {"product": "a"}, {"product": "b"}, name=str(number))
    orders.send("GET", PATH)
    with statements() as few:
        orders.send("GET", PATH, query_string={"limit": 1})
    with statements() as many:
        assert [len(one["values"]["items"]) for one in orders.send("GET", PATH).json["records"]] == [2, 2, 2]
    assert len(many) == len(few)


def test_rows_survive_the_trash_and_new_columns(orders: Desk) -> None:
    made = add(orders, {"product": "a", "price": 2, "position": 1})
    path = f"{PATH}/{made['id']}"
    assert orders.send("DELETE", path).status_code == 204
    assert orders.send("POST", f"{path}/restore", {}).json["values"]["items"] == made["values"]["items"]
    columns = [*COLUMNS[:1], {"id": "price", "type": "text"}, {"id": "note", "type": "text"}]
    changed = {**FIELDS[2], "columns": [field(one) for one in columns], "totals": {}}
    definition = orders.send("GET", "/api/v1/apps/desk/definitions", query_string={"kind": "form"}).json["definitions"]
    draft = f"/api/v1/definitions/{next(one['id'] for one in definition if one['key'] == 'order')}"
    put = orders.send("PUT", f"{draft}/draft", {"document": document(FIELDS[0], changed)})
    assert put.status_code == 200, put.json
    assert orders.send("POST", f"{draft}/publish", {}).status_code == 200
    kept = orders.send("GET", path).json["values"]["items"]
    assert [(one["product"], one["price"], one["note"]) for one in kept] == [("a", "2.00", None)]


def test_files_are_bound_from_within_rows(orders: Desk) -> None:
    sent = orders.upload(b"%PDF-1.4 x", "plan.pdf", field="items.paper")
    assert sent.status_code == 201, sent.json
    made = add(orders, {"product": "a", "paper": [sent.json["id"]]})
    assert made["values"]["items"][0]["paper"][0]["name"] == "plan.pdf"
    again = orders.send("POST", PATH, {"values": {"items": [{"product": "b", "paper": [sent.json["id"]]}]}})
    assert again.json["errors"][0]["field"] == "items/0/paper"


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ({"columns": []}, "fields/0/columns"),
        ({"columns": [field({"id": "a", "type": "section"})]}, "fields/0/columns/0/type"),
        (
            {"columns": [field({"id": "a", "type": "text"}), field({"id": "a", "type": "text"})]},
            "fields/0/columns/1/id",
        ),
        ({"columns": [field({"id": "id", "type": "text"})]}, "fields/0/columns/0/id"),
        ({"columns": [field({"id": "a", "type": "formula", "formula": "b"})]}, "fields/0/columns/0/formula"),
        ({"columns": [field({"id": "a", "type": "text", "maximum": 1})]}, "fields/0/columns/0/maximum"),
        ({"columns": [field({"id": "a", "type": "text"})], "totals": {"a": "sum"}}, "fields/0/totals/a"),
    ],
)
def test_columns_are_checked_before_publishing(desk: Desk, entry: dict[str, Any], path: str) -> None:
    made = desk.send(
        "POST", "/api/v1/apps/desk/definitions",
        {"kind": "form", "key": "order", "document": document({"id": "items", "type": "subform", **entry})},
    )  # fmt: skip
    refused = desk.send("POST", f"/api/v1/definitions/{made.json['id']}/publish", {})
    assert refused.status_code == 422
    assert path in [one["field"] for one in refused.json["errors"]]


def test_rows_hide_with_their_field(staffed: Desk) -> None:
    staffed.site.publish("desk", "form", "order", document(*FIELDS))
    member = staffed.site.person("reader")
    grant = {"form": "order", "acts": ["record.read"], "rows": "all", "fields": {"items": "hidden"}}
    group = {"title": words("r"), "members": {"users": [member.user_id]}, "grants": [grant]}
    staffed.site.publish("desk", "permission_group", "readers", group)
    made = add(staffed, {"product": "a", "price": 1})
    asked = staffed.send("GET", f"{PATH}/{made['id']}", who="reader")
    assert "items" not in asked.json["values"]
    filter_ = json.dumps({"field": "items.price", "op": "eq", "value": 1})
    assert staffed.send("GET", PATH, who="reader", query_string={"filter": filter_}).status_code == 422
