"""The rows of an order in real Chromium: keys, a table pasted, what is undone, a phone, and the public page."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from .conftest import Installation
from .desk import Desk

pytestmark = pytest.mark.browser
PUT = "text => { const data = new DataTransfer(); data.setData('text/plain', text); document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })) }"
TAKE = "() => { const data = new DataTransfer(); document.activeElement.dispatchEvent(new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true })); return data.getData('text/plain') }"


def l10n(zh: str, en: str) -> dict[str, str]:
    return {"zh-CN": zh, "en": en}


PRODUCT = {"title": l10n("产品", "Product"), "fields": [
    {"id": "name", "type": "text", "label": l10n("名称", "Name")},
    {"id": "price", "type": "number", "decimals": 2, "label": l10n("单价", "Price")},
]}  # fmt: skip
ORDER = {"title": l10n("订单", "Order"), "fields": [
    {"id": "customer", "type": "text", "label": l10n("客户", "Customer")},
    {"id": "items", "type": "subform", "label": l10n("明细", "Items"), "totals": {"amount": "sum"}, "columns": [
        {"id": "product", "type": "link", "form": "product", "label": l10n("产品", "Product"), "visitors": True,
         "show": ["name", "price"], "fill": [{"from": "price", "to": "price"}]},
        {"id": "price", "type": "number", "decimals": 2, "label": l10n("单价", "Price")},
        {"id": "pieces", "type": "number", "decimals": 0, "label": l10n("数量", "Pieces"), "default": 1},
        {"id": "amount", "type": "formula", "label": l10n("金额", "Amount"), "formula": "price*pieces"},
    ]},
]}  # fmt: skip


@pytest.fixture
def shop(installation: Installation, browser: Browser, tmp_path: Path) -> Desk:
    """Return a desk with orders of products, of which there is a lamp."""
    desk = Desk(installation, browser, tmp_path / "log")
    for key, document in (("product", PRODUCT), ("order", ORDER)):
        made = desk.post("/apps/repairs/definitions", {"kind": "form", "key": key, "document": document})
        desk.post(f"/definitions/{made['id']}/publish", {})
    desk.post("/forms/repairs.product/records", {"values": {"name": "Lamp", "price": "12.5"}})
    return desk


def stored(desk: Desk) -> list[list[Any]]:
    records = desk.context.request.get("/api/v1/forms/repairs.order/records").json()["records"]
    record = desk.context.request.get(f"/api/v1/forms/repairs.order/records/{records[0]['id']}").json()
    return [[row["price"], int(row["pieces"]), row["amount"]] for row in record["values"]["items"]]


def cell(page: Page, row: int, column: int) -> Locator:
    return page.locator(f'.rows-editor [data-row="{row}"][data-column="{column}"]')


def amounts(page: Page) -> list[str]:
    return [one.inner_text() for one in page.locator('.rows-editor [data-column="3"]').all()]


def test_rows_are_edited_as_in_a_spreadsheet(shop: Desk) -> None:
    page = shop.context.new_page()
    page.goto("/a/repairs/f/order?new=1")
    cell(page, 0, 0).click()
    cell(page, 0, 0).click()
    page.keyboard.type("lamp")
    page.get_by_role("option", name="Lamp").click()
    expect(cell(page, 0, 1)).to_have_text("12.50")
    cell(page, 0, 2).click()
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    expect(page.locator(".rows-editor .body > .line")).to_have_count(2)
    cell(page, 1, 1).click()
    page.evaluate(PUT, "1.5\t2\n2.5\t4\n3\t5")
    expect(page.locator(".rows-editor .body > .line")).to_have_count(4)
    assert amounts(page) == ["37.50", "3.00", "10.00", "15.00"]

    cell(page, 2, 1).click()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    assert page.evaluate(TAKE) == "2.50\t4\n3.00\t5"
    page.keyboard.press("Delete")
    expect(cell(page, 3, 1)).to_have_text("")
    page.keyboard.press("Control+z")
    expect(cell(page, 3, 1)).to_have_text("3.00")

    cell(page, 1, 2).click()
    page.keyboard.press("Control+d")
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator('.rows-editor [data-column="3"]')).to_have_text(["37.50", "3.00", "10.00", "3.00", "15.00"])
    page.keyboard.press("Control+Delete")
    page.locator(".rows-editor .body .no").first.drag_to(cell(page, 2, 1))
    expect(page.locator('.rows-editor [data-column="3"]')).to_have_text(["3.00", "10.00", "37.50", "15.00"])
    page.get_by_role("button", name="Create", exact=False).last.click()
    expect(page.locator(".rows-editor")).to_have_count(0)
    assert stored(shop) == [["1.50", 2, "3.00"], ["2.50", 4, "10.00"], ["12.50", 3, "37.50"], ["3.00", 5, "15.00"]]


def test_on_a_phone_a_row_is_a_card(shop: Desk) -> None:
    page = shop.context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/a/repairs/f/order?new=1")
    card = page.locator(".rows-editor li").first
    card.get_by_label("Pieces").fill("4")
    card.get_by_label("Price").fill("2")
    expect(card.locator("output")).to_have_text("8.00")
    page.get_by_role("button", name="Add a row").click()
    expect(page.locator(".rows-editor li")).to_have_count(2)
    page.get_by_role("button", name="Move row 2 up").click()
    page.get_by_role("button", name="Delete row 1").click()
    page.get_by_role("button", name="Undo").first.click()
    expect(page.locator(".rows-editor li")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no_script"])
def test_a_visitor_fills_in_rows(shop: Desk, browser: Browser, has_script: bool) -> None:
    link = shop.post("/forms/repairs.order/links", {})["url"]
    page = browser.new_context(
        locale="en", viewport={"width": 390, "height": 844}, java_script_enabled=has_script
    ).new_page()
    page.goto(link)
    page.locator('[name="items.0.product"]').select_option(label="Lamp · 12.50")
    page.locator('[name="items.0.pieces"]').fill("2")
    page.get_by_role("button", name="Add a row").click()
    expect(page.locator('[name="items.1.pieces"]')).to_be_visible()
    page.locator('[name="items.1.price"]').fill("3")
    page.locator('[name="items.1.pieces"]').fill("5")
    if has_script:
        expect(page.locator('[data-total="amount"]')).to_have_text("15")
    page.wait_for_timeout(3_000)
    page.locator("form button[type=submit]:not([name])").last.click()
    expect(page.locator("h1")).to_contain_text("We have it")
    assert stored(shop) == [["12.50", 2, "25.00"], ["3.00", 5, "15.00"]]
