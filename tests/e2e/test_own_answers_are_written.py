"""Own answers beside the options: allowed in the designer, written on the page by script or without, read at the desk."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from .conftest import Installation
from .desk import Desk


def l10n(en: str, zh: str) -> dict[str, str]:
    return {"en": en, "zh-CN": zh}


OPTIONS = [{"value": one, "label": l10n(one.title(), one)} for one in ("water", "light")]
OWN = {"own_answer": True, "own_label": l10n("Something else", "别的")}
FORM: dict[str, Any] = {
    "title": l10n("Fault", "报修"),
    "fields": [
        {"id": "kind", "type": "radio", "label": l10n("What is it?", "哪类？"), "options": OPTIONS, **OWN},
        {"id": "why", "type": "text", "label": l10n("You said {kind}. Why?", "您说的是{kind}，为什么？")},
        {"id": "where", "type": "select", "label": l10n("Where?", "哪里？"), "options": OPTIONS, **OWN},
        {"id": "also", "type": "checkboxes", "label": l10n("What else?", "还有？"), "options": OPTIONS, **OWN},
    ],
    "rules": [{"id": "r", "when": {"field": "kind", "op": "eq", "value": "other:"}, "show": ["why"]}],
    "settings": {"rate_per_hour": 1000},
}


def published(desk: Desk, key: str, **settings: Any) -> tuple[str, str]:
    document = {**FORM, "settings": {**FORM["settings"], **settings}}
    form = desk.post("/apps/repairs/definitions", {"kind": "form", "key": key, "document": document})["id"]
    desk.post(f"/definitions/{form}/publish", {})
    return form, f"/f/{desk.post(f'/forms/{form}/links', {})['token']}?locale=en"


def stored(desk: Desk, form: str) -> dict[str, Any]:
    answer = desk.context.request.get(f"/api/v1/forms/{form}/records").json()
    return dict(answer["records"][0]["values"])


def test_an_own_answer_opens_its_input_when_it_is_chosen(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    form, path = published(desk, "fault")
    page = browser.new_context(base_url=installation.url, viewport={"width": 390, "height": 844}).new_page()
    page.goto(path)
    expect(page.locator("#q-kind-own")).to_be_hidden()
    page.get_by_text("Something else").first.click()
    expect(page.locator("#q-kind-own")).to_be_focused()
    page.locator("#send").click()
    expect(page.locator("#e-kind")).to_contain_text("Write your own answer")
    page.locator("#q-kind-own").fill("the roof")
    expect(page.locator("#e-kind")).to_have_count(0)
    expect(page.get_by_text("You said the roof. Why?")).to_be_visible()
    page.locator("#q-where").select_option(label="Something else")
    page.locator("#q-where-own").fill("outside")
    page.locator("#q-also-0").check()
    page.reload()
    expect(page.locator("#q-kind-own")).to_have_value("the roof")
    expect(page.locator("#q-where-own")).to_have_value("outside")
    page.get_by_text("Something else").last.click()
    page.locator("#q-also-own").fill("a, b")
    page.locator("#send").click()
    expect(page.locator("#number")).to_be_visible()
    assert stored(desk, form) == {
        "kind": "other:the roof",
        "why": None,
        "where": "other:outside",
        "also": ["water", "other:a, b"],
    }
    read_at_the_desk(desk)


def read_at_the_desk(desk: Desk) -> None:
    page = desk.context.new_page()
    page.goto("/a/repairs/f/fault")
    expect(page.get_by_text("the roof").first).to_be_visible()
    expect(page.get_by_text("other:")).to_have_count(0)


def test_without_a_script_the_input_is_always_there(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    form, path = published(desk, "fault")
    page = browser.new_context(base_url=installation.url, java_script_enabled=False).new_page()
    page.goto(path)
    page.locator("#q-kind-own").fill("the roof")
    page.locator("#q-also-own").fill("the door")
    page.wait_for_timeout(3_000)  # nobody fills a form in less
    page.locator("#send").click()
    expect(page.locator("#number")).to_be_visible()
    values = stored(desk, form)
    assert (values["kind"], values["also"]) == ("other:the roof", ["other:the door"])


def test_one_question_at_a_time_waits_for_the_words(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    form, path = published(desk, "fault", mode="cards")
    page = browser.new_context(base_url=installation.url, reduced_motion="reduce").new_page()
    page.goto(path)
    page.keyboard.press("c")
    expect(page.locator("#q-kind-own")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#e-kind")).to_contain_text("Write your own answer")
    page.locator("#q-kind-own").fill("cable")
    page.keyboard.press("Enter")
    expect(shown(page)).to_contain_text("You said cable. Why?")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(page.locator("#number")).to_be_visible()
    assert stored(desk, form)["kind"] == "other:cable"


def shown(page: Page) -> Any:
    return page.locator("[data-now]")
