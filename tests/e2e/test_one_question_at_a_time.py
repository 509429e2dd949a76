"""A form that shows one question at a time is answered with the keyboard alone, and without a script as any other."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from .conftest import Installation
from .desk import Desk


def l10n(en: str, zh: str) -> dict[str, str]:
    return {"en": en, "zh-CN": zh}


OPTIONS = [{"value": one, "label": l10n(one.title(), one)} for one in ("water", "light", "lift")]
FORM: dict[str, Any] = {
    "title": l10n("Fault", "报修"),
    "fields": [
        {"id": "what", "type": "text", "label": l10n("What is broken?", "哪里坏了？"), "required": True},
        {"id": "kind", "type": "radio", "label": l10n("What is it?", "属于哪类？"), "options": OPTIONS},
        {"id": "floor", "type": "text", "label": l10n("Which lift?", "哪部电梯？")},
        {"id": "where", "type": "checkboxes", "label": l10n("Where?", "哪里？"), "options": OPTIONS},
        {"id": "danger", "type": "boolean", "label": l10n("Is it dangerous?", "危险吗？")},
        {"id": "nps", "type": "nps", "label": l10n("Recommend?", "推荐吗？")},
        {"id": "story", "type": "textarea", "label": l10n("Tell us", "说明")},
    ],
    "rules": [{"id": "r", "when": {"field": "kind", "op": "eq", "value": "lift"}, "show": ["floor"]}],
    "settings": {"mode": "cards", "rate_per_hour": 1000},
}


def test_a_form_is_answered_by_keys_alone(installation: Installation, browser: Browser, tmp_path: Path) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    form = desk.post("/apps/repairs/definitions", {"kind": "form", "key": "fault", "document": FORM})["id"]
    desk.post(f"/definitions/{form}/publish", {})
    path = f"/f/{desk.post(f'/forms/{form}/links', {})['token']}?locale=en"
    page = browser.new_context(base_url=installation.url, reduced_motion="reduce").new_page()
    page.goto(path)
    expect(shown(page)).to_have_text("What is broken?*")
    expect(page.locator(".step-words")).to_have_text("1 / 6")

    page.locator("#q-what").press("Enter")
    expect(page.locator("#e-what")).to_contain_text("What is broken is required")
    expect(page.locator("#q-what")).to_be_focused()
    page.keyboard.type("Lift")
    compose(page, "#q-what")
    expect(shown(page)).to_have_text("What is broken?*")
    page.keyboard.press("Enter")

    page.keyboard.press("c")  # the third option; the rule brings in one more card
    expect(shown(page)).to_contain_text("Which lift?")
    expect(page.locator(".step-words")).to_have_text("3 / 7")
    page.keyboard.press("Shift+Tab")
    expect(shown(page)).to_contain_text("What is it?")
    page.keyboard.press("a")
    expect(shown(page)).to_contain_text("Where?")
    expect(page.locator(".step-words")).to_have_text("3 / 6")
    for key in ("a", "c", "Enter", "y"):
        page.keyboard.press(key)
    expect(shown(page)).to_contain_text("Recommend?")
    page.keyboard.press("1")
    page.keyboard.press("0")
    expect(shown(page)).to_contain_text("Tell us")
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    page.keyboard.press("Enter")
    expect(page.locator("#number")).to_be_visible()

    records = desk.context.request.get(f"/api/v1/forms/{form}/records").json()["records"]
    values = {name: value for name, value in records[0]["values"].items() if value is not None}
    assert values == {
        "what": "Lift", "kind": "water", "where": ["water", "lift"], "danger": True, "nps": 10, "story": "one\ntwo",
    }  # fmt: skip
    plain = browser.new_context(base_url=installation.url, java_script_enabled=False).new_page()
    plain.goto(path)
    assert plain.locator(".field:visible").count() == 7
    phone = browser.new_context(base_url=installation.url, viewport={"width": 390, "height": 844}, has_touch=True)
    small = phone.new_page()
    small.goto(path)
    small.locator("#q-what").fill("Lift")
    small.get_by_role("button", name="OK").tap()
    small.locator("[data-now]").get_by_text("Lift", exact=True).tap()
    expect(shown(small)).to_contain_text("Which lift?")
    box = small.get_by_role("button", name="OK").bounding_box()
    assert box and box["height"] >= 44 and box["y"] + box["height"] <= 844


def shown(page: Page) -> Any:
    return page.locator("[data-now]").locator("label, legend").first


def compose(page: Page, where: str) -> None:
    """Press Enter as an input method does that takes a word."""
    page.eval_on_selector(
        where, "e => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )
