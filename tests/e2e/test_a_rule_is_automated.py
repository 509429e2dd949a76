"""A scheduled rule that goes through records is built by mouse, run, looked at in the run log, and replayed from a step."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.waiting import until

from .conftest import Installation, look
from .desk import Desk

pytestmark = pytest.mark.browser
TASK = {"title": {"zh-CN": "任务", "en": "Task"}, "fields": [
    {"id": "title", "type": "text", "label": {"zh-CN": "标题", "en": "Title"}},
    {"id": "note", "type": "text", "label": {"zh-CN": "备注", "en": "Note"}},
]}  # fmt: skip


def add(page: Page, scope: object, name: str) -> None:
    scope.get_by_role("button", name="Add an action").last.click()
    page.get_by_role("menuitem", name=name, exact=True).click()


def test_a_scheduled_rule_goes_through_records_and_is_replayed(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    made = desk.post("/apps/repairs/definitions", {"kind": "form", "key": "task", "document": TASK})
    desk.post(f"/definitions/{made['id']}/publish", {})
    desk.post(f"/definitions/{desk.form}/publish", {})
    for title in ("Pump", "Valve"):
        desk.post("/forms/repairs.task/records", {"values": {"title": title}})
    page = desk.context.new_page()
    page.goto("/a/repairs/rules")
    page.get_by_role("button", name="New rule").last.click()

    page.get_by_label("Trigger").select_option(label="At set times")
    page.get_by_label("How often", exact=True).select_option(label="By expression")
    page.get_by_label("Cron expression").fill("* * * * *")
    page.get_by_label("Cron expression").press("Tab")
    expect(page.locator(".next .tok")).to_have_count(5)

    then = page.locator("section.step").filter(has=page.get_by_role("heading", name="Then"))
    then.get_by_role("button", name="Add an action").click()
    page.get_by_role("menuitem", name="Look for records").click()
    query = then.locator("[data-step]").first
    query.get_by_label("Form", exact=True).select_option(label="Task")
    query.get_by_label("Name of the result").fill("open")
    query.get_by_label("Name of the result").press("Tab")
    then.get_by_role("button", name="Add an action").click()
    page.get_by_role("menuitem", name="For each").click()
    loop = then.get_by_role("group", name="For each")
    loop.get_by_label("What to go through").select_option(label="record in open")
    loop.get_by_role("button", name="Add an action").click()
    page.get_by_role("menuitem", name="Change another record").click()
    change = loop.locator("[data-step]")
    change.get_by_label("Form", exact=True).select_option(label="Task")
    change.get_by_role("button", name="Add a match").click()
    page.get_by_role("menuitem", name="Record id").click()
    change.get_by_label("Where the value of Record id comes from").select_option(label="the value of")
    change.get_by_label("Value of Record id", exact=True).select_option(label="This one · Record id")
    change.get_by_role("button", name="Add a field").click()
    page.get_by_role("menuitem", name="Note").click()
    change.get_by_label("Where the value of Note comes from").select_option(label="a text with values")
    change.get_by_label("Value of Note", exact=True).fill("Seen {{ item.title }}")
    change.get_by_label("Value of Note", exact=True).press("Tab")
    expect(page.locator("[data-state=saved]")).to_be_visible()
    look(page, "rule-1440")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Published version 1")).to_be_visible()

    log = page.get_by_role("region", name="Run log")
    first = log.locator("li .line").first

    def has_run() -> bool:
        log.get_by_role("button", name="Refresh").click()
        return first.is_visible()

    until(has_run)

    def notes() -> list[str]:
        found = desk.context.request.get("/api/v1/forms/repairs.task/records").json()["records"]
        return sorted(one["values"]["note"] or "" for one in found)

    until(lambda: notes() == ["Seen Pump", "Seen Valve"], notes)

    page.set_viewport_size({"width": 1440, "height": 1500})
    first.click()
    steps = log.locator(".trace > li")
    expect(steps).to_have_count(5)
    steps.last.get_by_role("button", name="Inputs and outputs").click()
    expect(steps.last.get_by_role("region", name="Input")).to_contain_text("Seen")
    look(page, "log-1440")
    steps.last.get_by_role("button", name="Replay from here").click()
    dialog = page.get_by_role("dialog", name="Replay from this step")
    expect(dialog.get_by_role("alert")).to_contain_text("Change another record")
    look(page, "replay-1440")
    page.set_viewport_size({"width": 390, "height": 844})
    look(page, "replay-390")
    page.set_viewport_size({"width": 1440, "height": 1500})
    dialog.get_by_role("button", name="Replay", exact=True).click()
    expect(page.get_by_text("Replayed: Ran")).to_be_visible()
    flow = desk.context.request.get("/api/v1/apps/repairs/definitions?kind=flow").json()["definitions"][0]["id"]
    runs = desk.context.request.get(f"/api/v1/flows/{flow}/runs").json()["runs"]
    (replayed,) = [run for run in runs if run["replay_of"]]
    assert [line["type"] for line in replayed["trace"]] == ["update_record"]
    desk.context.request.patch("/api/v1/session", data={"locale": "zh-CN"}, headers=desk.headers)
    page.reload()
    page.get_by_role("region", name="运行记录").locator("li .line").first.click()
    look(page, "log-1440-zh")
    page.set_viewport_size({"width": 390, "height": 844})
    look(page, "log-390-zh")
