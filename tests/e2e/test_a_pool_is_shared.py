"""A builder sets up a pool; a salesperson claims, meets the limit and puts back; another one takes over."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from .conftest import Installation, look
from .desk import Desk

pytestmark = pytest.mark.browser
PASSWORD = "a loom weaves 12 mats"
LEAD = {
    "title": {"zh-CN": "线索", "en": "Lead"}, "title_field": "name",
    "fields": [
        {"id": "name", "type": "text", "label": {"zh-CN": "公司", "en": "Company"}},
        {"id": "phone", "type": "phone", "label": {"zh-CN": "电话", "en": "Phone"}},
        {"id": "need", "type": "text", "label": {"zh-CN": "需求", "en": "Need"}},
        {"id": "owner", "type": "user", "label": {"zh-CN": "负责人", "en": "Owner"}},
    ],
}  # fmt: skip
NAMES = ("Loomworks", "Silk Road", "Cotton & Co")


def publish(desk: Desk, kind: str, key: str, document: Any) -> None:
    made = desk.post("/apps/repairs/definitions", {"kind": kind, "key": key, "document": document})
    desk.post(f"/definitions/{made['id']}/publish", {})


def salesperson(desk: Desk, house: Installation, browser: Browser, name: str) -> BrowserContext:
    address = f"{name.lower()}@riverside.example"
    made = desk.post("/users", {"name": name, "email": address, "locale": "en", "password": PASSWORD})
    desk.context.request.patch(f"/api/v1/users/{made['id']}", data={"roles": ["sales"]}, headers=desk.headers)
    context = browser.new_context(base_url=house.url, locale="en-GB", viewport={"width": 1440, "height": 900})
    answer = context.request.post("/api/v1/session", data={"email": address, "password": PASSWORD})
    assert answer.ok, answer.text()
    return context


def test_a_pool_is_set_up_and_records_go_round(installation: Installation, browser: Browser, tmp_path: Path) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    desk.post("/roles", {"key": "sales", "title": {"zh-CN": "销售", "en": "Sales"}})
    publish(desk, "form", "lead", LEAD)
    grant = {"form": "lead", "acts": ["record.read"], "rows": "assigned", "assigned_field": "owner"}
    group = {"title": {"zh-CN": "销售", "en": "Sales"}, "members": {"roles": ["sales"]}, "grants": [grant]}
    publish(desk, "permission_group", "sales", group)
    for name in NAMES:
        values = {"name": name, "phone": "13800138000", "need": "400 m of linen"}
        desk.post("/forms/repairs.lead/records", {"values": values})

    page = desk.context.new_page()
    page.goto("/a/repairs/rules")
    page.get_by_role("link", name="Pools").click()
    expect(page.get_by_text("No pools yet")).to_be_visible()
    look(page, "none-1440")
    page.get_by_role("button", name="New pool").first.click()
    expect(page.get_by_label("Name of the pool")).to_have_value("Lead pool")
    page.get_by_label("Limit a day").fill("2")
    page.get_by_label("Limit a day").press("Tab")
    page.get_by_role("combobox", name="Hidden until claimed").press("ArrowDown")
    page.get_by_role("option", name="Phone").click()
    page.keyboard.press("Escape")
    expect(page.locator("[data-state=saved]")).to_be_visible()
    look(page, "editor-1440")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Published version 1")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    look(page, "editor-390")

    ann = salesperson(desk, installation, browser, "Ann").new_page()
    ann.goto("/a/repairs/pools")
    rows = ann.locator("tr[data-record]")
    expect(rows).to_have_count(3)
    expect(rows.first).not_to_contain_text("13800138000")
    expect(ann.locator("[data-left]")).to_contain_text("2 / 2")
    look(ann, "hall-1440")
    ann.get_by_role("button", name="Filter").click()
    pane = ann.get_by_role("dialog", name="Filter")
    pane.get_by_role("button", name="Add condition", exact=True).click()
    offered = pane.get_by_label("Field", exact=True).locator("option").all_inner_texts()
    assert {"Company", "Need"} <= set(offered)
    assert not {"Phone", "Owner"} & set(offered), "what is masked can't be asked for"
    pane.get_by_label("Value", exact=True).fill("Silk Road")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Silk Road")
    ann.keyboard.press("Escape")
    ann.reload()
    expect(rows).to_have_count(1)
    ann.get_by_role("button", name="Remove this condition").click()
    expect(rows).to_have_count(3)
    ann.get_by_role("button", name="Sort").click()
    ann.get_by_role("dialog", name="Sort").get_by_label("Field", exact=True).select_option(label="Company")
    expect(rows.last).to_contain_text("Cotton & Co")
    ann.keyboard.press("Escape")
    rows.filter(has_text="Loomworks").get_by_role("button", name="Claim").click()
    expect(ann.locator("[data-left]")).to_contain_text("1 / 2")
    ann.get_by_label("Select all").check()
    ann.get_by_role("button", name="Claim 2").click()
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("You took 2 today; the limit is 2 a day")
    expect(ann.locator("[data-left]")).to_contain_text("0 / 2")
    look(ann, "limit-1440")

    ann.get_by_role("radio", name="Mine").click()
    mine = rows.filter(has_text="Loomworks")
    expect(mine).to_contain_text("13800138000")
    expect(mine.locator("[data-due]")).to_contain_text("Goes back in 30 days")
    look(ann, "mine-1440")
    mine.get_by_role("link", name="Loomworks").click()
    panel = ann.locator(".record")
    panel.locator("[data-put-back]").click()
    ann.get_by_role("button", name="Can't be reached").click()
    ann.get_by_role("dialog").get_by_role("button", name="Put back").click()
    expect(ann.get_by_text("Put back", exact=True).first).to_be_visible()

    ann.goto("/a/repairs/pools")
    expect(rows.filter(has_text="Loomworks")).to_contain_text("From ")
    look(ann, "cooling-1440")
    bob = salesperson(desk, installation, browser, "Bob").new_page()
    bob.set_viewport_size({"width": 390, "height": 844})
    bob.goto("/a/repairs/f/lead")
    bob.get_by_role("button", name="Data").click()
    bob.get_by_role("menuitem", name="Pools").click()
    taken = bob.locator("tr[data-record]").filter(has_text="Loomworks")
    expect(taken).to_contain_text("put back")
    look(bob, "hall-390")
    taken.get_by_role("button", name="Claim").click()
    expect(taken).to_have_count(0)
    bob.get_by_role("radio", name="Mine").click()
    expect(taken).to_contain_text("13800138000")
    taken.get_by_role("link", name="Loomworks").click()
    bob.get_by_role("button", name="History 3").click()
    expect(bob.get_by_text("Can't be reached")).to_be_visible()
    look(bob, "history-390")

    desk.context.request.patch("/api/v1/session", data={"locale": "zh-CN"}, headers=desk.headers)
    page.goto("/a/repairs/pools")
    expect(page.get_by_role("heading", name="公海")).to_be_visible()
    expect(page.locator("[data-left]")).to_contain_text("今日还可领取")
    look(page, "hall-390-zh")
    page.set_viewport_size({"width": 1440, "height": 900})
    look(page, "hall-1440-zh")
