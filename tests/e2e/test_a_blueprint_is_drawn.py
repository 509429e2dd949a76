"""A builder draws how a status may change; who may, takes the step and fills in what it asks for; somebody else may not."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import PASSWORD, Installation, look
from .desk import Desk

pytestmark = pytest.mark.browser
STATES = (("new", "新建", "New"), ("quote", "报价", "Quote"), ("won", "赢单", "Won"), ("lost", "输单", "Lost"))
FORM = {"title": {"zh-CN": "商机", "en": "Deal"}, "title_field": "subject", "fields": [
    {"id": "subject", "type": "text", "label": {"zh-CN": "主题", "en": "Subject"}},
    {"id": "stage", "type": "select", "label": {"zh-CN": "阶段", "en": "Stage"}, "options": [
        {"value": value, "label": {"zh-CN": chinese, "en": english}} for value, chinese, english in STATES
    ]},
    {"id": "amount", "type": "number", "label": {"zh-CN": "金额", "en": "Amount"}},
]}  # fmt: skip
GRANT = {"form": "deal", "acts": ["record.read", "record.create", "record.update"], "rows": "all"}


def publish(desk: Desk, kind: str, key: str, document: Any) -> str:
    made = desk.post("/apps/repairs/definitions", {"kind": kind, "key": key, "document": document})
    desk.post(f"/definitions/{made['id']}/publish", {})
    return str(made["id"])


def seller(desk: Desk, name: str) -> str:
    new = {"email": f"{name}@example.com".lower(), "name": name, "password": PASSWORD, "locale": "en"}
    person = str(desk.post("/users", new)["id"])
    group = {
        "title": {"zh-CN": name, "en": name},
        "members": {"users": [person]},
        "app_acts": ["open"],
        "grants": [GRANT],
    }
    publish(desk, "permission_group", name.lower(), group)
    return person


def signed_in(installation: Installation, browser: Browser, name: str, **size: int) -> Page:
    context = browser.new_context(base_url=installation.url, locale="en-GB", viewport=size)
    answer = context.request.post(
        "/api/v1/session", data={"email": f"{name}@example.com".lower(), "password": PASSWORD}
    )
    assert answer.ok, answer.text()
    return context.new_page()


def test_a_state_is_left_by_those_who_may_and_in_no_other_way(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    publish(desk, "form", "deal", FORM)
    for name in ("Ann", "Bob"):
        seller(desk, name)

    page = desk.context.new_page()
    page.goto("/a/repairs/rules")
    page.get_by_role("link", name="Blueprints").click()
    page.get_by_role("button", name="New blueprint").first.click()
    expect(page.get_by_label("State field")).to_have_value("stage")
    picture = page.get_by_role("region", name="Picture")
    expect(picture.get_by_role("img")).to_have_attribute(
        "aria-label", "Quote: New → Quote; Won: Quote → Won; Lost: Won → Lost"
    )

    page.locator("[data-transition=step_1] .face").click()
    card = page.locator("[data-transition=step_1]")
    card.get_by_label("Name of the button").fill("Make an offer")
    card.get_by_label("Name of the button").press("Tab")
    card.get_by_role("button", name="Add people").click()
    page.get_by_role("menuitem", name="People by name").click()
    card.get_by_role("combobox", name="People by name").fill("Ann")
    page.get_by_role("option", name="Ann").click()
    card.get_by_label("Must be filled · Add a field…").select_option(label="Amount")
    card.get_by_role("button", name="Add an item").click()
    card.get_by_label("Item 1", exact=True).fill("Terms were checked")
    card.get_by_label("Item 1", exact=True).press("Tab")
    look(page, "designer-1440")
    page.locator("[data-transition=step_1] .face").click()

    page.locator("[data-transition=step_3] .face").click()
    lost = page.locator("[data-transition=step_3]")
    lost.get_by_label("New", exact=True).check()
    lost.get_by_label("Won", exact=True).uncheck()
    page.locator("[data-transition=step_2] .face").click()
    page.locator("[data-transition=step_2]").get_by_label("To", exact=True).select_option(label="Lost")
    expect(page.locator("[data-state=won]")).to_contain_text("No transition leads to the state 'Won'")
    expect(page.get_by_role("button", name="Publish", exact=True)).to_be_disabled()
    look(page, "designer-fault-1440")
    page.locator("[data-transition=step_2]").get_by_label("To", exact=True).select_option(label="Won")
    page.get_by_label("What Lost means").select_option(label="Lost, closed")
    expect(page.locator("[data-state=won]")).not_to_contain_text("No transition")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Published version 1")).to_be_visible()
    look(page, "designer-published-1440")
    page.set_viewport_size({"width": 390, "height": 844})
    look(page, "designer-390")

    record = desk.post("/forms/repairs.deal/records", {"values": {"subject": "Forty looms"}})["id"]
    address = f"/a/repairs/f/deal?record={record}"
    bob = signed_in(installation, browser, "Bob", width=1440, height=900)
    bob.goto(address)
    bar = bob.locator("[data-blueprint]")
    expect(bar.get_by_role("button", name="Lost")).to_be_visible()
    expect(bar.get_by_role("button", name="Make an offer")).to_have_count(0)
    token = {"X-CSRF-Token": bob.request.get("/api/v1/session").json()["csrf_token"]}
    where = f"/api/v1/forms/repairs.deal/records/{record}"
    listed = bob.request.get(f"{where}/transitions").json()["blueprints"][0]
    body = {"blueprint": listed["key"], "transition": "step_1", "values": {"amount": 5}, "checked": ["item_1"]}
    assert bob.request.post(f"{where}/transitions", data=body, headers=token).json()["code"] == "not_for_you"
    refused = bob.request.patch(where, data={"values": {"stage": "won"}}, headers=token)
    assert refused.json()["errors"][0]["code"] == "only_by_transition"

    ann = signed_in(installation, browser, "Ann", width=390, height=844)
    ann.goto(address)
    bar = ann.locator("[data-blueprint]")
    expect(bar.get_by_role("button", name="Make an offer")).to_be_visible()
    look(ann, "panel-390")
    bar.get_by_role("button", name="Make an offer").click()
    dialog = ann.get_by_role("dialog", name="Make an offer")
    dialog.get_by_label("Comment").fill("Asked for by phone")
    dialog.get_by_role("button", name="Make an offer").click()
    expect(dialog.get_by_text("Required")).to_be_visible()
    expect(dialog.get_by_text("Tick this off first")).to_be_visible()
    expect(dialog.get_by_label("Comment")).to_have_value("Asked for by phone")
    look(ann, "dialog-390")
    dialog.get_by_label("Amount").fill("1200")
    dialog.get_by_label("Terms were checked").check()
    dialog.get_by_role("button", name="Make an offer").click()
    expect(dialog).to_have_count(0)
    expect(bar.locator("[aria-current=step]")).to_have_text("Quote")
    assert ann.request.get(where).json()["values"]["amount"] == "1200.00"
    ann.get_by_role("tab", name="Activity").click()
    log = ann.get_by_role("region", name="States so far")
    expect(log.get_by_role("listitem")).to_have_count(2)
    expect(log).to_contain_text("Ann · Make an offer")
    expect(log).to_contain_text("Asked for by phone")
    look(ann, "log-390")

    bob.reload()
    expect(bob.locator("[data-blueprint] [aria-current=step]")).to_have_text("Quote")
    look(bob, "panel-1440")
    expect(bob.get_by_role("button", name="More about the state")).to_have_count(0)
    page.set_viewport_size({"width": 1440, "height": 900})
    designer = page.url
    page.goto(address)
    page.get_by_role("button", name="More about the state").click()
    page.get_by_role("menuitem", name="Put the state right").click()
    right = page.get_by_role("dialog", name="Set the state without a transition")
    right.get_by_label("New state").select_option(label="New")
    expect(right.get_by_role("button", name="Set the state")).to_be_disabled()
    right.get_by_label("Reason").fill("Another customer asked")
    right.get_by_role("button", name="Set the state").click()
    expect(page.locator("[data-blueprint] [aria-current=step]")).to_have_text("New")
    page.get_by_role("tab", name="Activity").click()
    expect(page.get_by_role("region", name="States so far")).to_contain_text("Another customer asked")
    page.goto(designer)
    page.get_by_role("link", name="Figures").click()
    expect(page.locator("tr[data-state=quote] td").nth(2)).to_have_text("1")
    ways = page.get_by_role("region", name="Ways taken")
    expect(ways.get_by_role("row").filter(has_text="Make an offer")).to_contain_text("1")
    expect(ways.get_by_role("row").filter(has_text="Without a transition")).to_contain_text("100 %")
    page.goto(designer)

    desk.context.request.patch("/api/v1/session", data={"locale": "zh-CN"}, headers=desk.headers)
    page.reload()
    expect(page.get_by_role("button", name="添加流转")).to_be_visible()
    look(page, "designer-1440-zh")
