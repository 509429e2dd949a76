"""Whom a rule gives a record to and what mail it sends are written where the rule is, and go public with it."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import EMAIL, PASSWORD, Installation, setup_link

pytestmark = pytest.mark.browser
FORM = {
    "title": {"en": "Request", "zh-CN": "请求"},
    "fields": [
        {"id": "subject", "type": "text", "label": {"en": "Subject", "zh-CN": "主题"}},
        {"id": "email", "type": "email", "label": {"en": "Email", "zh-CN": "邮箱"}},
        {"id": "owner", "type": "user", "label": {"en": "Owner", "zh-CN": "负责人"}},
    ],
}


def test_an_assignment_rule_and_a_mail_are_made_in_the_rule(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    page, headers = _builder(installation, browser, tmp_path)
    desk = page.request
    page.goto("/a/help/rules")
    page.get_by_role("button", name="New rule").last.click()
    page.get_by_label("Name of the rule").fill("Take and answer")
    then = page.locator("section", has=page.get_by_role("heading", name="Then"))

    then.get_by_role("button", name="Add an action").click()
    page.get_by_role("menuitem", name="Assign to").click()
    then.get_by_role("button", name="New", exact=True).click()
    panel = page.get_by_role("complementary", name="Assignment rule")
    panel.get_by_label("Name", exact=True).fill("Everybody in turn")
    panel.get_by_role("combobox", name="People").fill("Lead")
    page.get_by_role("listbox", name="People").get_by_role("option", name="Lead").click()
    panel.get_by_role("button", name="Done").click()
    expect(panel).to_be_hidden()
    expect(then.get_by_label("Assignment rule")).to_contain_text("Everybody in turn")

    then.get_by_role("button", name="Add an action").click()
    page.get_by_role("menuitem", name="Reply by mail").click()
    then.get_by_role("listitem").last.get_by_role("button", name="New", exact=True).click()
    panel = page.get_by_role("complementary", name="Message template")
    subject = panel.get_by_label("Subject", exact=True)
    subject.fill("About ")
    panel.get_by_role("button", name="Insert a value").first.click()
    page.get_by_role("menuitem", name="Subject").click()
    expect(subject).to_have_value("About {{ record.subject }}")
    panel.get_by_role("button", name="Done").click()
    expect(panel).to_be_hidden()
    then.get_by_label("to", exact=True).select_option(label="Email")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Published version 1")).to_be_visible()

    values = {"subject": "A loose screw", "email": "ada@example.com"}
    made = desk.post("/api/v1/forms/help.request/records", data={"values": values}, headers=headers)
    assert made.status == 201, made.text()
    mail = installation.mailbox.wait_for("ada@example.com")[0]
    assert mail["Subject"] == "About A loose screw"
    me = desk.get("/api/v1/session").json()["user"]["id"]
    assert desk.get(f"/api/v1/forms/help.request/records/{made.json()['id']}").json()["values"]["owner"] == me

    page.goto("/a/help/rules/runs")
    run = page.get_by_role("button", name="Take and answer")
    expect(run).to_contain_text("A loose screw")
    run.click()
    expect(page.get_by_role("link", name="Open the record")).to_be_visible()
    page.get_by_label("Result").select_option(label="Failed")
    expect(run).to_be_hidden()


def _builder(house: Installation, browser: Browser, tmp_path: Path) -> tuple[Page, dict[str, str]]:
    """Return a page of the builder of an installation with one published form, and the headers of its writes."""
    context = browser.new_context(locale="en-GB", base_url=house.url, viewport={"width": 1440, "height": 900})
    token = setup_link(house, tmp_path / "log").rsplit("=", 1)[1]
    person = {"organisation": "Riverside", "locale": "en", "name": "Lead", "email": EMAIL, "password": PASSWORD}
    done = context.request.post("/api/v1/setup", data={"token": token, **person})
    headers = {"X-CSRF-Token": done.json()["csrf_token"]}
    app = {"key": "help", "title": {"en": "Help", "zh-CN": "帮助"}}
    assert context.request.post("/api/v1/apps", data=app, headers=headers).status == 201
    form = {"kind": "form", "key": "request", "document": FORM}
    made = context.request.post("/api/v1/apps/help/definitions", data=form, headers=headers)
    assert made.status == 201, made.text()
    published = context.request.post(f"/api/v1/definitions/{made.json()['id']}/publish", data={}, headers=headers)
    assert published.ok, published.text()
    page = context.new_page()
    return page, headers
