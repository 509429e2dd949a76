"""A builder gives a real mail server, stores the password and sees what the connection comes to."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.workflows.imap_server import NEEDS_DOVECOT, PASSWORD, USER, Imap, imap_server

from .conftest import Installation, look, serving
from .desk import Desk
from .test_mails_become_records import TICKET, mail, publish

pytestmark = [pytest.mark.browser, NEEDS_DOVECOT]


@pytest.fixture
def imap(tmp_path: Path) -> Iterator[Imap]:
    folder = tmp_path / "imap"
    folder.mkdir()
    with imap_server(folder) as running:
        yield running


@pytest.fixture
def house(tmp_path: Path, imap: Imap) -> Iterator[Installation]:
    """Yield an installation that may connect to the server and trusts its certificate."""
    folder = tmp_path / "house"
    folder.mkdir()
    allowed = f"localhost:{imap.tls_port}"
    with serving(folder, FORMLOOM_OUTBOUND_ALLOW=allowed, SSL_CERT_FILE=str(imap.folder / "cert.pem")) as running:
        yield running


def store(page: Page, password: str) -> None:
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("A password is stored")).to_be_visible()


def test_the_connection_is_checked_with_the_stored_password(
    house: Installation, imap: Imap, browser: Browser, tmp_path: Path
) -> None:
    desk = Desk(house, browser, tmp_path / "house" / "log")
    publish(desk, "form", "ticket", TICKET)
    box = {"title": {"zh-CN": "客服", "en": "Support"}, "form": "ticket", "addresses": ["support@localhost"]}
    made = desk.post("/apps/repairs/definitions", {"kind": "mailbox", "key": "support", "document": box})["id"]
    imap.deliver(bytes(mail("Loom 4 stopped", "It shows E-17.")), "one")

    page = desk.context.new_page()
    page.goto(f"/a/repairs/mailboxes/{made}")
    page.get_by_role("radio", name="Fetched from a server").click()
    expect(page.get_by_label("User name", exact=True)).to_have_value("support@localhost")
    page.get_by_label("IMAP server").fill("localhost")
    page.get_by_label("Port", exact=True).fill(str(imap.tls_port))
    page.get_by_label("User name", exact=True).fill(USER)
    page.get_by_role("radio", name="STARTTLS").click()
    expect(page.get_by_label("Port", exact=True)).to_have_value(str(imap.tls_port))
    page.get_by_role("radio", name="TLS", exact=True).click()
    store(page, "not this one")
    check = page.get_by_role("button", name="Check connection")
    check.click()
    expect(page.get_by_role("alert")).to_contain_text("User name or password are wrong")
    look(page, "refused-1440")

    page.get_by_role("button", name="Change", exact=True).click()
    store(page, PASSWORD)
    expect(page.get_by_role("alert")).to_have_count(0)
    check.click()
    expect(page.get_by_text("Connected. INBOX holds 1 mail.")).to_be_visible()
    look(page, "connected-1440")

    page.get_by_label("Folder", exact=True).fill("Looms")
    page.get_by_label("Folder", exact=True).press("Tab")
    expect(page.get_by_text("Connected.")).to_have_count(0)
    check.click()
    expect(page.get_by_role("alert")).to_contain_text("There is no such folder")

    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("button", name="Remove password").click()
    expect(page.get_by_label("Password", exact=True)).to_have_value("")
    assert page.request.get(f"/api/v1/mailboxes/{made}").json()["has_password"] is False
