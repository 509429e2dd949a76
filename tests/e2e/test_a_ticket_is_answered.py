"""The main job in a real browser: set-up, gallery, a customer without JavaScript, a mail server, an agent, a rating."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.waiting import until

from .conftest import EMAIL, PASSWORD, Installation, setup_link

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
SUBJECT = "Filter light stays red"
pytestmark = pytest.mark.browser


def test_a_ticket_is_routed_acknowledged_answered_and_rated(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    house = installation
    faults: list[str] = []
    leading = _context(browser, house)
    lead = _page(leading, faults)
    _set_up(lead, setup_link(house, tmp_path / "log"))
    public = _install_ticketing(lead)
    people = {name: _hire(leading, name, role) for name, role in (
        ("Mei Lin", "support_tech"), ("Bo Chen", "support_tech"), ("Kim Park", "support_billing"),
    )}  # fmt: skip

    customer = browser.new_context(viewport=PHONE, locale="en-GB", java_script_enabled=False)
    phone = customer.new_page()
    _submit(phone, public, "Pump hums", "pia@example.com", category="technical")
    _submit(phone, public, SUBJECT, "ada@example.com", category="technical")
    (thanks,) = house.mailbox.wait_for("ada@example.com")
    assert thanks["Auto-Submitted"] == "auto-replied"
    assert SUBJECT in str(thanks["Subject"])

    tickets = leading.request.get("/api/v1/forms/ticketing.ticket/records").json()["records"]
    owners = {one["values"]["subject"]: one["values"]["assignee"] for one in tickets}
    assert set(owners.values()) == {people["Mei Lin"], people["Bo Chen"]}, "by category, and each gets one"
    ticket = next(one for one in tickets if one["values"]["subject"] == SUBJECT)
    assert ticket["values"]["no"] in str(thanks["Subject"])

    assigned = next(name for name, user_id in people.items() if user_id == owners[SUBJECT])
    at_work = _context(browser, house)
    agent = _page(at_work, faults)
    _sign_in(agent, assigned)
    agent.goto("/a/ticketing/f/ticket")
    agent.get_by_role("gridcell", name=SUBJECT).click()
    panel = agent.get_by_role("complementary").filter(has_text=ticket["values"]["no"])
    panel.get_by_role("button", name=re.compile("Reply to the customer")).click(force=True)
    panel.get_by_role("textbox", name="Reply to the customer").fill("Hold the reset key for 8 seconds.")
    agent.keyboard.press("Control+Enter")
    # The history, which comes a moment later, names it too.
    expect(panel.get_by_text("Hold the reset key").first).to_be_visible()
    panel.get_by_role("button", name="Send reply").click()
    reply = house.mailbox.wait_for("ada@example.com", 2)[1]
    assert "Hold the reset key" in reply.get_content()
    panel.get_by_role("button", name="Mark as resolved").click()

    asked = house.mailbox.wait_for("ada@example.com", 3)[2].get_content()
    link = re.search(r"http://\S+/f/\S+", asked)
    assert link is not None, asked
    phone.goto(link.group(0))
    phone.locator("input[name=score][value='5']").check(force=True)
    _send(phone)
    _until_rated(agent, leading, f"/api/v1/forms/ticketing.ticket/records/{ticket['id']}")

    lead.goto("/a/ticketing")
    lead.get_by_role("link", name="Service dashboard").first.click()
    tile = lead.get_by_role("region").or_(lead.locator("article, section")).filter(has_text="n=1")
    expect(tile.first).to_contain_text("100")
    lead.goto("/a/ticketing/rules")
    expect(lead.get_by_role("switch").first).to_be_visible()
    assert faults == []


def _context(browser: Browser, house: Installation) -> BrowserContext:
    return browser.new_context(viewport=DESK, locale="en-GB", base_url=house.url)


def _page(context: BrowserContext, faults: list[str]) -> Page:
    page = context.new_page()
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    return page


def _set_up(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Company name").fill("Riverside")
    page.get_by_label("English").check()
    page.get_by_role("button", name=re.compile("^Next")).click()
    page.get_by_label(re.compile("name", re.IGNORECASE)).first.fill("Lena Lead")
    page.locator("input[type=email]").fill(EMAIL)
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Create administrator").click()


def _install_ticketing(page: Page) -> str:
    """Install from the gallery, without sample data, and return the public address of the ticket form."""
    page.locator('a[href="/gallery"]').first.click()
    page.get_by_role("link", name=re.compile("Help desk")).first.click()
    page.get_by_label(re.compile("With sample data")).uncheck()
    page.get_by_role("button", name="Install", exact=True).click()
    expect(page.get_by_role("link", name="Open app")).to_be_visible()
    page.goto("/a/ticketing/links/ticket")
    return page.locator("input[readonly]").first.input_value()


def _hire(context: BrowserContext, name: str, role: str) -> str:
    csrf = context.request.get("/api/v1/session").json()["csrf_token"]
    made: Any = context.request.post(
        "/api/v1/users",
        data={"name": name, "email": _address(name), "password": PASSWORD, "locale": "en",
              "roles": [role, "support_agent"]},
        headers={"X-CSRF-Token": csrf},
    )  # fmt: skip
    assert made.status == 201, made.text()
    return str(made.json()["id"])


def _address(name: str) -> str:
    return f"{name.split(maxsplit=1)[0].lower()}@example.com"


def _sign_in(page: Page, name: str) -> None:
    page.goto("/sign-in")
    page.locator("input[type=email]").fill(_address(name))
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/$|/\?"))


def _submit(page: Page, link: str, subject: str, email: str, *, category: str) -> None:
    page.goto(link)
    page.get_by_label(re.compile("^Subject")).fill(subject)
    chooser = page.locator("select[name=category]")
    if chooser.count():
        chooser.select_option(category)
    else:
        page.locator(f"input[name=category][value={category}]").check()
    page.locator("[name=description]").fill("I changed the filter yesterday and the light is still red.")
    page.locator("[name=name]").fill("Ada Example")
    page.locator("[name=email]").fill(email)
    _send(page)


def _send(page: Page) -> None:
    page.wait_for_timeout(3_000)  # nobody fills a form faster
    page.locator("form button[type=submit]").last.click()
    expect(page.locator("h1")).to_contain_text(re.compile("thank you|have it", re.IGNORECASE))


def _until_rated(page: Page, context: BrowserContext, address: str) -> None:
    until(
        lambda: context.request.get(address).json()["values"]["rating"] == 5,
        "the rating did not come back to its ticket",
    )
