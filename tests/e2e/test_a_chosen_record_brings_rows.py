"""An order chooses a package: its lines are there at once, are replaced by another one's, and can be put back."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.waiting import until

from .conftest import Installation
from .desk import Desk

pytestmark = pytest.mark.browser


def l10n(zh: str, en: str) -> dict[str, str]:
    return {"zh-CN": zh, "en": en}


PRODUCT: dict[str, Any] = {"title": l10n("产品", "Product"), "fields": [
    {"id": "name", "type": "text", "label": l10n("名称", "Name")},
    {"id": "price", "type": "number", "decimals": 2, "label": l10n("单价", "Price")},
]}  # fmt: skip
ITEMS = {"id": "items", "type": "subform", "label": l10n("包含", "Contents"), "columns": [
    {"id": "what", "type": "text", "label": l10n("内容", "What")},
    {"id": "price", "type": "number", "decimals": 2, "label": l10n("单价", "Price")},
    {"id": "product", "type": "link", "form": "product", "label": l10n("产品", "Product")},
]}  # fmt: skip
PACKAGE: dict[str, Any] = {"title": l10n("套餐", "Package"), "fields": [PRODUCT["fields"][0], ITEMS]}
ORDER: dict[str, Any] = {"title": l10n("订单", "Order"), "fields": [
    {"id": "package", "type": "link", "form": "package", "label": l10n("套餐", "Package"), "fill": [
        {"from": "items", "to": "lines", "columns": [
            {"from": "what", "to": "called"}, {"from": "price", "to": "price"}, {"from": "product", "to": "which"},
        ]},
    ]},
    {"id": "products", "type": "links", "form": "product", "label": l10n("单品", "Single products"), "fill": [
        {"to": "lines", "columns": [{"from": "name", "to": "called"}, {"from": "price", "to": "price"}]},
    ]},
    {"id": "lines", "type": "subform", "label": l10n("明细", "Lines"), "columns": [
        {"id": "called", "type": "text", "label": l10n("品名", "Called")},
        {"id": "price", "type": "number", "decimals": 2, "label": l10n("单价", "Price")},
        {"id": "pieces", "type": "number", "decimals": 0, "label": l10n("数量", "Pieces"), "default": 1},
        {"id": "amount", "type": "formula", "label": l10n("金额", "Amount"), "formula": "price*pieces"},
        {"id": "which", "type": "link", "form": "product", "label": l10n("对应产品", "Which product")},
    ]},
]}  # fmt: skip


def forms(desk: Desk) -> dict[str, str]:
    """Publish the three forms with two packages and a product; return their ids."""
    made = {}
    for key, document in (("product", PRODUCT), ("package", PACKAGE), ("order", ORDER)):
        found = desk.post("/apps/repairs/definitions", {"kind": "form", "key": key, "document": document})
        desk.post(f"/definitions/{found['id']}/publish", {})
        made[key] = found["id"]
    clock = desk.post("/forms/repairs.product/records", {"values": {"name": "Clock", "price": 7}})["id"]
    bulb = desk.post("/forms/repairs.product/records", {"values": {"name": "Bulb", "price": 2}})["id"]
    for name, items in (("Desk", [("Table", 90, clock), ("Chair", "40.5", None)]), ("Light", [("Lamp", 12, bulb)])):
        rows = [{"what": what, "price": price, "product": product} for what, price, product in items]
        desk.post("/forms/repairs.package/records", {"values": {"name": name, "items": rows}})
    return made


def shown(page: Page) -> list[list[str]]:
    lines = page.locator(".rows-editor .body > .line").all()
    return [[one.inner_text() for one in line.locator("[data-column]").all()] for line in lines]


def choose(page: Page, field: str, words: str) -> None:
    box = page.locator(f"#new-{field}").get_by_role("combobox")
    box.click()
    box.press_sequentially(words)
    page.get_by_role("option", name=words).click()


def test_a_rule_for_rows_starts_with_the_columns_that_are_called_alike(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    order = forms(desk)["order"]
    page = desk.context.new_page()
    page.goto(f"/a/repairs/design/{order}")
    page.locator("[data-field=package]").click()
    rules = page.get_by_role("group", name="Fill in when chosen")
    rules.get_by_role("button", name="Remove this line").first.click()
    expect(rules.get_by_role("combobox")).to_have_count(0)
    rules.get_by_role("button", name="Add", exact=True).click()
    columns = rules.get_by_role("group", name="Columns of “Lines”")
    expect(columns.get_by_role("combobox")).to_have_count(2)
    columns.get_by_role("button", name="Add a column").click()
    columns.get_by_label("Take from it").last.select_option(label="What")
    wanted = [{"from": "items", "to": "lines", "columns": [
        {"from": "price", "to": "price"}, {"from": "what", "to": "called"},
    ]}]  # fmt: skip

    def kept() -> Any:
        return (
            desk.context.request.get(f"/api/v1/definitions/{order}/draft").json()["document"]["fields"][0].get("fill")
        )

    until(lambda: kept() == wanted, kept)
    expect(page.get_by_text("Saved", exact=False).first).to_be_visible()


def test_a_chosen_package_brings_its_lines(installation: Installation, browser: Browser, tmp_path: Path) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    forms(desk)
    page = desk.context.new_page()
    page.goto("/a/repairs/f/order?new=1")
    choose(page, "package", "Desk")
    expect(page.locator(".rows-editor .body > .line")).to_have_count(2)
    first, second = shown(page)
    assert first == ["Table", "90.00", "1", "90.00", "Clock"]
    assert second[:4] == ["Chair", "40.50", "1", "40.50"]
    choose(page, "package", "Light")
    expect(page.get_by_text("The rows of “Lines” were replaced")).to_be_visible()
    assert [line[0] for line in shown(page)] == ["Lamp"]
    page.get_by_role("button", name="Undo").last.click()
    expect(page.locator(".rows-editor .body > .line")).to_have_count(2)
    choose(page, "products", "Clock")
    expect(page.locator(".rows-editor .body > .line")).to_have_count(3)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Create", exact=False).last.click()
    expect(page.locator("#new-package")).to_have_count(0)
    (record,) = desk.context.request.get("/api/v1/forms/repairs.order/records").json()["records"]
    path = f"/api/v1/forms/repairs.order/records/{record['id']}"

    def stored() -> list[str]:
        return [row["called"] for row in desk.context.request.get(path).json()["values"]["lines"]]

    assert stored() == ["Table", "Chair", "Clock"]

    page.goto(f"/a/repairs/f/order?record={record['id']}")
    panel = page.get_by_role("complementary").last
    panel.get_by_role("button", name="Edit “Package”").click()
    panel.get_by_role("combobox").press_sequentially("Desk")
    page.get_by_role("option", name="Desk").click()
    expect(page.get_by_text("“Package” brought other rows along")).to_be_visible()
    assert stored() == ["Table", "Chair"]
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_text("Clock", exact=False).first).to_be_visible()
    until(lambda: stored() == ["Table", "Chair", "Clock"], stored)
