"""Somebody changes a form that has records: told what depends on a field before it goes, and nothing is lost."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from .conftest import Installation
from .desk import Desk

RULE = {"id": "r", "when": {"field": "cost", "op": "not_empty"}, "show": ["subject"]}


def test_a_field_is_retyped_hidden_grouped_and_translated(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    path = f"/api/v1/definitions/{desk.form}/draft"
    document = desk.context.request.get(path).json()["document"]
    assert desk.context.request.put(path, data={"document": {**document, "rules": [RULE]}}, headers=desk.headers).ok
    desk.post(f"/definitions/{desk.form}/publish", {})
    for subject in ("High", "Low", "High"):
        desk.post("/forms/repairs.repair/records", {"values": {"subject": subject, "cost": "1"}})
    page = desk.designer()

    page.locator("[data-field=subject]").click()
    expect(page.get_by_text("3 records have a value here")).to_be_visible()
    page.get_by_role("button", name="Change type").click()
    page.get_by_role("menuitem", name="Drop-down", exact=True).click()
    expect(page.get_by_text("Make 2 options out of the values")).to_be_visible()
    page.locator("[data-retype]").click()
    expect(page.get_by_label("Option 1", exact=True)).to_have_value("High")

    page.locator("[data-field=cost]").click()
    page.keyboard.press("Delete")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("“Cost”: 3 records have a value")
    expect(dialog).to_contain_text("This form")
    dialog.get_by_role("button", name="Hide instead").click()
    expect(page.locator("[data-field=cost]")).to_contain_text("Members only")

    page.locator("[data-publish]").click()
    expect(page.get_by_role("dialog").get_by_text("3 records", exact=True)).to_be_visible()
    page.locator("[data-publish-now]").click()
    expect(page.get_by_text("Published as v2")).to_be_visible()
    records = desk.context.request.get("/api/v1/forms/repairs.repair/records").json()["records"]
    assert sorted(one["values"]["subject"] for one in records) == ["High", "High", "Low"]

    page.locator("[data-field=subject]").click()
    page.keyboard.press("Control+a")
    expect(page.get_by_role("heading", name="2 fields selected")).to_be_visible()
    page.get_by_label("Required").select_option("true")
    expect(page.locator(".req")).to_have_count(2)
    page.get_by_role("button", name="Save as a group").click()
    page.get_by_label("Name of the group").fill("Basics")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Basics", exact=True).click()
    expect(page.locator("[data-field=subject_2]")).to_be_visible()
    page.keyboard.press("Control+z")

    page.get_by_role("button", name="Translate").click()
    expect(page.locator("[data-missing]")).to_be_visible()
    title = page.get_by_label("Form title, English", exact=True)
    title.fill("Repairs of the house")
    title.press("Enter")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", name="Repairs of the house").first).to_be_visible()

    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("[data-publish]")).to_be_enabled()
    title, tools = page.locator(".dbar h1").bounding_box(), page.locator(".dbar .tools").bounding_box()
    assert title is not None
    assert tools is not None
    assert title["width"] > 60
    assert title["x"] + title["width"] <= tools["x"]
    assert tools["x"] + tools["width"] <= 390
