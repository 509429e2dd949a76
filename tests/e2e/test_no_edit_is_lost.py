"""What was changed in the designer a moment before the page is left is still there afterwards, with its way back; when
somebody else wrote meanwhile, both are kept and the reader chooses."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.waiting import until

from .conftest import Installation
from .desk import Desk

pytestmark = pytest.mark.browser
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
OUT_OF_REACH = """(() => {
  const ask = window.fetch
  window.fetch = (url, options) =>
    options?.method === 'PUT' && !window.isInReach ? Promise.reject(new TypeError('out of reach')) : ask(url, options)
})()"""
"""A server that takes nothing until `isInReach`; a route of the test would miss what a page sends as it is left."""


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
        until(lambda: desk.labels()[place] == words, desk.labels)  # noqa: B023 - asked at once
    page.keyboard.press("Control+z")
    expect(page.locator("[data-field=cost]")).not_to_contain_text("Costs so far")
    page.keyboard.press("Control+z")
    expect(page.locator("[data-field=subject]")).to_contain_text("Subject")


def test_a_number_that_was_typed_and_not_left_survives_leaving_the_page(desk: Desk) -> None:
    page = desk.designer()
    page.locator("[data-field=cost]").click()
    page.get_by_label("Decimal places").fill("0")
    page.evaluate("location.reload()")
    page.locator("[data-field=cost]").click()
    expect(page.get_by_label("Decimal places")).to_have_value("0")


def test_an_edit_survives_that_neither_server_nor_database_could_take(desk: Desk) -> None:
    desk.context.add_init_script(SLOW_DISK)
    desk.context.add_init_script(OUT_OF_REACH)
    page = desk.designer()
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
    page.evaluate("window.isInReach = true")
    expect(page.locator("[data-state=saved]")).to_be_visible()
    until(lambda: desk.labels()[0] == "What is broken?", desk.labels)


def test_an_edit_and_what_somebody_else_wrote_meanwhile_are_both_kept(desk: Desk) -> None:
    desk.context.add_init_script(OUT_OF_REACH)
    page = desk.designer()
    desk.rename(1, "Costs in euros")
    write_and_leave(page, "subject", "Subject", "What is broken?")
    conflict = page.get_by_role("dialog")
    expect(conflict).to_be_visible()
    page.evaluate("window.isInReach = true")
    assert desk.labels() == ["Subject", "Costs in euros"]
    conflict.get_by_role("button", name="Use theirs").click()
    expect(page.locator("[data-field=cost]")).to_contain_text("Costs in euros")
    page.keyboard.press("Control+z")
    expect(page.locator("[data-field=subject]")).to_contain_text("What is broken?")
