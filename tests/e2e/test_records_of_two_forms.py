"""An order chooses its customer: what is known of him is filled in and shown, and he counts his orders."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.waiting import until

from .conftest import Installation
from .desk import Desk

pytestmark = pytest.mark.browser


def l10n(zh: str, en: str) -> dict[str, str]:
    return {"zh-CN": zh, "en": en}


CUSTOMER: dict[str, Any] = {"title": l10n("客户", "Customers"), "fields": [
    {"id": "name", "type": "text", "label": l10n("名称", "Name")},
    {"id": "phone", "type": "text", "label": l10n("电话", "Phone number")},
    {"id": "city", "type": "text", "label": l10n("城市", "City")},
]}  # fmt: skip
COUNTED = {"id": "orders", "type": "rollup", "label": l10n("订单数", "How many orders"), "form": "order", "by": "who",
           "how": "count", "decimals": 0}  # fmt: skip
ORDER: dict[str, Any] = {"title": l10n("订单", "Orders"), "fields": [
    {"id": "subject", "type": "text", "label": l10n("内容", "What is ordered")},
    {"id": "who", "type": "link", "form": "customer", "label": l10n("客户", "Customer"), "show": ["city"],
     "fill": [{"from": "phone", "to": "call"}]},
    {"id": "call", "type": "text", "label": l10n("联系电话", "Call")},
    {"id": "where", "type": "lookup", "through": "who", "field": "city", "result": "text", "label": l10n("城市", "Place")},
]}  # fmt: skip


def test_a_chosen_customer_fills_in_shows_and_counts(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    made = {
        key: desk.post("/apps/repairs/definitions", {"kind": "form", "key": key, "document": document})["id"]
        for key, document in (("customer", CUSTOMER), ("order", ORDER))
    }
    for one in made.values():
        desk.post(f"/definitions/{one}/publish", {})
    whole = {**CUSTOMER, "fields": [*CUSTOMER["fields"], COUNTED]}
    answer = desk.context.request.put(
        f"/api/v1/definitions/{made['customer']}/draft", data={"document": whole}, headers=desk.headers
    )
    assert answer.ok, answer.text()
    desk.post(f"/definitions/{made['customer']}/publish", {})
    for name, phone, city in (("Ada", "0571-1", "Hangzhou"), ("Bob", "0512-2", "Suzhou")):
        desk.post("/forms/repairs.customer/records", {"values": {"name": name, "phone": phone, "city": city}})

    page = desk.context.new_page()
    page.goto("/a/repairs/f/order")
    page.get_by_role("button", name="New", exact=True).first.click()
    page.locator("#new-subject input").fill("A loom")
    page.locator("#new-who").get_by_role("combobox").press_sequentially("Bob")
    page.get_by_role("option", name="Bob").click()
    expect(page.locator("#new-call input")).to_have_value("0512-2")
    page.get_by_role("button", name="Create", exact=False).last.click()
    expect(page.get_by_role("gridcell", name="Suzhou")).to_be_visible()

    def counts() -> dict[str, Any]:
        found = desk.context.request.get("/api/v1/forms/repairs.customer/records").json()["records"]
        return {one["values"]["name"]: one["values"]["orders"] for one in found}

    until(lambda: counts()["Bob"] not in {None, "0"}, counts)
    page.goto("/a/repairs/f/customer")
    row = page.get_by_role("row").filter(has_text="Bob")
    expect(row.get_by_role("gridcell", name="1", exact=True).last).to_have_attribute("data-column", "4")
