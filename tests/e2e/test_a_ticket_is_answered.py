"""The main job in a real browser: a customer without JavaScript, a mail server, an agent, a rating."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from .conftest import EMAIL, PASSWORD, Installation, setup_link

PHONE = {"width": 390, "height": 844}
pytestmark = pytest.mark.browser


def test_a_ticket_is_routed_acknowledged_answered_and_rated(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    house = installation
    desk = browser.new_context(locale="en-GB", base_url=house.url)
    setup = desk.request.post(
        "/api/v1/setup",
        data={
            "token": setup_link(house, tmp_path / "log").rsplit("=", 1)[1], "organisation": "Riverside", "locale": "en",
            "name": "Lead", "email": EMAIL, "password": PASSWORD,
        },
    )  # fmt: skip
    assert setup.ok, setup.text()
    headers = {"X-CSRF-Token": setup.json()["csrf_token"]}
    installed = desk.request.post("/api/v1/templates/ticketing/install", data={"sample_data": False}, headers=headers)
    assert installed.status == 201, installed.text()
    links = desk.request.get("/api/v1/forms/ticketing.ticket/links").json()["links"]

    customer = browser.new_context(viewport=PHONE, locale="en-GB", java_script_enabled=False)
    page = customer.new_page()
    page.goto(links[0]["url"])
    page.get_by_label(re.compile("^Subject")).fill("Filter light stays red")
    category = page.locator("select[name=category]")
    if category.count():
        category.select_option("technical")
    else:
        page.locator("input[name=category][value=technical]").check()
    page.locator("[name=description]").fill("I changed the filter yesterday and the light is still red.")
    page.locator("[name=name]").fill("Ada Example")
    page.locator("[name=email]").fill("ada@example.com")
    page.wait_for_timeout(3_000)
    page.locator("form button[type=submit]").last.click()
    expect(page.locator("h1")).to_contain_text(re.compile("thank you|have it", re.IGNORECASE))

    mail = house.mailbox.wait_for("ada@example.com")[0]
    assert mail["Auto-Submitted"] == "auto-replied"
    assert "Filter light stays red" in str(mail["Subject"])

    records = desk.request.get("/api/v1/forms/ticketing.ticket/records").json()["records"]
    assert len(records) == 1
    ticket = records[0]
    assert ticket["values"]["assignee"], "nobody was assigned"
    assert ticket["values"]["no"] in str(mail["Subject"])

    workspace = desk.new_page()
    faults: list[str] = []
    workspace.on("pageerror", lambda fault: faults.append(str(fault)))
    workspace.goto("/a/ticketing/f/ticket")
    expect(workspace.get_by_text("Filter light stays red").first).to_be_visible()
    workspace.goto("/a/ticketing/rules")
    expect(workspace.get_by_role("switch").first).to_be_visible()
    assert faults == []

    address = f"/api/v1/forms/ticketing.ticket/records/{ticket['id']}"
    resolved = desk.request.patch(
        address,
        data={"values": {"status": "resolved", "resolution": "Hold the reset key for 8 seconds."}},
        headers=headers,
    )
    assert resolved.ok, resolved.text()
    rating_mail = house.mailbox.wait_for("ada@example.com", 2)[1]
    body = rating_mail.get_body(("plain",))
    assert body is not None
    link = re.search(r"http://\S+/f/\S+", body.get_content())
    assert link is not None, body.get_content()
    page.goto(link.group(0))
    page.locator("input[name=score][value='5']").check(force=True)
    page.wait_for_timeout(3_000)
    page.locator("form button[type=submit]").last.click()
    expect(page.locator("h1")).to_contain_text(re.compile("thank you|have it", re.IGNORECASE))
    for _ in range(100):
        if desk.request.get(address).json()["values"]["rating"] == 5:
            break
        workspace.wait_for_timeout(100)
    assert desk.request.get(address).json()["values"]["rating"] == 5
    customer.close()
    desk.close()
