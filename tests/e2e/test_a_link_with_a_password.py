"""A locked link in a real browser: the script sends the cookie that says that the password was given."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from .conftest import EMAIL, PASSWORD, Installation

pytestmark = pytest.mark.browser


def test_the_password_opens_the_form_and_lets_it_be_sent(installation: Installation, browser: Browser) -> None:
    installation.command("init", "--admin-email", EMAIL, "--admin-password", PASSWORD, "--locale", "en")
    admin = browser.new_context(base_url=installation.url)
    signed_in = admin.request.post("/api/v1/session", data={"email": EMAIL, "password": PASSWORD}).json()
    headers = {"X-CSRF-Token": signed_in["csrf_token"]}

    def made(path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = admin.request.post(f"/api/v1{path}", data=body, headers=headers)
        assert answer.ok, answer.text()
        return dict(answer.json())

    document = {"title": {"en": "Guests"}, "fields": [{"id": "name", "type": "text", "label": {"en": "Name"}}]}
    opens = {"settings": {"open_from": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}}
    made("/apps", {"key": "desk", "title": {"en": "Desk"}})
    form = made("/apps/desk/definitions", {"kind": "form", "key": "guests", "document": {**document, **opens}})["id"]
    made(f"/definitions/{form}/publish", {})
    link = made(f"/forms/{form}/links", {"password": "open sesame"})

    page = browser.new_context(base_url=installation.url, locale="en").new_page()
    page.clock.install()
    page.goto(link["url"])
    expect(page.get_by_role("timer")).to_contain_text("00:5")
    put = admin.request.put(f"/api/v1/definitions/{form}/draft", data={"document": document}, headers=headers)
    assert put.ok, put.text()
    made(f"/definitions/{form}/publish", {})
    page.clock.fast_forward("01:00:01")
    expect(page.get_by_label("Password")).to_be_visible()  # it opened by itself
    page.get_by_label("Password").fill("wrong words")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("not the password")
    page.get_by_label("Password").fill("open sesame")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name").fill("Lin")
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", name="We have it")).to_be_visible()
    found = admin.request.get(f"/api/v1/forms/{form}/records").json()["records"]
    assert [record["values"]["name"] for record in found] == ["Lin"]
