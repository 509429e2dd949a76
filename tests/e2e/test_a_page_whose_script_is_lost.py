"""A public page whose script never comes (a bad network, a release in between) is a page without a script: nothing
that can be asked stays hidden, and the answers arrive."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from .conftest import EMAIL, PASSWORD, Installation, setup_link

pytestmark = pytest.mark.browser
FORM = {
    "title": {"zh-CN": "报修", "en": "Repair"},
    "fields": [
        {"id": "kind", "type": "radio", "label": {"zh-CN": "类型", "en": "Kind"}, "options": [
            {"value": "fault", "label": {"zh-CN": "故障", "en": "Fault"}},
            {"value": "wish", "label": {"zh-CN": "建议", "en": "Wish"}}]},
        {"id": "cost", "type": "number", "label": {"zh-CN": "费用", "en": "Cost"}},
    ],
    "rules": [{"id": "r1", "when": {"field": "kind", "op": "eq", "value": "fault"}, "show": ["cost"]}],
}  # fmt: skip


def test_nothing_stays_hidden_without_its_script(installation: Installation, browser: Browser, tmp_path: Path) -> None:
    desk = browser.new_context(base_url=installation.url, locale="en-GB")
    token = setup_link(installation, tmp_path / "log").rsplit("=", 1)[1]
    person = {"organisation": "Riverside", "locale": "en", "name": "Lead", "email": EMAIL, "password": PASSWORD}
    csrf = desk.request.post("/api/v1/setup", data={"token": token, **person}).json()["csrf_token"]

    def post(path: str, body: object) -> dict[str, str]:
        answer = desk.request.post(f"/api/v1{path}", data=body, headers={"X-CSRF-Token": csrf})
        assert answer.ok, answer.text()
        return dict(answer.json())

    post("/apps", {"key": "repairs", "title": {"zh-CN": "报修", "en": "Repairs"}})
    made = post("/apps/repairs/definitions", {"kind": "form", "key": "repair", "document": FORM})
    post(f"/definitions/{made['id']}/publish", {})
    link = post("/forms/repairs.repair/links", {})["url"]

    page = browser.new_context(locale="en-GB").new_page()
    page.goto(link)
    expect(page.get_by_label("Cost")).to_be_hidden()
    page.route("**/static/assets/*.js", lambda route: route.abort())
    page.reload()
    page.get_by_label("Fault").check(force=True)
    page.get_by_label("Cost").fill("120")
    page.wait_for_timeout(3_000)  # nobody fills a form faster
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("h1")).to_contain_text(re.compile("thank you|have it", re.IGNORECASE))
    stored = desk.request.get("/api/v1/forms/repairs.repair/records").json()["records"][0]["values"]
    assert (stored["kind"], stored["cost"]) == ("fault", "120.00")
