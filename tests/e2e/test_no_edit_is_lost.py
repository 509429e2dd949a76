"""What was changed in the designer a moment before the page is left is still there afterwards, with its way back; when
somebody else wrote meanwhile, both are kept and the reader chooses."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from .conftest import EMAIL, PASSWORD, Installation, setup_link

pytestmark = pytest.mark.browser
FORM = {"title": {"zh-CN": "报修", "en": "Repair"}, "fields": [
    {"id": "subject", "type": "text", "label": {"zh-CN": "主题", "en": "Subject"}},
    {"id": "cost", "type": "number", "label": {"zh-CN": "费用", "en": "Cost"}},
]}  # fmt: skip
WRITE_AND_LEAVE = """([was, words]) => {
  const label = [...document.querySelectorAll('aside input')].find((one) => one.value === was)
  label.value = words
  label.dispatchEvent(new Event('input', { bubbles: true }))
  location.reload()
}"""
"""In one go: nothing that takes its time, a database or a server, has a chance in between."""
SLOW_DISK = """IDBObjectStore.prototype.put = function (value, key) {
  Object.defineProperty(this.transaction, 'oncomplete', { set() {} })
  return this.get(key)
}"""
"""A database on this device that has written nothing yet when the page is left."""


class Desk:
    """The HTTP interface of a builder, beside his browser."""

    def __init__(self, house: Installation, browser: Browser, log: Path) -> None:
        self.context: BrowserContext = browser.new_context(
            base_url=house.url, locale="en-GB", viewport={"width": 1440, "height": 900}
        )
        token = setup_link(house, log).rsplit("=", 1)[1]
        person = {"organisation": "Riverside", "locale": "en", "name": "Lead", "email": EMAIL, "password": PASSWORD}
        answer = self.context.request.post("/api/v1/setup", data={"token": token, **person})
        self.headers = {"X-CSRF-Token": answer.json()["csrf_token"]}
        self.post("/apps", {"key": "repairs", "title": FORM["title"]})
        self.form = self.post("/apps/repairs/definitions", {"kind": "form", "key": "repair", "document": FORM})["id"]

    def post(self, path: str, body: object) -> Any:
        answer = self.context.request.post(f"/api/v1{path}", data=body, headers=self.headers)
        assert answer.ok, answer.text()
        return answer.json()

    def labels(self) -> list[str]:
        answer = self.context.request.get(f"/api/v1/definitions/{self.form}/draft").json()
        return [field["label"]["en"] for field in answer["document"]["fields"]]

    def rename(self, field: int, words: str) -> None:
        """Write as somebody else does."""
        path = f"/api/v1/definitions/{self.form}/draft"
        document = self.context.request.get(path).json()["document"]
        document["fields"][field]["label"]["en"] = words
        answer = self.context.request.put(path, data={"document": document}, headers=self.headers)
        assert answer.ok, answer.text()

    def designer(self) -> Page:
        page = self.context.new_page()
        page.goto(f"/a/repairs/design/{self.form}")
        expect(page.locator("[data-field=cost]")).to_be_visible()
        return page


def write_and_leave(page: Page, field: str, was: str, words: str) -> None:
    page.locator(f"[data-field={field}]").click()
    expect(page.get_by_label("Label", exact=True)).to_have_value(was)
    page.evaluate(WRITE_AND_LEAVE, [was, words])


@pytest.fixture
def desk(installation: Installation, browser: Browser, tmp_path: Path) -> Desk:
    return Desk(installation, browser, tmp_path / "log")


def test_an_edit_survives_a_reload_in_the_same_moment(desk: Desk) -> None:
    page = desk.designer()
    for place, (field, was, words) in enumerate(
        (("subject", "Subject", "What is broken?"), ("cost", "Cost", "Costs so far"))
    ):
        write_and_leave(page, field, was, words)
        expect(page.locator(f"[data-field={field}]")).to_contain_text(words)
        expect(page.locator("[data-state=saved]")).to_be_visible()
        assert desk.labels()[place] == words
    page.keyboard.press("Control+z")
    expect(page.locator("[data-field=cost]")).not_to_contain_text("Costs so far")
    page.keyboard.press("Control+z")
    expect(page.locator("[data-field=subject]")).to_contain_text("Subject")


def test_an_edit_survives_that_neither_server_nor_database_could_take(desk: Desk) -> None:
    desk.context.add_init_script(SLOW_DISK)
    page = desk.designer()
    page.route("**/draft", lambda route: route.abort() if route.request.method == "PUT" else route.continue_())
    write_and_leave(page, "subject", "Subject", "What is broken?")
    expect(page.locator("[data-field=subject]")).to_contain_text("What is broken?")
    expect(page.locator("[data-state=offline]")).to_be_visible()
    assert desk.labels()[0] == "Subject"
    page.get_by_role("button", name="Publish", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    version = desk.context.request.get(f"/api/v1/definitions/{desk.form}/draft").json()["version"]
    assert not version, "what could not be saved must not go public without it"
    dialog.get_by_role("button", name="Cancel").click()
    page.unroute("**/draft")
    expect(page.locator("[data-state=saved]")).to_be_visible(timeout=10_000)
    assert desk.labels()[0] == "What is broken?"


def test_an_edit_and_what_somebody_else_wrote_meanwhile_are_both_kept(desk: Desk) -> None:
    page = desk.designer()
    page.route("**/draft", lambda route: route.abort() if route.request.method == "PUT" else route.continue_())
    desk.rename(1, "Costs in euros")
    write_and_leave(page, "subject", "Subject", "What is broken?")
    conflict = page.get_by_role("dialog")
    expect(conflict).to_be_visible()
    page.unroute("**/draft")
    assert desk.labels() == ["Subject", "Costs in euros"]
    conflict.get_by_role("button", name="Use theirs").click()
    expect(page.locator("[data-field=cost]")).to_contain_text("Costs in euros")
    page.keyboard.press("Control+z")
    expect(page.locator("[data-field=subject]")).to_contain_text("What is broken?")
