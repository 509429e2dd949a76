"""Lookups and rollups: gathered when a record is written and when what they show changes, never beyond rights."""

import json
from typing import Any

import pytest

from formloom.platform.records import job_kinds
from formloom.platform.records.house import House
from formloom.platform.records.relations import refreshing
from tests.security.conftest import Site
from tests.web.conftest import Desk, words

CUSTOMER: list[dict[str, Any]] = [
    {"id": "name", "type": "text"},
    {"id": "level", "type": "select", "options": [{"value": "a", "label": {"zh-CN": "重要", "en": "Key"}}]},
    {"id": "credit", "type": "number", "decimals": 2},
    {"id": "orders", "type": "rollup", "form": "order", "by": "customer", "how": "count", "decimals": 0},
    {
        "id": "spent", "type": "rollup", "form": "order", "by": "customer", "how": "sum", "field": "amount",
        "filter": {"field": "paid", "op": "eq", "value": True},
    },
]  # fmt: skip
ORDER: list[dict[str, Any]] = [
    {"id": "subject", "type": "text"},
    {"id": "amount", "type": "number", "decimals": 2},
    {"id": "paid", "type": "boolean"},
    {"id": "customer", "type": "link", "form": "customer"},
    {"id": "who", "type": "lookup", "through": "customer", "field": "name", "result": "text"},
    {"id": "level", "type": "lookup", "through": "customer", "field": "level", "result": "text"},
    {"id": "credit", "type": "lookup", "through": "customer", "field": "credit", "result": "number"},
    {"id": "left", "type": "formula", "formula": "credit-amount", "decimals": 2},
    {"id": "team", "type": "links", "form": "customer"},
    {"id": "most", "type": "rollup", "through": "team", "how": "max", "field": "credit"},
    {"id": "names", "type": "rollup", "through": "team", "how": "list", "field": "name", "result": "text"},
]


