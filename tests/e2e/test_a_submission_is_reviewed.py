"""A visitor agrees to a text and sends; a reviewer corrects and accepts; the record shows what was agreed to."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect

from .conftest import Installation
from .desk import Desk


def l10n(en: str, zh: str) -> dict[str, str]:
    return {"en": en, "zh-CN": zh}


FORM: dict[str, Any] = {
    "title": l10n("Repair at home", "上门维修"),
    "fields": [
        {"id": "name", "type": "text", "label": l10n("Your name", "姓名"), "required": True},
        {"id": "mail", "type": "email", "label": l10n("Email", "邮箱")},
        {
            "id": "privacy", "type": "consent", "label": l10n("Privacy notice", "隐私声明"), "required": True,
            "text": l10n("We keep this for a year. " * 30, "我们保存一年。" * 40),
        },
        {"id": "day", "type": "date", "label": l10n("Day", "日期")},
    ],
    "rules": [{"id": "r", "when": {"field": "privacy", "op": "eq", "value": True}, "show": ["day"]}],
    "settings": {"rate_per_hour": 1000, "moderation": True},
}  # fmt: skip


def test_it_is_agreed_to_corrected_and_accepted(installation: Installation, browser: Browser, tmp_path: Path) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    form = desk.post("/apps/repairs/definitions", {"kind": "form", "key": "home", "document": FORM})["id"]
    desk.post(f"/definitions/{form}/publish", {})
    path = f"/f/{desk.post(f'/forms/{form}/links', {})['token']}?locale=en"
    page = browser.new_context(base_url=installation.url, viewport={"width": 390, "height": 844}).new_page()
    page.goto(path)
    expect(page.locator("[data-field=day]")).to_be_hidden()
    page.locator("#q-name").fill("Lin We")
    page.locator("#send").click()
    expect(page.locator("#summary")).to_contain_text("Read and agree to Privacy notice")
    page.locator("details.terms summary").click()
    expect(page.locator("details.terms p")).to_be_visible()
    page.locator("#q-privacy-0").check()
    expect(page.locator("[data-field=day]")).to_be_visible()
    page.locator("#send").click()
    expect(page.get_by_role("heading", name="Thank")).to_be_visible()
    expect(page.locator(".result")).to_contain_text("Being reviewed")

    work = desk.context.new_page()
    work.goto("/a/repairs/f/home")
    work.get_by_role("button", name="To review 1").click()
    work.get_by_role("button", name="Lin We", exact=True).click()
    work.get_by_role("button", name="Correct").click()
    work.locator("#new-name input").fill("Lin Wei")
    work.get_by_role("button", name="Save").click()
    expect(work.locator(".side-panel")).to_contain_text("corrected")
    work.locator(".side-panel").get_by_role("button", name="Accept").click()
    expect(work.get_by_text("Nothing waits for a review")).to_be_visible()
    work.get_by_role("button", name="Open", exact=True).click()
    expect(work.locator(".side-panel, aside").first).to_contain_text("Lin Wei")
    work.get_by_role("button", name="Agreed").click()
    expect(work.get_by_role("dialog")).to_contain_text("to version 1 (English)")
    expect(work.get_by_role("dialog")).to_contain_text("We keep this for a year.")


def test_a_consent_is_one_of_the_cards(installation: Installation, browser: Browser, tmp_path: Path) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    cards = {**FORM, "fields": FORM["fields"][2:3], "rules": [], "settings": {"rate_per_hour": 1000, "mode": "cards"}}
    form = desk.post("/apps/repairs/definitions", {"kind": "form", "key": "card", "document": cards})["id"]
    desk.post(f"/definitions/{form}/publish", {})
    page = browser.new_context(base_url=installation.url, reduced_motion="reduce").new_page()
    page.goto(f"/f/{desk.post(f'/forms/{form}/links', {})['token']}?locale=en")
    page.locator("#q-privacy-0").press("Enter")
    expect(page.locator("#e-privacy")).to_contain_text("Read and agree to Privacy notice")
    page.keyboard.press("a")
    expect(page.locator("#q-privacy-0")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.locator("#number")).to_be_visible()
    record = desk.context.request.get(f"/api/v1/forms/{form}/records").json()["records"][0]
    assert record["values"] == {"privacy": True}
