"""Fill rules into sub-forms: a chosen record brings the rows of its own, several chosen ones a row each."""

from typing import Any

import pytest

from formloom.platform.definitions.kinds.form_uses import uses_in
from tests.security.conftest import Site
from tests.web.conftest import Desk, words
from tests.web.test_input_never_becomes_sql import statements

PRODUCT: list[dict[str, Any]] = [
    {"id": "name", "type": "text"},
    {"id": "price", "type": "number", "decimals": 2},
]
PACKAGE: list[dict[str, Any]] = [
    {"id": "name", "type": "text"},
    {
        "id": "items", "type": "subform", "columns": [
            {"id": "product", "type": "link", "form": "product"},
            {"id": "price", "type": "number", "decimals": 2},
            {"id": "note", "type": "text"},
        ],
    },
]  # fmt: skip
LINES: dict[str, Any] = {
    "id": "lines", "type": "subform", "max_rows": 4, "columns": [
        {"id": "product", "type": "link", "form": "product", "fill": [{"from": "price", "to": "price"}]},
        {"id": "called", "type": "text"},
        {"id": "price", "type": "number", "decimals": 2},
        {"id": "pieces", "type": "number", "decimals": 0, "default": 1},
        {"id": "amount", "type": "formula", "formula": "price*pieces"},
    ],
}  # fmt: skip
FROM_PACKAGE: dict[str, Any] = {"from": "items", "to": "lines", "columns": [
    {"from": "product", "to": "product"}, {"from": "product", "to": "called"}, {"from": "price", "to": "price"},
]}  # fmt: skip
FROM_PRODUCTS: dict[str, Any] = {"to": "lines", "columns": [
    {"from": "id", "to": "product"}, {"from": "name", "to": "called"},
]}  # fmt: skip
ORDER: list[dict[str, Any]] = [
    {"id": "subject", "type": "text"},
    {"id": "package", "type": "link", "form": "package", "fill": [{"from": "name", "to": "subject"}, FROM_PACKAGE]},
    {"id": "products", "type": "links", "form": "product", "fill": [FROM_PRODUCTS]},
    LINES,
    {"id": "total", "type": "formula", "formula": "SUM(lines.amount)"},
]


