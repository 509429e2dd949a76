"""Rules that lock, set, limit and leap, and an option's own condition: built by mouse and by keys, then answered."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from .conftest import Installation
from .desk import Desk
from .keys import Keys


def l10n(en: str) -> dict[str, str]:
    return {"en": en, "zh-CN": en}


def options(*names: str) -> list[dict[str, Any]]:
    return [{"value": name.lower(), "label": l10n(name)} for name in names]


FORM: dict[str, Any] = {
    "title": l10n("Order"),
    "fields": [
        {"id": "kind", "type": "radio", "label": l10n("Kind"), "options": options("Plain", "Vip")},
        {"id": "rate", "type": "number", "label": l10n("Rate"), "default": "10"},
        {"id": "remark", "type": "text", "label": l10n("Remark")},
        {"id": "level", "type": "select", "label": l10n("Level"), "options": options("Low", "High")},
        {"id": "gift", "type": "radio", "label": l10n("Gift"), "options": options("Pen", "Watch")},
        {"id": "more", "type": "tabs", "label": l10n("More")},
        {"id": "extra", "type": "text", "label": l10n("Extra")},
        {"id": "last", "type": "tabs", "label": l10n("Last")},
        {"id": "bye", "type": "text", "label": l10n("Bye")},
    ],
    "settings": {"rate_per_hour": 1000},
}


def opened(desk: Desk) -> tuple[str, Page]:
    form = desk.post("/apps/repairs/definitions", {"kind": "form", "key": "order", "document": FORM})["id"]
    page = desk.context.new_page()
    page.goto(f"/a/repairs/design/{form}")
    expect(page.locator("[data-field=kind]")).to_be_visible()
    return form, page


def answered(desk: Desk, browser: Browser, form: str, base: str) -> None:
    """Fill the published form as a visitor: the server and the page do what was built."""
    desk.post(f"/definitions/{form}/publish", {})
    path = f"/f/{desk.post(f'/forms/{form}/links', {})['token']}?locale=en"
    page = browser.new_context(base_url=base).new_page()
    page.goto(path)
    expect(page.locator("#q-rate")).to_be_editable()
    page.get_by_text("Vip").click()
    expect(page.locator("#q-rate")).not_to_be_editable()
    expect(page.locator("#q-remark")).to_have_value("gold")
    expect(page.locator("#q-level option[value=low]")).to_be_disabled()
    page.locator("#q-level").select_option("high")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#q-extra")).to_be_hidden()
    expect(page.locator("#q-bye")).to_be_visible()
    page.locator("#send").click()
    expect(page.locator("#number")).to_be_visible()
    stored = desk.context.request.get(f"/api/v1/forms/{form}/records").json()["records"][0]["values"]
    assert {name: stored[name] for name in ("rate", "remark", "level", "extra")} == {
        "rate": "10.00", "remark": "gold", "level": "high", "extra": None,
    }  # fmt: skip


def rules_of(desk: Desk, form: str) -> list[dict[str, Any]]:
    document = desk.context.request.get(f"/api/v1/definitions/{form}/draft").json()["document"]
    return [{key: value for key, value in rule.items() if key != "id" and value} for rule in document["rules"]]


VIP = {"all": [{"field": "kind", "op": "eq", "value": "vip"}]}


def test_by_mouse(installation: Installation, browser: Browser, tmp_path: Path) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    form, page = opened(desk)
    props = page.get_by_role("complementary", name="Properties")
    props.get_by_role("tab", name="Logic").click()
    props.get_by_role("button", name="Add rule").click()
    props.get_by_label("Value", exact=True).select_option(label="Vip")
    props.get_by_role("button", name="Lock").click()
    props.get_by_role("combobox", name="Then lock").click()
    page.get_by_role("listbox").get_by_role("option", name="Rate").click()
    page.keyboard.press("Escape")
    props.get_by_role("button", name="Fill in", exact=True).click()
    props.get_by_label("Field", exact=True).last.select_option(label="Remark")
    props.get_by_label("A value", exact=True).last.fill("gold")
    props.get_by_role("button", name="Limit options").click()
    props.get_by_label("Field", exact=True).last.select_option(label="Level")
    props.get_by_role("combobox", name="Options on offer").click()
    page.get_by_role("listbox").get_by_role("option", name="Low").click()
    page.keyboard.press("Escape")
    props.get_by_role("button", name="Jump").click()
    props.get_by_label("After").select_option(label="Level")
    props.get_by_label("Go to").select_option(label="Page: Last")
    expect(page.locator("[data-state=saved]")).to_be_visible()
    assert rules_of(desk, form) == [{
        "when": VIP, "lock": ["rate"], "set": [{"field": "remark", "value": "gold"}],
        "options": [{"field": "level", "only": ["high"]}], "jump": {"after": "level", "to": "last"},
    }]  # fmt: skip
    answered(desk, browser, form, installation.url)


def test_by_keys(installation: Installation, browser: Browser, tmp_path: Path) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    form, page = opened(desk)
    keys = Keys(page)
    props = page.get_by_role("complementary", name="Properties")
    keys.go(props.get_by_role("tab", name="Field")).press("ArrowRight", "ArrowRight")
    keys.go(props.get_by_role("button", name="Add rule")).press("Enter")
    keys.go(props.get_by_label("Value", exact=True)).type("Vi")
    keys.go(props.get_by_role("button", name="Lock")).press("Enter")
    keys.go(props.get_by_role("combobox", name="Then lock"), back=True).type("Rate").press("Enter", "Escape")
    keys.go(props.get_by_role("button", name="Fill in", exact=True)).press("Enter")
    keys.go(props.get_by_label("Field", exact=True).last, back=True).type("Rem")
    keys.go(props.get_by_label("A value", exact=True).last).type("gold")
    keys.go(props.get_by_role("button", name="Limit options")).press("Enter")
    keys.go(props.get_by_label("Field", exact=True).last, back=True).type("Lev")
    keys.go(props.get_by_role("combobox", name="Options on offer")).type("Low").press("Enter", "Escape")
    keys.go(props.get_by_role("button", name="Jump")).press("Enter")
    keys.go(props.get_by_label("After"), back=True).type("Lev")
    keys.go(props.get_by_label("Go to")).type("Page: L")
    expect(page.locator("[data-state=saved]")).to_be_visible()
    assert rules_of(desk, form)[0]["jump"] == {"after": "level", "to": "last"}
    answered(desk, browser, form, installation.url)


def test_an_option_waits_for_a_condition_of_its_own(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    form, page = opened(desk)
    page.locator("[data-field=gift]").click()
    props = page.get_by_role("complementary", name="Properties")
    props.get_by_role("button", name="Menu of Watch").click()
    page.get_by_text("Show when…").click()
    asked = props.get_by_role("group", name="Show Watch when")
    asked.get_by_role("button", name="Add condition").click()
    asked.get_by_label("Value", exact=True).select_option(label="Vip")
    asked.get_by_role("button", name="Close").click()
    expect(props.get_by_role("button", name="Show Watch when")).to_be_visible()
    expect(page.locator("[data-state=saved]")).to_be_visible()
    desk.post(f"/definitions/{form}/publish", {})
    path = f"/f/{desk.post(f'/forms/{form}/links', {})['token']}?locale=en"
    visitor = browser.new_context(base_url=installation.url).new_page()
    visitor.goto(path)
    expect(visitor.get_by_text("Pen", exact=True)).to_be_visible()
    expect(visitor.get_by_text("Watch", exact=True)).to_be_hidden()
    visitor.get_by_text("Vip").click()
    expect(visitor.get_by_text("Watch", exact=True)).to_be_visible()
    bare = browser.new_context(base_url=installation.url, java_script_enabled=False).new_page()
    bare.goto(path)
    bare.get_by_text("Watch", exact=True).click()
    bare.wait_for_timeout(3_000)  # nobody fills a form in less
    bare.locator("#send").click()
    expect(bare.locator("#e-gift")).to_contain_text(re.compile("Watch.*can’t be chosen here|can't be chosen here"))


def test_at_the_desk_a_locked_cell_says_why_and_labels_quote_the_record(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    document = {
        **FORM,
        "fields": [*FORM["fields"][:2], {"id": "why", "type": "text", "label": l10n("Why {kind}?")}],
        "rules": [{"id": "r", "when": VIP, "lock": ["rate"]}],
    }
    form = desk.post("/apps/repairs/definitions", {"kind": "form", "key": "order", "document": document})["id"]
    desk.post(f"/definitions/{form}/publish", {})
    desk.post(f"/forms/{form}/records", {"values": {"kind": "vip"}})
    page = desk.context.new_page()
    page.goto("/a/repairs/f/order")
    cell = page.locator("[role=gridcell]", has_text="10").first
    expect(cell).to_have_attribute("aria-readonly", "true")
    cell.dblclick()
    expect(page.get_by_text("locked by a rule")).to_be_visible()
    expect(page.locator(".editor")).to_have_count(0)
    page.locator("[role=gridcell]", has_text="Vip").first.press("Space")
    expect(page.get_by_role("term").filter(has_text="Why Vip?")).to_be_visible()
    page.goto("/a/repairs/f/order?new=1")
    expect(page.get_by_text("Why …?")).to_be_visible()
    page.get_by_label("Plain").check()
    expect(page.get_by_text("Why Plain?")).to_be_visible()
