"""A respondent comes back, on a phone: by the link in a mail that really arrived, and by what only he knows."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Installation
from .desk import Desk

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


def l10n(zh: str, en: str) -> dict[str, str]:
    return {"zh-CN": zh, "en": en}


JOB: dict[str, Any] = {
    "title": l10n("上门维修", "Repair at home"), "status_field": "state",
    "fields": [
        {"id": "no", "type": "serial", "label": l10n("单号", "Number"), "format": "R{0000}"},
        {"id": "about", "type": "text", "label": l10n("问题", "What is wrong"), "required": True},
        {"id": "mail", "type": "email", "label": l10n("邮箱", "Mail address"), "required": True},
        {"id": "state", "type": "select", "label": l10n("进度", "State"), "public": False, "default": "new",
         "options": [{"value": "new", "label": l10n("待处理", "Waiting")}]},
    ],
    "settings": {"own_link": {"see": ["about", "mail", "state"], "edit": {"fields": ["about"]}}},
}  # fmt: skip


@pytest.fixture
def desk(installation: Installation, browser: Browser, tmp_path: Path) -> Desk:
    """Return a builder whose public form gives respondents a link of their own."""
    made = Desk(installation, browser, tmp_path / "log")
    found = made.post("/apps/repairs/definitions", {"kind": "form", "key": "job", "document": JOB})
    made.post(f"/definitions/{found['id']}/publish", {})
    return made


def phone(browser: Browser, house: Installation) -> Page:
    return browser.new_context(base_url=house.url, locale="en-GB", viewport=PHONE).new_page()


def test_the_link_in_the_mail_leads_back_until_it_is_withdrawn(
    desk: Desk, installation: Installation, browser: Browser
) -> None:
    token = desk.post("/forms/repairs.job/links", {})["token"]
    page = phone(browser, installation)
    page.goto(f"/f/{token}")
    page.get_by_label("What is wrong").fill("It leaks")
    page.get_by_label("Mail address").fill("lin@example.com")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", name="Your own link")).to_be_visible()
    page.get_by_role("button", name="Send it to l***@example.com").click()
    expect(page.get_by_text("on its way", exact=False)).to_be_visible()
    (mail,) = installation.mailbox.wait_for("lin@example.com")
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.search(r"http://\S+/own/\S+", body.get_content())
    assert found, body.get_content()
    assert "It leaks" not in body.get_content()

    other = phone(browser, installation)
    other.goto(found[0])
    expect(other.get_by_text("Waiting")).to_be_visible()
    expect(other.get_by_text("It leaks")).to_be_visible()
    other.get_by_role("link", name="Change").click()
    other.get_by_label("What is wrong").fill("It leaks and drips")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_role("status").filter(has_text="saved")).to_be_visible()
    (record,) = desk.context.request.get("/api/v1/forms/repairs.job/records").json()["records"]
    assert record["values"]["about"] == "It leaks and drips"

    path = f"/forms/repairs.job/records/{record['id']}/own-links/withdraw"
    assert desk.post(path, {}) == {"withdrawn": 1}
    gone = other.goto(found[0])
    assert gone is not None
    assert gone.status == 404


def test_a_record_is_found_by_what_only_its_owner_knows(
    desk: Desk, installation: Installation, browser: Browser
) -> None:
    values = {"about": "It leaks", "mail": "lin@example.com"}
    number = desk.post("/forms/repairs.job/records", {"values": values})["values"]["no"]
    query = {"by": ["no", "mail"], "show": ["about", "mail", "state"], "mask": ["mail"]}
    token = desk.post("/forms/repairs.job/links", {"purpose": "query", "query": query})["token"]
    page = phone(browser, installation)
    page.goto(f"/f/{token}")
    page.get_by_label("Number").fill(number)
    page.get_by_label("Mail address").fill("somebody@example.com")
    page.get_by_role("button", name="Look it up").click()
    expect(page.locator("#found")).to_have_text("Nothing was found")
    page.get_by_label("Mail address").fill("lin@example.com")
    page.get_by_role("button", name="Look it up").click()
    expect(page.locator("#found")).to_have_text("1 found")
    expect(page.get_by_text("It leaks")).to_be_visible()
    expect(page.get_by_text("l***@example.com")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
