"""A help desk's export in a real browser: chosen, matched, followed, its refused rows fetched, taken back."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import APIRequestContext, Browser, BrowserContext, Page, expect

from .conftest import EMAIL, PASSWORD, Installation, setup_link

GOOD, BROKEN = 1_200, 9
HEADER = ["Ticket ID", "Customer Name", "Customer Email", "Ticket Type", "Ticket Subject", "Ticket Description",
          "Ticket Priority", "First Response Time"]  # fmt: skip
KINDS = ("Technical issue", "billing inquiry", "Refund request", "Product inquiry")
FAULTS = ((2, "not-a-mail"), (3, "No such type"), (4, "x" * 300))
RECORDS = "/api/v1/forms/ticketing.ticket/records"
pytestmark = pytest.mark.browser


def _export() -> bytes:
    """Return a look-alike of a help desk's export, with broken rows at its end."""
    rows = [
        [str(number), "王小明" if number % 3 else "Nicolas, Wilson", f"c{number}@example.com", KINDS[number % 4],
         f"Case {number}", f'The "X{number}" fails.\n\nSteps: 1. on, 2. off', ("Low", "High", "Critical", "")[number % 4],
         "2023-06-01 12:15:36"]
        for number in range(GOOD + BROKEN)
    ]  # fmt: skip
    for at in range(BROKEN):
        place, wrong = FAULTS[at % len(FAULTS)]
        rows[GOOD + at][place] = wrong
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    return text.getvalue().encode()


def _signed_in(house: Installation, browser: Browser, log: Path) -> BrowserContext:
    desk = browser.new_context(locale="en-GB", base_url=house.url, accept_downloads=True)
    setup = desk.request.post(
        "/api/v1/setup",
        data={
            "token": setup_link(house, log).rsplit("=", 1)[1], "organisation": "Riverside", "locale": "en",
            "name": "Lead", "email": EMAIL, "password": PASSWORD,
        },
    )  # fmt: skip
    assert setup.ok, setup.text()
    installed = desk.request.post(
        "/api/v1/templates/ticketing/install", data={"sample_data": False},
        headers={"X-CSRF-Token": setup.json()["csrf_token"]},
    )  # fmt: skip
    assert installed.status == 201, installed.text()
    return desk


def _count(request: APIRequestContext) -> int:
    return int(request.get(f"{RECORDS}?count=exact&limit=1").json()["count"])


def _refused(page: Page) -> list[list[str]]:
    with page.expect_download() as download:
        page.get_by_role("link", name="Download refused rows").click()
    return list(csv.reader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))


def test_a_file_is_imported_followed_and_taken_back(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    desk = _signed_in(installation, browser, tmp_path / "log")
    page = desk.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.goto("/a/ticketing/f/ticket")
    page.get_by_role("link", name="Import").or_(page.get_by_role("button", name="Import")).first.click()

    file = {"name": "tickets.csv", "mimeType": "text/csv", "buffer": _export()}
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose file").click()
    chooser.value.set_files([file])

    name = page.get_by_role("combobox", name="Field for the column Customer Name")
    expect(name).to_have_value("name")
    expect(page.get_by_role("combobox", name="Encoding")).to_contain_text("UTF-8 (recognised)")
    name.select_option(label="Don't import")
    expect(page.get_by_text("No column for the required field Name")).to_be_visible()
    expect(page.get_by_text("200 of the first 200 rows would be refused")).to_be_visible()
    name.select_option("name")
    expect(page.get_by_text("All of the first 200 rows fit")).to_be_visible()
    kind = page.get_by_role("combobox", name="Field for the column Ticket ID")
    kind.select_option("rating")
    expect(page.get_by_text("Probably the wrong field")).to_be_visible()
    kind.select_option(label="Don't import")
    page.reload()
    expect(kind).to_have_value("")
    expect(page.get_by_role("switch", name="Run rules")).not_to_be_checked()
    expect(page.get_by_role("switch", name="Send messages to the outside")).to_be_disabled()

    page.get_by_role("button", name=f"Import {GOOD + BROKEN:,} rows").click()
    progress = page.get_by_role("progressbar", name="Progress of the import")
    expect(progress).to_have_attribute("aria-valuemax", str(GOOD + BROKEN))
    page.reload()
    expect(page.get_by_role("heading", name=f"{GOOD:,} records imported from tickets.csv")).to_be_visible()
    expect(progress).to_have_attribute("aria-valuenow", str(GOOD + BROKEN))
    expect(page.get_by_text(f"{BROKEN} refused")).to_be_visible()
    assert _count(desk.request) == GOOD

    alone = desk.new_page()
    alone.goto(f"/jobs/{page.url.rsplit('job=', 1)[1]}")
    expect(alone.get_by_role("navigation").get_by_role("link", name="Service dashboard")).to_be_visible()
    alone.close()

    lines = _refused(page)
    assert lines[0] == ["Import: row", "Import: field", "Import: reason", *HEADER]
    assert len(lines) == BROKEN + 1
    assert {line[1] for line in lines[1:]} == {"Email", "Category", "Subject"}
    assert all(line[2] for line in lines[1:])
    expect(page.get_by_role("cell", name=re.compile("'No such type' is not one")).first).to_be_visible()

    page.get_by_role("button", name="Undo import").click()
    page.get_by_role("dialog").get_by_role("button", name="Move to trash").click()
    expect(page.get_by_role("heading", name=f"Import undone: {GOOD:,} records are in the trash")).to_be_visible()
    expect(page.get_by_role("button", name="Undo import")).to_have_count(0)
    assert _count(desk.request) == 0
    page.get_by_role("link", name="Show records").click()
    expect(page.get_by_text(re.compile("No Ticket records yet", re.IGNORECASE))).to_be_visible()
    assert faults == []
    desk.close()