class Shop(Desk):
    """Orders of customers."""

    def customer(self, **values: Any) -> str:
        return str(self.site.make("/api/v1/forms/shop.customer/records", {"values": values})["id"])

    def order(self, **values: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.site.make("/api/v1/forms/shop.order/records", {"values": values})
        return made

    def values(self, form: str, record: str, *, who: str = "admin") -> dict[str, Any]:
        found: dict[str, Any] = self.send("GET", f"/api/v1/forms/shop.{form}/records/{record}", who=who).json["values"]
        return found

    def refused(self, values: dict[str, Any]) -> list[tuple[str, str]]:
        answer = self.ask("POST", json={"values": values})
        return [(one["field"], one["code"]) for one in answer.json["errors"]]

    def settle(self) -> None:
        """Let what was written be followed."""
        self.site.formloom.worker.drain()


@pytest.fixture
def shop(site: Site) -> Shop:
    """Return two published forms that show something of each other, and a clerk who may not see credits."""
    site.make("/api/v1/apps", {"key": "shop", "title": words("Shop")})
    documents = {
        key: {"title": words(key), "fields": [{"label": words(one["id"]), **one} for one in fields]}
        for key, fields in (("customer", CUSTOMER), ("order", ORDER))
    }
    made = {
        key: site.make("/api/v1/apps/shop/definitions", {"kind": "form", "key": key, "document": document})["id"]
        for key, document in documents.items()
    }
    for definition in made.values():
        answer = site.ask("admin", "POST", f"/api/v1/definitions/{definition}/publish", {})
        assert answer.status_code == 200, answer.text
    member = site.person("clerk")
    grants = [
        {"form": "order", "acts": ["record.read"], "rows": "all"},
        {"form": "customer", "acts": ["record.read"], "rows": "all", "fields": {"credit": "hidden"}},
    ]
    site.publish(
        "shop", "permission_group", "clerks",
        {"title": words("Clerks"), "members": {"users": [member.user_id]}, "grants": grants},
    )  # fmt: skip
    return Shop(site, "shop.order")


def test_what_stands_in_the_linked_record_is_there_before_formulas_run(shop: Shop) -> None:
    ada, bob = shop.customer(name="Ada", level="a", credit="100"), shop.customer(name="Bob", credit="30")
    made = shop.order(amount="40", customer=ada, team=[bob, ada])["values"]
    assert (made["who"], made["level"], made["credit"], made["left"]) == ("Ada", "重要", "100.00", "60.00")
    assert (made["most"], made["names"]) == ("100.00", "Bob、Ada")
    assert shop.refused({"who": "x"}) == [("who", "read_only_field")]


def test_a_change_reaches_the_records_that_show_it(shop: Shop) -> None:
    ada = shop.customer(name="Ada", credit="100")
    order = shop.order(amount="40", customer=ada)["id"]
    shop.send("PATCH", f"/api/v1/forms/shop.customer/records/{ada}", {"values": {"name": "Ada L.", "credit": "50"}})
    shop.settle()
    found = shop.values("order", order)
    assert (found["who"], found["left"]) == ("Ada L.", "10.00")
    path = "/api/v1/forms/shop.order/records"
    by_name = json.dumps({"field": "who", "op": "contains", "value": "L."})
    assert [one["id"] for one in shop.send("GET", path, query_string={"filter": by_name}).json["records"]] == [order]
    shop.send("DELETE", f"/api/v1/forms/shop.customer/records/{ada}")
    shop.settle()
    assert shop.values("order", order)["who"] is None


def test_very_many_records_follow_by_one_job(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refreshing, "MOST", 2)
    runtime = shop.site.formloom.runtime
    begun: list[str] = []
    monkeypatch.setattr(runtime, "start_job", begun.append)
    ada, bob = shop.customer(name="Ada", credit="100"), shop.customer(name="Bob", credit="30")
    orders = [shop.order(amount="40", customer=ada)["id"] for _ in range(4)]
    other = shop.order(amount="1", customer=bob)["id"]
    shop.settle()
    shop.send("PATCH", f"/api/v1/forms/shop.customer/records/{ada}", {"values": {"name": "Ada L.", "credit": "50"}})
    shop.settle()
    shop.send("PATCH", f"/api/v1/forms/shop.customer/records/{ada}", {"values": {"name": "Ada K."}})
    shop.settle()
    assert len(begun) == 1, "the second change finds the job of the first, which still waits"
    assert shop.values("order", orders[0])["who"] == "Ada"
    house = House(runtime.db, runtime.files, runtime.catalog, runtime.clock)
    job_kinds.run(house, begun[0])
    assert {(one["who"], one["left"]) for one in (shop.values("order", order) for order in orders)} == {
        ("Ada K.", "10.00")
    }
    assert shop.values("order", other)["who"] == "Bob"


def test_records_that_link_here_are_counted_and_summed(shop: Shop) -> None:
    ada, bob = shop.customer(name="Ada"), shop.customer(name="Bob")
    shop.settle()
    first = shop.order(amount="40", paid=True, customer=ada)["id"]
    shop.order(amount="5.5", paid=True, customer=ada)
    shop.order(amount="7", customer=ada)
    shop.settle()
    found = shop.values("customer", ada)
    assert (found["orders"], found["spent"]) == ("3", "45.50")
    shop.ask("PATCH", f"/{first}", {"values": {"customer": bob}})
    shop.settle()
    assert (shop.values("customer", ada)["orders"], shop.values("customer", bob)["spent"]) == ("2", "40.00")


def test_who_may_not_see_the_other_forms_field_gets_nothing_of_it(shop: Shop) -> None:
    order = shop.order(amount="40", customer=shop.customer(name="Ada", credit="100"))["id"]
    seen = shop.values("order", order, who="clerk")
    assert seen["who"] == "Ada"
    assert "credit" not in seen and "most" not in seen
    path = "/api/v1/forms/shop.order/records"
    assert shop.send("GET", path, query_string={"sort": "credit"}, who="clerk").status_code == 422
    asked = json.dumps({"field": "credit", "op": "gt", "value": 1})
    assert shop.send("GET", path, query_string={"filter": asked}, who="clerk").status_code == 422


def test_what_can_not_be_gathered_is_not_published(shop: Shop) -> None:
    fields = [
        {"id": "customer", "type": "link", "form": "customer"},
        {"id": "a", "type": "lookup", "through": "customer", "field": "nothing"},
        {"id": "b", "type": "lookup", "through": "a", "field": "name"},
        {"id": "c", "type": "rollup", "through": "customer", "how": "sum", "field": "name"},
        {"id": "d", "type": "lookup", "through": "customer", "field": "spent"},
        {"id": "e", "type": "rollup", "form": "order", "by": "customer", "how": "count"},
        {"id": "f", "type": "link", "form": "nothing"},
    ]
    document = {"title": words("Bad"), "fields": [{"label": words(one["id"]), **one} for one in fields]}
    made = shop.site.make("/api/v1/apps/shop/definitions", {"kind": "form", "key": "bad", "document": document})["id"]
    answer = shop.send("POST", f"/api/v1/definitions/{made}/publish", {})
    found = {(one["field"].split("/")[1], one["code"]) for one in answer.json["errors"]}
    assert found == {
        ("1", "unknown_field"), ("2", "not_a_link"), ("3", "not_a_number"), ("4", "gathered_twice"),
        ("5", "links_elsewhere"), ("6", "unknown_form"),
    }  # fmt: skip


def test_a_new_record_takes_what_the_newest_match_says(shop: Shop) -> None:
    fields = [
        {"id": "code", "type": "text"},
        {
            "id": "name", "type": "text",
            "default_from": {
                "form": "customer", "take": "credit",
                "where": {"field": "name", "op": "eq", "value": {"ref": "my:code"}},
            },
        },
        {"id": "like", "type": "query", "form": "customer", "show": ["credit", "level"], "limit": 2,
         "filter": {"field": "name", "op": "eq", "value": {"ref": "my:code"}}},
    ]  # fmt: skip
    document = {"title": words("Call"), "fields": [{"label": words(str(one["id"])), **one} for one in fields]}
    shop.site.publish("shop", "form", "call", document)
    shop.customer(name="Ada", credit="1")
    newest = shop.customer(name="Ada", credit="2", level="a")
    path = "/api/v1/forms/shop.call"
    made = shop.send("POST", f"{path}/records", {"values": {"code": "Ada"}}).json
    assert made["values"] == {"code": "Ada", "name": "2.00"}
    assert shop.send("POST", f"{path}/records", {"values": {"code": "Ada", "name": "x"}}).json["values"]["name"] == "x"
    changed = shop.send("PATCH", f"{path}/records/{made['id']}", {"values": {"name": None}}).json
    assert changed["values"]["name"] is None, "a default is for new records"
    answer = shop.send("POST", f"{path}/defaults", {"values": {"code": "Ada"}}).json
    assert answer == {"values": {"name": "2.00"}}
    found = shop.send("POST", f"{path}/fields/like/matches", {"values": {"code": "Ada"}}).json
    assert [one["en"] for one in found["labels"]] == ["credit", "level"]
    assert found["records"][0] == {"id": newest, "title": "Ada", "texts": ["2.00", "Key"]}
    assert shop.send("POST", f"{path}/fields/like/matches", {"values": {}}).json["records"] == []
    assert shop.send("POST", f"{path}/fields/like/matches", {"values": {}}, who="clerk").status_code == 404


def test_a_form_that_others_show_can_not_be_deleted_and_names_them(shop: Shop) -> None:
    definition = shop.send("GET", "/api/v1/forms/shop.customer").json["id"]
    uses = shop.send("GET", f"/api/v1/definitions/{definition}/usages?field=credit").json["usages"]
    assert {(one["key"], one["path"]) for one in uses} >= {("order", "fields/6/field"), ("order", "fields/9/field")}
    assert shop.send("DELETE", f"/api/v1/definitions/{definition}").status_code == 409
