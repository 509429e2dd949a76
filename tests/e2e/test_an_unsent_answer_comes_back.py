"""Whoever closes a form and opens it again finds what was typed, is told so, and can clear it; who goes back after
sending does not send twice."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Installation
from .desk import Desk

pytestmark = pytest.mark.browser
SHIFTS = """window.shifted = 0
new PerformanceObserver((list) => list.getEntries().forEach((one) => (window.shifted += one.value)))
  .observe({ type: 'layout-shift', buffered: true })"""
FORM = {"title": {"zh-CN": "登记", "en": "Registration"}, "fields": [
    {"id": "one", "type": "tabs", "label": {"zh-CN": "一", "en": "First"}},
    {"id": "name", "type": "text", "label": {"zh-CN": "姓名", "en": "Name"}},
    {"id": "two", "type": "tabs", "label": {"zh-CN": "二", "en": "Second"}},
    {"id": "more", "type": "textarea", "label": {"zh-CN": "其他", "en": "More"}},
]}  # fmt: skip


@pytest.fixture
def page(installation: Installation, browser: Browser, tmp_path: Path) -> Page:
    desk = Desk(installation, browser, tmp_path / "log")
    path = f"/api/v1/definitions/{desk.form}/draft"
    assert desk.context.request.put(path, data={"document": FORM}, headers=desk.headers).ok
    desk.post(f"/definitions/{desk.form}/publish", {})
    link = desk.post("/forms/repairs.repair/links", {})["url"]
    visitor = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    page = visitor.new_page()
    page.add_init_script(SHIFTS)
    page.goto(link)
    return page


def test_what_was_typed_is_back_and_can_be_cleared(page: Page) -> None:
    page.get_by_label("Name").fill("Lin")
    expect(page.get_by_text("Kept on this device")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Name")).to_have_value("Lin")
    page.wait_for_timeout(1_500)  # longer than it takes to keep what is typed
    expect(page.get_by_text("What you typed last time is back")).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_label("Name")).to_have_value("")
    page.reload()
    expect(page.get_by_label("Name")).to_have_value("")
    expect(page.get_by_text("What you typed last time is back")).to_be_hidden()


def test_going_back_after_sending_shows_the_receipt(page: Page) -> None:
    page.get_by_label("Name").fill("Lin")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#number")).to_be_visible()
    number = page.locator("#number").inner_text()
    page.go_back()
    expect(page.locator("#number")).to_have_text(number)
    page.reload()
    expect(page.locator("#number")).to_have_text(number)


def test_the_steps_push_nothing_down(page: Page) -> None:
    expect(page.get_by_text("Step 1 of 2")).to_be_visible()
    page.wait_for_timeout(300)
    assert page.evaluate("window.shifted") < 0.05
