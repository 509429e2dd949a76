"""Records that link to records of another form: named, chosen, filled in from, limited to what the reader may see."""

from typing import Any

import pytest

from tests.security.conftest import Site
from tests.web.conftest import Desk, words
from tests.web.test_input_never_becomes_sql import statements

CUSTOMER = [
    {"id": "number", "type": "serial", "format": "C{000}"},
    {"id": "name", "type": "text", "required": True},
    {"id": "city", "type": "select", "options": [{"value": "hz", "label": {"zh-CN": "杭州", "en": "Hangzhou"}}]},
    {"id": "debt", "type": "number", "decimals": 2},
    {"id": "closed", "type": "boolean"},
]
ORDER = [
    {"id": "subject", "type": "text"},
    {"id": "place", "type": "text"},
    {"id": "debt", "type": "number", "decimals": 2},
    {"id": "region", "type": "select", "options": [{"value": "hz", "label": words("hz")}]},
    {
        "id": "customer", "type": "link", "form": "customer", "show": ["city", "debt"],
        "filter": {"any": [{"field": "closed", "op": "empty"}, {"field": "closed", "op": "eq", "value": False}]},
        "fill": [{"from": "city", "to": "place"}, {"from": "debt", "to": "debt"}],
    },
    {
        "id": "here", "type": "link", "form": "customer",
        "filter": {"field": "city", "op": "eq", "value": {"ref": "my:region"}},
    },
    {"id": "team", "type": "links", "form": "customer", "max_items": 3},
]  # fmt: skip


class Shop(Desk):
    """Orders of customers."""

    def customer(self, name: str, **values: Any) -> str:
        answer = self.send("POST", "/api/v1/forms/shop.customer/records", {"values": {"name": name, **values}})
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def choices(self, field: str, q: str = "", *, who: str = "admin", **values: Any) -> list[dict[str, Any]]:
        path = f"/api/v1/forms/shop.order/fields/{field}/choices"
        found: list[dict[str, Any]] = self.send("POST", path, {"q": q, "values": values}, who=who).json["choices"]
        return found

    def refusal(self, values: dict[str, Any], *, who: str = "admin") -> list[tuple[str, str]]:
        answer = self.ask("POST", json={"values": values}, who=who)
        return [(one["field"], one["code"]) for one in answer.json.get("errors", ())]


@pytest.fixture
def shop(site: Site) -> Shop:
    """Return two published forms, and a clerk who may not read customers."""
    site.make("/api/v1/apps", {"key": "shop", "title": words("Shop")})
    for key, fields in (("customer", CUSTOMER), ("order", ORDER)):
        entries = [{"label": words(one["id"]), **one} for one in fields]
        site.publish("shop", "form", key, {"title": words(key), "fields": entries, "title_field": entries[1]["id"]})
    member = site.person("clerk")
    acts = ["record.read", "record.create", "record.update"]
    grants = [{"form": "order", "acts": acts, "rows": "all"}]
    site.publish(
        "shop", "permission_group", "clerks",
        {"title": words("Clerks"), "members": {"users": [member.user_id]}, "grants": grants},
    )  # fmt: skip
    return Shop(site, "shop.order")


def test_a_link_is_an_id_with_a_name_beside_it(shop: Shop) -> None:
    ada = shop.customer("Ada")
    made = shop.ask("POST", json={"values": {"customer": ada, "team": [ada]}}).json
    assert made["values"]["customer"] == ada
    answer = shop.ask("GET").json
    assert answer["records"][0]["values"]["team"] == [ada]
    assert answer["linked"] == {ada: {"title": "Ada", "deleted": False}}
    assert shop.listed(filter=f'{{"field":"team","op":"contains","value":"{ada}"}}') != []
    shop.send("DELETE", f"/api/v1/forms/shop.customer/records/{ada}")
    assert shop.ask("GET").json["linked"] == {ada: {"title": "Ada", "deleted": True}}
    assert shop.refusal({"customer": ada}) == [("customer", "no_such_record")]
    kept = shop.ask("PATCH", f"/{made['id']}", {"values": {"customer": ada, "subject": "still his"}})
    assert kept.status_code == 200, "a link to what is gone meanwhile may stay"