def labelled(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return fields with labels, their columns too."""
    return [
        {"label": words(str(one["id"])), **one, **({"columns": labelled(one["columns"])} if "columns" in one else {})}
        for one in fields
    ]


class Shop(Desk):
    """Orders of packages and products."""

    def make(self, form: str, **values: Any) -> str:
        answer = self.send("POST", f"/api/v1/forms/shop.{form}/records", {"values": values})
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def order(self, *, who: str = "admin", **values: Any) -> Any:
        answer = self.ask("POST", json={"values": values}, who=who)
        assert answer.status_code == 201, answer.text
        return answer.json

    def change(self, record: Any, **values: Any) -> Any:
        answer = self.ask("PATCH", f"/{record['id']}", {"values": values})
        assert answer.status_code == 200, answer.text
        return answer.json

    def refusal(self, **values: Any) -> list[tuple[str, str]]:
        answer = self.ask("POST", json={"values": values})
        return [(one["field"], one["code"]) for one in answer.json.get("errors", ())]

    def findings(self, fields: list[dict[str, Any]]) -> set[tuple[str, str]]:
        form = self.send("GET", "/api/v1/forms/shop.order").json["id"]
        document = {"title": words("o"), "fields": labelled(fields)}
        answer = self.send("PUT", f"/api/v1/definitions/{form}/draft", {"document": document})
        return {(one["code"], one["field"]) for one in answer.json["findings"] if one["severity"] == "error"}


@pytest.fixture
def shop(site: Site) -> Shop:
    site.make("/api/v1/apps", {"key": "shop", "title": words("Shop")})
    for key, fields in (("product", PRODUCT), ("package", PACKAGE), ("order", ORDER)):
        site.publish("shop", "form", key, {"title": words(key), "fields": labelled(fields)})
    return Shop(site, "shop.order")


def rows(record: Any, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in record["values"]["lines"] or ()]


def asked(statements: list[str]) -> int:
    return sum(one.startswith("SELECT") for one in statements)


def test_a_chosen_record_brings_its_rows(shop: Shop) -> None:
    lamp, chair = shop.make("product", name="Lamp", price=9), shop.make("product", name="Chair", price=80)
    items = [{"product": lamp, "price": "5"}, {"product": chair}]
    made = shop.order(package=shop.make("package", name="Desk", items=items))
    assert rows(made, "product", "called", "price", "pieces", "amount") == [
        (lamp, "Lamp", "5.00", "1", "5.00"), (chair, "Chair", "80.00", "1", "80.00"),
    ]  # fmt: skip
    assert (made["values"]["subject"], made["values"]["total"]) == ("Desk", "85.00")
    read = shop.ask("GET", f"/{made['id']}").json
    assert rows(read, "called", "amount") == [("Lamp", "5.00"), ("Chair", "80.00")], "the rows are stored"


def test_another_record_replaces_the_rows_and_rows_that_are_sent_stay(shop: Shop) -> None:
    one = shop.make("package", name="One", items=[{"price": "1"}, {"price": "2"}])
    two = shop.make("package", name="Two", items=[{"price": "3"}])
    made = shop.order(package=one)
    assert rows(made, "price") == [("1.00",), ("2.00",)]
    assert rows(shop.change(made, subject="his own"), "price") == [("1.00",), ("2.00",)]
    assert rows(shop.change(made, package=two), "price") == [("3.00",)]
    typed = shop.change(made, package=one, lines=[{"price": "7"}])
    assert rows(typed, "price") == [("7.00",)]
    assert rows(shop.change(made, package=one), "price") == [("7.00",)], "the same record is not chosen anew"
    assert rows(shop.change(made, package=None), "price") == [("7.00",)]


def test_each_of_several_chosen_records_adds_a_row(shop: Shop) -> None:
    lamp, chair = shop.make("product", name="Lamp", price=9), shop.make("product", name="Chair")
    made = shop.order(products=[lamp])
    assert rows(made, "product", "called", "price") == [(lamp, "Lamp", "9.00")]
    first = made["values"]["lines"][0]["id"]
    shop.change(made, lines=[{"id": first, "pieces": 3}, {"called": "typed"}])
    changed = shop.change(made, products=[lamp, chair])
    assert rows(changed, "called", "pieces") == [("Lamp", "3"), ("typed", "1"), ("Chair", "1")]
    assert changed["values"]["lines"][0]["id"] == first
    assert len(rows(shop.change(made, products=[chair]), "called")) == 3, "a row stays when its record is let go"


def test_more_rows_than_there_may_be_are_refused_at_the_link(shop: Shop) -> None:
    big = shop.make("package", name="Big", items=[{"price": n} for n in range(5)])
    assert shop.refusal(package=big) == [("package", "too_many_rows")]
    assert shop.refusal(package=big, lines=[{"price": "1"}]) == []
    ids = [shop.make("product", name=f"P{n}") for n in range(5)]
    assert shop.refusal(products=ids) == [("products", "too_many_rows")]
    assert shop.refusal(products=ids[:4]) == []


def test_nothing_is_brought_out_of_a_record_that_the_actor_may_not_read(shop: Shop) -> None:
    member = shop.site.person("clerk")
    acts = ["record.read", "record.create"]
    grants = [
        {"form": "order", "acts": acts, "rows": "all"}, {"form": "package", "acts": acts, "rows": "own"},
    ]  # fmt: skip
    group = {"title": words("Clerks"), "members": {"users": [member.user_id]}, "grants": grants}
    shop.site.publish("shop", "permission_group", "clerks", group)
    items = [{"price": "4"}]
    shut = shop.make("package", name="b", items=items)
    own = {"values": {"name": "a", "items": items}}
    seen = shop.send("POST", "/api/v1/forms/shop.package/records", own, who="clerk").json["id"]
    assert rows(shop.order(package=seen, who="clerk"), "price") == [("4.00",)]
    answer = shop.ask("POST", json={"values": {"package": shut}}, who="clerk")
    assert [(one["field"], one["code"]) for one in answer.json["errors"]] == [("package", "no_such_record")]
    path = "/api/v1/forms/shop.order/fields/package/choices"
    found = shop.send("POST", path, {"ids": [seen, shut]}, who="clerk").json["choices"]
    assert [one["id"] for one in found] == [seen]


def test_choices_that_are_asked_for_by_id_tell_the_rows_that_they_bring(shop: Shop) -> None:
    lamp = shop.make("product", name="Lamp", price=9)
    package = shop.make("package", name="Desk", items=[{"product": lamp, "price": "5"}])
    path = "/api/v1/forms/shop.order/fields"
    (listed,) = shop.send("POST", f"{path}/package/choices", {}).json["choices"]
    assert listed["fill"] == {"subject": "Desk"}
    answer = shop.send("POST", f"{path}/package/choices", {"ids": [package]}).json
    assert answer["linked"] == {lamp: {"title": "Lamp", "deleted": False}}
    (chosen,) = answer["choices"]
    assert chosen["fill"] == {
        "subject": "Desk", "lines": [{"product": lamp, "called": "Lamp", "price": "5.00"}],
    }  # fmt: skip
    (chosen,) = shop.send("POST", f"{path}/products/choices", {"ids": [lamp]}).json["choices"]
    assert chosen["fill"] == {"lines": [{"product": lamp, "called": "Lamp"}]}


def test_many_rows_and_records_cost_no_more_questions_than_one(shop: Shop) -> None:
    ids = [shop.make("product", name=f"P{n}", price=n) for n in range(4)]
    small = shop.make("package", name="s", items=[{"product": ids[0]}])
    large = [shop.make("package", name="l", items=[{"product": one} for one in ids]) for _ in range(2)]
    with statements() as one:
        shop.order(package=small)
    with statements() as many:
        shop.order(package=large[0])
    assert asked(many) <= asked(one)
    with statements() as alone:
        shop.ask("POST", "/batch", {"records": [{"values": {"products": [ids[0]]}}]})
    with statements() as together:
        answer = shop.ask("POST", "/batch", {"records": [{"values": {"products": ids}} for _ in range(5)]})
    assert answer.status_code < 300, answer.text
    assert asked(together) <= asked(alone)


def test_a_visitor_s_choice_brings_rows_for_members_and_only_what_is_named_where_he_sees_them(shop: Shop) -> None:
    package = shop.make("package", name="Desk", items=[{"price": "5"}])
    link = {"id": "package", "type": "link", "form": "package", "visitors": True, "show": ["name"],
            "fill": [{**FROM_PACKAGE, "columns": [{"from": "price", "to": "price"}]}]}  # fmt: skip
    for key, lines, found in (("inner", {**LINES, "public": False}, [("5.00",)]), ("outer", LINES, [])):
        shop.site.publish("shop", "form", key, {"title": words(key), "fields": labelled([link, lines])})
        token = shop.site.make(f"/api/v1/forms/shop.{key}/links", {})["token"]
        answer = shop.send("POST", f"/f/{token}", {"values": {"package": package}})
        assert answer.status_code == 201, answer.text
        (made,) = shop.send("GET", f"/api/v1/forms/shop.{key}/records").json["records"]
        stored = shop.send("GET", f"/api/v1/forms/shop.{key}/records/{made['id']}").json
        assert rows(stored, "price") == found


def test_a_rule_that_can_t_make_rows_is_told_before_publication(shop: Shop) -> None:
    def told(rule: dict[str, Any], kind: str = "package", **lines: Any) -> set[tuple[str, str]]:
        fields = [{**one, "fill": [rule]} if one["id"] == kind else one for one in ORDER]
        return shop.findings([{**one, **lines} if one["id"] == "lines" else one for one in fields])

    price = [{"from": "price", "to": "price"}]
    at = "fields/1/fill/0"
    assert told(FROM_PACKAGE) == set()
    assert told({**FROM_PACKAGE, "from": "name"}) == {("no_subform", f"{at}/from")}
    assert told({**FROM_PACKAGE, "to": "subject"}) == {("no_subform", f"{at}/to")}
    assert told({**FROM_PACKAGE, "from": "nothing"}) == {("unknown_field", f"{at}/from")}
    assert told(FROM_PACKAGE, can_add=False) >= {("rows_are_fixed", f"{at}/to")}
    assert told({**FROM_PACKAGE, "columns": []}) == {("no_columns", at)}
    assert told({"to": "lines", "columns": []}, "products") == {("no_columns", "fields/2/fill/0")}
    columns = [{"from": "note", "to": "price"}, {"from": "price", "to": "amount"}, {"from": "gone", "to": "called"}]
    assert told({**FROM_PACKAGE, "columns": columns}) == {
        ("kinds_differ", f"{at}/columns/0"), ("read_only_field", f"{at}/columns/1/to"),
        ("unknown_field", f"{at}/columns/2/from"),
    }  # fmt: skip
    assert told({"to": "lines", "columns": price}, "products") == set()
    itself = {"to": "lines", "columns": [{"from": "id", "to": "product"}]}
    fields = [{**one, "form": "package", "fill": [itself]} if one["id"] == "products" else one for one in ORDER]
    assert shop.findings(fields) == {("kinds_differ", "fields/2/fill/0/columns/0")}
    assert told({"to": "subject", "columns": price}, "products") == {("no_subform", "fields/2/fill/0/to")}


def test_a_form_whose_rows_are_copied_knows_where(shop: Shop) -> None:
    package = shop.send("GET", "/api/v1/forms/shop.package").json["id"]
    answer = shop.send("GET", f"/api/v1/definitions/{package}/usages")
    assert answer.status_code == 200, answer.text
    assert {one["field"] for one in answer.json["usages"]} >= {"items", "items.price"}
    found = [(one.path, one.field) for one in uses_in({"fields": labelled(ORDER)})]
    assert {("fields/1", "subject"), ("fields/1", "lines"), ("fields/2", "lines")} <= set(found)
