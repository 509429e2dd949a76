"""A visitor, on a phone: chooses one of many records by typing, is given what another form knows, and sends it."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.waiting import until

from .conftest import Installation
from .desk import Desk

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


def l10n(zh: str, en: str) -> dict[str, str]:
    return {"zh-CN": zh, "en": en}


SHOP: dict[str, Any] = {"title": l10n("门店", "Shops"), "fields": [
    {"id": "name", "type": "text", "label": l10n("名称", "Name")},
    {"id": "city", "type": "text", "label": l10n("城市", "City")},
]}  # fmt: skip
PERSON: dict[str, Any] = {"title": l10n("员工", "People"), "fields": [
    {"id": "badge", "type": "text", "label": l10n("工号", "Badge")},
    {"id": "name", "type": "text", "label": l10n("姓名", "Name")},
]}  # fmt: skip
BY_BADGE = {"field": "badge", "op": "eq", "value": {"ref": "my:badge"}}
VISIT: dict[str, Any] = {"title": l10n("巡店登记", "Shop visit"), "fields": [
    {"id": "badge", "type": "text", "label": l10n("您的工号", "Your badge")},
    {"id": "name", "type": "text", "label": l10n("姓名", "Your name"), "required": True,
     "default_from": {"form": "person", "where": BY_BADGE, "take": "name", "visitors": True}},
    {"id": "shop", "type": "link", "form": "shop", "label": l10n("巡查的门店", "The shop"), "visitors": True,
     "required": True, "show": ["name", "city"]},
    {"id": "beside", "type": "links", "form": "shop", "label": l10n("附近的门店", "Shops nearby"), "visitors": True,
     "show": ["name"]},
]}  # fmt: skip

KEPT = """() => {
  const drafts = Object.values(localStorage).filter((one) => one.startsWith('{')).map((one) => JSON.parse(one))
  return drafts.map((one) => one.answers?.beside?.length ?? 0).find((one) => one) ?? 0
}"""
"""How many of those beside are kept on this device."""


@pytest.fixture
def desk(installation: Installation, browser: Browser, tmp_path: Path) -> Desk:
    """Return a builder whose public form leads to 300 shops and knows two people."""
    made = Desk(installation, browser, tmp_path / "log")
    for key, document in (("shop", SHOP), ("person", PERSON), ("visit", VISIT)):
        found = made.post("/apps/repairs/definitions", {"kind": "form", "key": key, "document": document})
        made.post(f"/definitions/{found['id']}/publish", {})
    names = [{"values": {"name": f"Shop {n:03}", "city": "Hangzhou" if n % 2 else "Suzhou"}} for n in range(300)]
    for first in range(0, 300, 100):
        made.post("/forms/repairs.shop/records/batch", {"records": names[first : first + 100]})
    made.post("/forms/repairs.person/records", {"values": {"badge": "B-17", "name": "Lin Hua"}})
    return made


def records(desk: Desk) -> list[dict[str, Any]]:
    answer = desk.context.request.get("/api/v1/forms/repairs.visit/records")
    return [one["values"] for one in answer.json()["records"]]


def phone(desk: Desk, browser: Browser, house: Installation, locale: str, **more: Any) -> Page:
    token = desk.post("/forms/repairs.visit/links", {})["token"]
    context = browser.new_context(base_url=house.url, locale=locale, viewport=PHONE, **more)
    page = context.new_page()
    page.goto(f"/f/{token}")
    return page


def test_a_visitor_finds_a_record_and_is_given_his_name(
    desk: Desk, installation: Installation, browser: Browser
) -> None:
    page = phone(desk, browser, installation, "en-GB")
    page.get_by_label("Your badge").fill("B-17")
    page.get_by_label("Your badge").press("Tab")
    expect(page.get_by_label("Your name")).to_have_value("Lin Hua")
    expect(page.get_by_text("Filled in for you: please check")).to_be_visible()
    shop = page.locator("[data-field=shop]")
    expect(shop.get_by_role("status")).to_have_text("There are many: type at least 2 characters")
    shop.get_by_role("searchbox").press_sequentially("shop 01")
    expect(shop.get_by_role("status")).to_have_text("10 found")
    shop.get_by_role("radio", name="Shop 017 · Hangzhou").check()
    shop.get_by_role("searchbox").fill("shop 2")
    expect(shop.get_by_role("status")).to_contain_text("type more")
    expect(shop.get_by_role("radio", name="Shop 017 · Hangzhou")).to_be_checked()
    beside = page.locator("[data-field=beside]")
    for words in ("018", "116"):
        beside.get_by_role("searchbox").fill(words)
        beside.get_by_role("checkbox", name=f"Shop {words}").check()
    until(lambda: page.evaluate(KEPT) == 2, "what was chosen is not kept on the device")
    page.reload()
    expect(shop.get_by_role("radio", name="Shop 017 · Hangzhou")).to_be_checked()
    expect(beside.get_by_role("checkbox", name="Shop 018")).to_be_checked()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", name="We have it, thank you")).to_be_visible()
    (stored,) = records(desk)
    assert (stored["name"], len(stored["beside"])) == ("Lin Hua", 2)
    assert stored["shop"]


def test_it_works_without_a_script(desk: Desk, installation: Installation, browser: Browser) -> None:
    page = phone(desk, browser, installation, "zh-CN", java_script_enabled=False)
    page.get_by_label("您的工号").fill("B-17")
    shop = page.locator("[data-field=shop]")
    shop.get_by_role("searchbox").fill("shop 017")
    shop.get_by_role("button", name="查找").click()
    expect(page.get_by_label("您的工号")).to_have_value("B-17")
    shop.get_by_role("radio", name="Shop 017 · Hangzhou").check()
    page.wait_for_timeout(3100)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="已收到，谢谢您")).to_be_visible()
    (stored,) = records(desk)
    assert stored["name"] == "Lin Hua"
    assert stored["shop"]