def test_choosing_fills_in_what_was_not_said(shop: Shop) -> None:
    ada, bob = shop.customer("Ada", city="hz", debt="12.5"), shop.customer("Bob")
    (choice,) = shop.choices("customer", "ad")
    assert (choice["id"], choice["title"], choice["shown"]) == (ada, "Ada", ["Hangzhou", "12.50"])
    assert choice["fill"] == {"place": "Hangzhou", "debt": "12.50"}
    made = shop.ask("POST", json={"values": {"customer": ada, "place": "elsewhere"}}).json
    assert (made["values"]["place"], made["values"]["debt"]) == ("elsewhere", "12.50")
    changed = shop.ask("PATCH", f"/{made['id']}", {"values": {"customer": bob}}).json
    assert (changed["values"]["place"], changed["values"]["debt"]) == (None, None)
    again = shop.ask("PATCH", f"/{made['id']}", {"values": {"place": "his own"}}).json
    assert shop.ask("PATCH", f"/{made['id']}", {"values": {"customer": bob}}).json["values"] == again["values"]


def test_only_what_the_condition_allows_can_be_chosen(shop: Shop) -> None:
    near, far = shop.customer("Near", city="hz"), shop.customer("Far")
    gone = shop.customer("Gone", closed=True)
    assert {one["id"] for one in shop.choices("customer")} == {near, far}
    assert [one["id"] for one in shop.choices("here", region="hz")] == [near]
    assert shop.choices("here") == []
    assert shop.refusal({"customer": gone}) == [("customer", "not_choosable")]
    assert shop.refusal({"here": far, "region": "hz"}) == [("here", "not_choosable")]
    assert shop.refusal({"here": near, "region": "hz"}) == []


def test_who_may_not_read_the_other_form_learns_nothing_of_it(shop: Shop) -> None:
    ada = shop.customer("Ada")
    made = shop.add(customer=ada)
    answer = shop.ask("GET", who="clerk").json
    assert answer["records"][0]["values"]["customer"] == ada
    assert answer["linked"] == {}
    assert shop.choices("customer", who="clerk") == []
    assert shop.refusal({"customer": ada}, who="clerk") == [("customer", "no_such_record")]
    changed = shop.ask("PATCH", f"/{made['id']}", {"values": {"subject": "x", "customer": ada}}, who="clerk")
    assert changed.status_code == 200, "what stands there already may stay"


def test_groups_of_a_link_are_named(shop: Shop) -> None:
    ada = shop.customer("Ada")
    shop.add(customer=ada)
    body = {"group_by": [{"field": "customer"}], "measures": [{"op": "count"}]}
    answer = shop.send("POST", "/api/v1/forms/shop.order/aggregate", body).json
    assert answer["rows"] == [{"group": {"customer": ada}, "measures": [1]}]
    assert answer["linked"][ada]["title"] == "Ada"


def test_many_links_are_asked_for_at_once(shop: Shop) -> None:
    ids = [shop.customer(f"Customer {number}") for number in range(12)]
    many = [{"values": {"customer": one, "team": [one]}} for one in ids]
    shop.ask("POST", "/batch", {"records": many[:1]})  # what is remembered between requests is remembered
    with statements() as asked:
        assert {one["status"] for one in shop.ask("POST", "/batch", {"records": many}).json["results"]} == {201}
        shop.ask("GET")
    assert sum("form_shop_customer" in one for one in asked) <= 6, asked


def test_visitors_choose_by_what_is_named_and_nothing_else(shop: Shop) -> None:
    document = {"title": words("Visit"), "fields": [
        {"id": "who", "type": "link", "form": "customer", "label": words("Who"), "visitors": True, "show": ["city"],
         "filter": {"field": "closed", "op": "empty"}, "fill": [{"from": "name", "to": "secret"}]},
        {"id": "inner", "type": "link", "form": "customer", "label": words("Inner")},
        {"id": "secret", "type": "text", "label": words("Secret"), "public": False},
    ]}  # fmt: skip
    shop.site.publish("shop", "form", "visit", document)
    ada, shut = shop.customer("Ada", city="hz"), shop.customer("Shut", closed=True)
    token = shop.site.make("/api/v1/forms/shop.visit/links", {})["token"]
    page = shop.site.client().get(f"/f/{token}", headers={"Accept-Language": "en"}).text
    assert f'value="{ada}"' in page and "Hangzhou" in page
    assert "Ada" not in page and shut not in page and "Inner" not in page
    path = f"/f/{token}"
    assert shop.send("POST", path, {"values": {"who": shut}}, who="admin").status_code == 422
    assert shop.send("POST", path, {"values": {"inner": ada}}, who="admin").status_code == 422
    assert shop.send("POST", path, {"values": {"who": ada}}, who="admin").status_code == 201
    (made,) = shop.send("GET", "/api/v1/forms/shop.visit/records").json["records"]
    assert made["values"] == {"who": ada, "inner": None, "secret": "Ada"}
