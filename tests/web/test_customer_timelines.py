"""Customers: recognised across forms, joined when they turn out to be one, seen as far as their records are."""

from typing import Any

import pytest

from formloom.platform.kernel.ids import new_id
from formloom.platform.storage.tables import customer_keys, customers, touchpoints
from tests.security.conftest import Site
from tests.web.conftest import field, words

CUSTOMER = {"name": "name", "email": "email", "phone": "phone"}
PERSON = [{"id": "name", "type": "text"}, {"id": "email", "type": "email"}, {"id": "phone", "type": "text"}]
STATUS = {"id": "status", "type": "select", "options": ["new", "done"]}


class Shop:
    """Two forms that identify their customer in the same way."""

    def __init__(self, site: Site) -> None:
        self.site = site
        site.make("/api/v1/apps", {"key": "shop", "title": words("Shop")})
        for key, more in (("order", {"status_field": "status"}), ("survey", {})):
            document = {
                "title": words(key), "customer": CUSTOMER, "fields": [field(one) for one in [*PERSON, STATUS]], **more,
            }  # fmt: skip
            site.publish("shop", "form", key, document)

    def add(self, form: str, who: str = "admin", **values: Any) -> str:
        answer = self.site.ask(who, "POST", f"/api/v1/forms/shop.{form}/records", {"values": values})
        assert answer.status_code == 201, answer.text
        return str(answer.json["id"])

    def customer_of(self, record: str) -> str | None:
        with self.site.db.read() as unit:
            return unit.conn.scalar(
                touchpoints.select()
                .with_only_columns(touchpoints.c.customer_id)
                .where(touchpoints.c.record_id == record)
            )

    def timeline(self, customer: str | None, who: str = "admin", status: int = 200, **query: Any) -> Any:
        answer = self.site.ask(who, "GET", f"/api/v1/customers/{customer}/touchpoints", query_string=query)
        assert answer.status_code == status, answer.text
        return answer.json

    def records(self, customer: str | None, who: str = "admin") -> list[str]:
        return [one["record"]["id"] for one in self.timeline(customer, who)["touchpoints"]]


@pytest.fixture
def shop(site: Site) -> Shop:
    return Shop(site)


def test_one_person_is_one_customer_across_forms_whatever_the_spelling(shop: Shop) -> None:
    first = shop.add("order", name="Mei", email="mei@example.com")
    second = shop.add("survey", email="MEI@example.com")
    assert shop.customer_of(first) == shop.customer_of(second)
    seen = shop.timeline(shop.customer_of(first))
    assert [one["record"]["id"] for one in seen["touchpoints"]] == [second, first]
    assert [one["record"]["form"] for one in seen["touchpoints"]] == ["survey", "order"]
    assert seen["customer"]["name"] == "Mei"
    assert seen["customer"]["keys"] == [{"kind": "email", "value": "mei@example.com"}]


def test_a_missing_name_is_filled_in_later_and_a_known_one_stays(shop: Shop) -> None:
    customer = shop.customer_of(shop.add("order", email="mei@example.com"))
    shop.add("order", email="mei@example.com")
    shop.add("order", name="Mei", email="mei@example.com")
    shop.add("order", name="Somebody", email="mei@example.com")
    assert shop.timeline(customer)["customer"]["name"] == "Mei"


def test_a_record_that_names_nobody_is_no_touchpoint(shop: Shop) -> None:
    assert shop.customer_of(shop.add("order", name="Somebody")) is None


def test_a_submission_with_the_keys_of_two_customers_joins_them(shop: Shop) -> None:
    by_mail = shop.add("order", email="mei@example.com")
    by_phone = shop.add("order", phone="13900001111")
    old = shop.customer_of(by_phone)
    assert shop.customer_of(by_mail) != old
    both = shop.add("survey", email="mei@example.com", phone="13900001111")
    assert shop.customer_of(by_mail) == shop.customer_of(by_phone) == shop.customer_of(both)
    assert shop.records(old) == [both, by_phone, by_mail]  # the old id still leads there


