"""Every panel and dialog of the designer and of the share page, light and dark, on a desk and on a phone: axe finds
nothing serious and nothing reaches over the edge of the screen."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Installation
from .desk import Desk
from .test_pages_are_accessible import SIZES, plain_faults, violations

pytestmark = pytest.mark.browser

Open = Callable[[Page], object]


def press(*names: str) -> Open:
    """Return what presses these buttons one after the other."""

    def opening(page: Page) -> None:
        for name in names:
            page.get_by_role("button", name=name).first.click()
            page.wait_for_timeout(100)

    return opening


def properties(page: Page) -> None:
    """On a phone they are a sheet."""
    sheet = page.locator(".sheet-keys").get_by_role("button", name="Properties")
    if sheet.is_visible():
        sheet.click()


def tab(name: str, *then: str) -> Open:
    def opening(page: Page) -> None:
        properties(page)
        page.get_by_role("tab", name=name).click()
        press(*then)(page)

    return opening


def choose(field: str, *then: str) -> Open:
    def opening(page: Page) -> None:
        page.locator(f"[data-field={field}]").click()
        properties(page)
        press(*then)(page)

    return opening


def retype(page: Page) -> None:
    choose("subject", "Change type")(page)
    page.get_by_role("menuitem", name="Number", exact=True).click()


def remove(page: Page) -> None:
    choose("subject")(page)
    page.keyboard.press("Delete")


def select_all(page: Page) -> None:
    choose("subject")(page)
    page.keyboard.press("Control+a")


def save_group(page: Page) -> None:
    select_all(page)
    press("Save as a group")(page)


def compare(page: Page) -> None:
    press("Versions", "Compare")(page)


def look(page: Page) -> None:
    tab("Form")(page)
    page.get_by_role("navigation", name="Parts of").get_by_role("button", name="Look").click()
    expect(page.get_by_role("button", name="Preview").first).to_be_in_viewport()  # the bar stays where it is


def open_rule(page: Page) -> None:
    properties(page)
    page.get_by_role("tab", name="Logic").click()
    page.locator(".rule .sent").first.click()


def unfold(page: Page) -> None:
    for part in page.locator("summary").all():
        part.click()


def from_file(page: Page) -> None:
    press("New form")(page)
    page.get_by_role("dialog").get_by_text("From a file").click()


PANELS: Mapping[str, Open] = {
    "insert": lambda page: page.keyboard.press("/"),
    "field": choose("kind"),
    "formula": choose("total"),
    "several": select_all,
    "group": save_group,
    "retype": retype,
    "remove": remove,
    "form": tab("Form", "Add an end page"),
    "look": look,
    "limits": tab("Form", "Add a limit"),
    "rule": open_rule,
    "check": tab("Logic", "Add a check"),
    "trial": tab("Logic", "Try it"),
    "translations": press("Translat"),
    "versions": press("Versions"),
    "comparison": compare,
    "roll back": press("Versions", "Roll back"),
    "preview": press("Preview"),
    "publish": lambda page: page.locator("[data-publish]").click(),
}
DESK_ONLY = {
    "several", "group", "retype", "remove", "translations", "versions", "comparison", "roll back", "new form",
    "from a file",
}  # fmt: skip
SHARED: Mapping[str, Open] = {"links": unfold, "labels": press("Label sheet")}
CREATED: Mapping[str, Open] = {"new form": press("New form"), "from a file": from_file}
FORM = {
    "title": {"zh-CN": "报修", "en": "Repair"}, "settings": {"save_later": {}},
    "fields": [
        {"id": "subject", "type": "text", "label": {"zh-CN": "主题", "en": "Subject"}},
        {"id": "kind", "type": "select", "label": {"zh-CN": "种类", "en": "Kind"}, "options": [
            {"value": "a", "label": {"zh-CN": "漏水", "en": "A leak"}, "color": "blue"},
            {"value": "b", "label": {"zh-CN": "异响", "en": "A noise"}, "color": "amber"},
        ]},
        {"id": "cost", "type": "number", "label": {"zh-CN": "费用", "en": "Cost"}},
        {"id": "total", "type": "formula", "label": {"zh-CN": "合计", "en": "Total"}, "formula": "cost*2"},
    ],
    "rules": [{"id": "one", "when": {"field": "kind", "op": "eq", "value": "a"}, "show": ["cost"]}],
}  # fmt: skip


@pytest.mark.slow
def test_every_panel_can_be_used_by_everybody(installation: Installation, browser: Browser, tmp_path: Path) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    furnish(desk)
    places = (
        (f"/a/repairs/design/{desk.form}", "[data-field=kind]", PANELS),
        ("/a/repairs/links/repair", ".cards summary", SHARED),
        ("/a/repairs", "main", CREATED),
    )
    faults = []
    for size, schemes in (("desk", ("light", "dark")), ("phone", ("light",))):
        context = browser.new_context(
            base_url=installation.url, viewport=SIZES[size], locale="en-GB", bypass_csp=True, reduced_motion="reduce",
            storage_state=desk.context.storage_state(),
        )  # fmt: skip
        page = context.new_page()
        for path, ready, panels in places:
            for name, opening in panels.items():
                if size == "phone" and name in DESK_ONLY:
                    continue
                page.goto(path)
                page.locator(ready).first.wait_for()
                opening(page)
                page.wait_for_timeout(300)
                for scheme in schemes:
                    page.emulate_media(color_scheme=scheme)
                    found = (*plain_faults(page), *violations(page))
                    faults += [f"{name}, {size}, {scheme}: {one}" for one in found]
        context.close()
    assert faults == [], "\n".join(faults)


def furnish(desk: Desk) -> None:
    """Give the form everything that a panel shows: two versions, records, a link."""
    path = f"/api/v1/definitions/{desk.form}/draft"
    for document in (FORM, {**FORM, "description": {"zh-CN": "请描述", "en": "Tell us"}}):
        answer = desk.context.request.put(path, data={"document": document}, headers=desk.headers)
        assert answer.ok, answer.text()
        desk.post(f"/definitions/{desk.form}/publish", {})
    desk.post("/forms/repairs.repair/records", {"values": {"subject": "Drip", "kind": "a", "cost": "3"}})
    desk.post("/forms/repairs.repair/links", {"name": "Hall"})
    assert desk.context.request.put(path, data={"document": FORM}, headers=desk.headers).ok
