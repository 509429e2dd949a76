"""A department gets its head by mouse, a member his skill and his supervisor, and who goes away names his delegate."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import PASSWORD, Installation
from .desk import Desk

pytestmark = pytest.mark.browser


def _person(desk: Desk, name: str, **more: Any) -> str:
    body = {"email": f"{name.lower()}@example.com", "name": name, "password": PASSWORD, **more}
    return str(desk.post("/users", body)["id"])


def _choose(page: Page, label: str, name: str) -> None:
    page.get_by_role("combobox", name=label).click(force=True)  # its placeholder lies above it and opens it, too
    page.get_by_role("option", name=name).click()


def _read(desk: Desk, path: str) -> Any:
    return desk.context.request.get(f"/api/v1{path}").json()


def test_a_head_a_supervisor_and_a_delegate_are_set_by_mouse(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    mia, _lee = _person(desk, "Mia"), _person(desk, "Lee")
    page = desk.context.new_page()

    page.goto("/settings/departments")
    page.get_by_role("button", name="New department").first.click()
    page.get_by_label("Name · English").fill("Service")
    _choose(page, "Head", "Lee")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Head: Lee")).to_be_visible()

    page.goto("/settings/skills")
    page.get_by_role("button", name="New skill").first.click()
    page.get_by_label("Name · English").fill("German")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="German", exact=True)).to_be_visible()

    page.goto("/settings/people")
    page.get_by_role("button", name="Mia", exact=True).click()
    panel = page.get_by_role("complementary", name="Mia")
    _choose(page, "Departments", "Service")
    page.keyboard.press("Escape")
    panel.get_by_label("Add a skill…").select_option(label="German")
    panel.get_by_label("Level of German").select_option(label="4 · strong")
    panel.get_by_label("Most open items").fill("7")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_text("Answers to: Lee")).to_be_visible()
    work = _read(desk, f"/users/{mia}/work")
    assert (work["max_open"], [one["level"] for one in work["skills"]]) == (7, [4])

    page.goto("/settings/absences")
    expect(page.get_by_text("No absence is entered")).to_be_visible()
    page.get_by_role("button", name="New absence").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("From").fill("2026-01-05T09:00")
    dialog.get_by_label("Until").fill("2099-01-05T09:00")
    _choose(page, "Who acts for you", "Mia")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Mia acts")).to_be_visible()

    page.get_by_role("button", name="New absence").first.click()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("This overlaps with the leave from")).to_be_visible()
    assert len(_read(desk, "/absences")["absences"]) == 1
