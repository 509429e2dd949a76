"""Computed fields over HTTP: made on every write, found and sorted by like any other, refused at publishing."""

import json
from typing import Any

from .conftest import Desk, field

FIELDS = [
    {"id": "name", "type": "text"},
    {"id": "price", "type": "number", "decimals": 2},
    {"id": "count", "type": "number", "decimals": 0},
    {"id": "total", "type": "formula", "formula": "price*count"},
    {"id": "size", "type": "formula", "result": "text", "formula": 'IF(total>=100,"large","small")'},
    {"id": "on", "type": "formula", "result": "date", "formula": "DATE(2026,count,1)"},
    {"id": "no", "type": "serial", "format": "A{000}"},
    {"id": "shown", "type": "formula", "result": "text", "formula": 'no&" "&name'},
    {"id": "many", "type": "formula", "result": "boolean", "formula": "count>10"},
]
PATH = "/api/v1/forms/desk.order/records"


def order(desk: Desk) -> None:
    desk.site.publish("desk", "form", "order", {"title": {"en": "Order"}, "fields": [field(one) for one in FIELDS]})


def add(desk: Desk, **values: Any) -> Any:
    answer = desk.send("POST", PATH, {"values": values})
    assert answer.status_code == 201, answer.json
    return answer.json


def test_computed_values_follow_every_write(desk: Desk) -> None:
    order(desk)
    made = add(desk, name="a", price="12.50", count=4)
    assert {one: made["values"][one] for one in ("total", "size", "on", "many")} == {
        "total": "50.00", "size": "small", "on": "2026-04-01", "many": False,
    }  # fmt: skip
    assert made["values"]["shown"] == f"{made['values']['no']} a"
    changed = desk.send("PATCH", f"{PATH}/{made['id']}", {"values": {"count": 11}}).json["values"]
    assert (changed["total"], changed["size"], changed["many"], changed["price"]) == ("137.50", "large", True, "12.50")
    read = desk.send("GET", f"{PATH}/{made['id']}").json["values"]
    assert (read["total"], read["on"]) == ("137.50", "2026-11-01")


def test_they_are_found_and_sorted_by_like_any_field(desk: Desk) -> None:
    order(desk)
    for name, count in (("a", 20), ("b", 5), ("c", 12)):
        add(desk, name=name, price=10, count=count)

    def names(condition: Any, sort: str = "name") -> list[str]:
        answer = desk.send("GET", PATH, query_string={"filter": json.dumps(condition), "sort": sort})
        assert answer.status_code == 200, answer.json
        return [one["values"]["name"] for one in answer.json["records"]]

    assert names({"field": "total", "op": "gt", "value": "100"}) == ["a", "c"]
    assert names({"field": "size", "op": "eq", "value": "small"}) == ["b"]
    assert names({"field": "many", "op": "eq", "value": True}, "-total") == ["a", "c"]


def test_they_can_not_be_written(desk: Desk) -> None:
    order(desk)
    assert desk.send("POST", PATH, {"values": {"name": "a", "total": "1"}}).status_code == 422


def test_a_cycle_is_refused_at_publishing_with_its_way(desk: Desk) -> None:
    fields = [{"id": "a", "type": "formula", "formula": "b"}, {"id": "b", "type": "formula", "formula": "a"}]
    made = desk.send(
        "POST", "/api/v1/apps/desk/definitions",
        {"kind": "form", "key": "loop", "document": {"title": {"en": "Loop"}, "fields": [field(one) for one in fields]}},
    )  # fmt: skip
    refused = (
        made if made.status_code == 422 else desk.send("POST", f"/api/v1/definitions/{made.json['id']}/publish", {})
    )
    assert refused.status_code == 422
    assert any("a → b → a" in one["message"] for one in refused.json["errors"])