def test_a_change_of_the_status_is_a_touchpoint_and_other_changes_are_none(shop: Shop) -> None:
    record = shop.add("order", email="mei@example.com", status="new")
    path = f"/api/v1/forms/shop.order/records/{record}"
    shop.site.ask("admin", "PATCH", path, {"values": {"name": "Mei"}})
    shop.site.ask("admin", "PATCH", path, {"values": {"status": "done"}})
    seen = shop.timeline(shop.customer_of(record))["touchpoints"]
    assert [(one["kind"], (one["data"] or {}).get("status")) for one in seen] == [
        ("status_changed", "done"),
        ("record_created", None),
    ]


def test_a_refused_record_leaves_no_trace_of_a_customer(shop: Shop) -> None:
    answer = shop.site.ask(
        "admin", "POST", "/api/v1/forms/shop.order/records", {"values": {"email": "x@example.com", "status": "?"}}
    )
    assert answer.status_code == 422
    with shop.site.db.read() as unit:
        assert unit.conn.execute(customers.select()).all() == []
        assert unit.conn.execute(customer_keys.select()).all() == []


def test_a_batch_recognises_the_same_new_customer_in_every_row(shop: Shop) -> None:
    rows = {
        "records": [{"values": {"email": "new@example.com"}}, {"values": {"email": "new@example.com", "name": "Lin"}}]
    }
    results = shop.site.ask("admin", "POST", "/api/v1/forms/shop.order/records/batch", rows).json["results"]
    assert len({shop.customer_of(result["id"]) for result in results}) == 1
    assert shop.timeline(shop.customer_of(results[0]["id"]))["customer"]["name"] == "Lin"


def _group(shop: Shop, name: str, *grants: dict[str, Any]) -> None:
    member = shop.site.person(name)
    document = {"title": words(name), "members": {"users": [member.user_id]}, "grants": list(grants)}
    shop.site.publish("shop", "permission_group", name, document)


def test_a_timeline_shows_what_the_records_would_show(shop: Shop) -> None:
    rights = ["record.read", "record.create"]
    _group(
        shop,
        "seller",
        {"form": "order", "acts": rights, "rows": "all", "fields": {"status": "hidden", "email": "hidden"}},
    )
    _group(shop, "owner", {"form": "survey", "acts": rights, "rows": "own"})
    shop.site.person("outsider")
    order = shop.add("order", name="Mei", email="mei@example.com", status="new")
    shop.site.ask("admin", "PATCH", f"/api/v1/forms/shop.order/records/{order}", {"values": {"status": "done"}})
    foreign, own = shop.add("survey", email="mei@example.com"), shop.add("survey", "owner", email="mei@example.com")
    customer = shop.customer_of(order)
    assert shop.records(customer) == [own, foreign, order, order]
    assert shop.records(customer, "owner") == [own]
    assert shop.records(customer, "seller") == [order, order]
    seen = shop.timeline(customer, "seller")
    assert seen["customer"] == {"id": customer, "name": "Mei", "keys": []}
    assert all("status" not in (one["data"] or {}) for one in seen["touchpoints"])
    shop.timeline(customer, "outsider", status=404)
    shop.timeline(new_id(), status=404)
    shop.timeline("x", status=404)


def test_a_timeline_is_read_page_by_page(shop: Shop) -> None:
    made = [shop.add("order", email="mei@example.com") for _ in range(7)]
    seen, cursor = [], None
    while True:
        page = shop.timeline(shop.customer_of(made[0]), limit=3, **({"cursor": cursor} if cursor else {}))
        seen += [one["record"]["id"] for one in page["touchpoints"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == list(reversed(made))


def test_two_customers_are_joined_by_hand_and_by_administrators_alone(shop: Shop) -> None:
    one, other = shop.add("order", name="Mei", email="a@example.com"), shop.add("order", email="b@example.com")
    source, target = shop.customer_of(one), shop.customer_of(other)
    shop.site.person("somebody")
    path = f"/api/v1/customers/{source}/merge"
    assert shop.site.ask("somebody", "POST", path, {"into": target}).status_code == 403
    assert shop.site.ask("admin", "POST", path, {"into": target}).json == {"id": target}
    assert shop.records(source) == shop.records(target) == [other, one]
    assert shop.timeline(source)["customer"]["name"] == "Mei"
    assert shop.customer_of(shop.add("order", email="a@example.com")) == target
    assert shop.site.ask("admin", "POST", path, {"into": target}).status_code == 422
    assert shop.site.ask("admin", "POST", path, {"into": source}).status_code == 422
    assert shop.site.ask("admin", "POST", path, {"into": new_id()}).status_code == 404
