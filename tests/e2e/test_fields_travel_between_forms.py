"""Fields that were copied in one form are pasted into another, with the rules among them, and taken back in one step."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from .conftest import Installation
from .desk import Desk

pytestmark = pytest.mark.browser
OTHER = {
    "title": {"zh-CN": "退货", "en": "Return"},
    "fields": [{"id": "cost", "type": "text", "label": {"zh-CN": "运费", "en": "Postage"}}],
}
RULE = {"id": "r1", "when": {"field": "subject", "op": "not_empty"}, "show": ["cost"]}


def test_fields_are_copied_into_another_form(installation: Installation, browser: Browser, tmp_path: Path) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    path = f"/api/v1/definitions/{desk.form}/draft"
    document = desk.context.request.get(path).json()["document"]
    assert desk.context.request.put(path, data={"document": {**document, "rules": [RULE]}}, headers=desk.headers).ok
    other = desk.post("/apps/repairs/definitions", {"kind": "form", "key": "return", "document": OTHER})["id"]
    page = desk.designer()
    page.locator("[data-field=subject]").click()
    page.locator("[data-field=cost]").click(modifiers=["Shift"])
    page.keyboard.press("Control+c")
    expect(page.get_by_text("2 fields copied; paste them into any form")).to_be_visible()
    page.goto(f"/a/repairs/design/{other}")
    page.locator("[data-field=cost]").click()
    page.keyboard.press("Control+v")
    expect(page.locator("[data-field]")).to_have_count(3)
    expect(page.locator("[data-field=cost_2]")).to_contain_text("Cost")
    expect(page.get_by_role("tab", name="Logic")).to_contain_text("1")
    page.keyboard.press("Control+z")
    expect(page.locator("[data-field]")).to_have_count(1)
    page.locator("[data-field=cost]").click()
    page.get_by_role("button", name="Copy and paste").click()
    page.get_by_role("menuitem", name="Paste fields").click()
    expect(page.locator("[data-field]")).to_have_count(3)
    desk.context.close()
