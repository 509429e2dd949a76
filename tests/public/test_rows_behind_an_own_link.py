"""A respondent changes rows of his record by his own link: they stay the rows they were, and only his own."""

import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from .conftest import HTML, House, Publish, l10n, upload

COLUMNS: list[dict[str, Any]] = [
    {"id": "product", "type": "text", "label": l10n("Product", "产品"), "required": True},
    {"id": "price", "type": "number", "label": l10n("Price", "单价"), "max": 100},
    {"id": "paper", "type": "file", "label": l10n("Paper", "附件")},
    {"id": "double", "type": "formula", "label": l10n("Double", "两倍"), "formula": "price*2"},
]
FIELDS = [
    {"id": "name", "type": "text", "label": l10n("Name", "名称")},
    {"id": "items", "type": "subform", "label": l10n("Items", "明细"), "columns": COLUMNS, "totals": {"double": "sum"}},
]
_URL = re.compile(r'id="own-address" readonly value="([^"]+)"')


@pytest.fixture
def order(form: Publish) -> House:
    return form(
        *FIELDS, settings={"own_link": {"see": ["items"], "edit": {"fields": ["items"]}}, "rate_per_hour": 1000}
    )


def sent(house: House, **answers: Any) -> str:
    answer = house.send(
        {"name": "a", "items.0.product": "Loom", "items.0.price": "3", "items.1.product": "Reed", **answers}
    )
    page = house.browser.get(answer.headers["Location"], headers=HTML)
    return _URL.search(page.text)[1].removeprefix("http://127.0.0.1:8000")


def edited(house: House, path: str) -> TestResponse:
    return house.browser.get(f"{path}/edit", headers=HTML)


def rows(house: House, at: int = 0) -> list[dict[str, Any]]:
    record = house.made("GET", f"/forms/{house.form_id}/records/{house.records()[at]['id']}")
    return list(record["values"]["items"])


def test_rows_that_are_changed_stay_the_same_rows(order: House) -> None:
    path = sent(order)
    before = rows(order)
    page = edited(order, path)
    assert dict(order.inputs(page).values)["items.1.id"] == before[1]["id"]
    assert order.post(order.inputs(page), {"items.0.price": "4"}).status_code == 303
    after = rows(order)
    assert [one["id"] for one in after] == [one["id"] for one in before]
    assert [(one["price"], one["double"]) for one in after] == [("4.00", "8.00"), (None, "0.00")]


def test_rows_are_added_and_taken_away_without_a_script(order: House) -> None:
    path = sent(order)
    before = rows(order)
    page = edited(order, path)
    more = order.post(order.inputs(page), {"_rows": "items+"})
    assert rows(order) == before
    less = order.post(order.inputs(more), {"items.2.product": "Beam", "_rows": "items-0"})
    assert order.post(order.inputs(less), {}).status_code == 303
    after = rows(order)
    assert [one["product"] for one in after] == ["Reed", "Beam"]
    assert after[0]["id"] == before[1]["id"]
    assert after[1]["id"] not in {one["id"] for one in before}


def test_what_does_not_fit_is_told_and_the_rows_stay_the_same(order: House) -> None:
    path = sent(order)
    before = rows(order)
    page = order.post(order.inputs(edited(order, path)), {"items.0.price": "101"})
    assert page.status_code == 422
    assert order.post(order.inputs(page), {"items.0.price": "5"}).status_code == 303
    assert [one["id"] for one in rows(order)] == [one["id"] for one in before]


def test_a_row_of_another_record_can_not_be_named(order: House) -> None:
    sent(order)
    other = rows(order)
    path = sent(order, **{"items.0.product": "Mine"})
    page = edited(order, path)
    assert order.post(order.inputs(page), {"items.0.id": other[0]["id"]}).status_code == 303
    records = {one["id"]: one for one in order.records()}
    assert len(records) == 2
    found = [order.made("GET", f"/forms/{order.form_id}/records/{one}")["values"]["items"] for one in records]
    ids = [row["id"] for items in found for row in items]
    assert len(set(ids)) == 4
    assert other in found


def test_one_row_named_twice_is_one_row_and_a_new_one(order: House) -> None:
    path = sent(order)
    before = rows(order)
    page = edited(order, path)
    assert order.post(order.inputs(page), {"items.1.id": before[0]["id"]}).status_code == 303
    after = rows(order)
    assert after[0]["id"] == before[0]["id"]
    assert after[1]["id"] not in {one["id"] for one in before}


def test_files_in_rows_stay_and_new_ones_arrive(order: House) -> None:
    path = sent(order, **{"items.0.paper": [upload(b"first", "a.txt")]})
    page = edited(order, path)
    assert order.post(order.inputs(page), {"items.1.paper": [upload(b"second", "b.txt")]}).status_code == 303
    assert [[one["name"] for one in row["paper"] or ()] for row in rows(order)] == [["a.txt"], ["b.txt"]]
