"""A builder sets up working hours and a policy; whoever opens a record sees how much time is left."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from .conftest import Installation, look
from .desk import Desk

pytestmark = pytest.mark.browser
STATUS = {"id": "status", "type": "select", "label": {"zh-CN": "状态", "en": "Status"}, "options": [
    {"value": "open", "label": {"zh-CN": "处理中", "en": "Open"}}, {"value": "done", "label": {"zh-CN": "已完成", "en": "Done"}},
]}  # fmt: skip
PRIORITY = {"id": "priority", "type": "select", "label": {"zh-CN": "优先级", "en": "Priority"}, "options": [
    {"value": "high", "label": {"zh-CN": "高", "en": "High"}}, {"value": "low", "label": {"zh-CN": "低", "en": "Low"}},
]}  # fmt: skip
FORM = {"title": {"zh-CN": "求助", "en": "Request"}, "fields": [
    {"id": "subject", "type": "text", "label": {"zh-CN": "主题", "en": "Subject"}}, STATUS, PRIORITY,
]}  # fmt: skip


def test_hours_and_targets_are_set_and_the_time_left_is_shown(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    made = desk.post("/apps/repairs/definitions", {"kind": "form", "key": "ask", "document": FORM})
    desk.post(f"/definitions/{made['id']}/publish", {})
    page = desk.context.new_page()
    page.goto("/a/repairs/rules")
    page.get_by_role("link", name="Service levels").click()

    page.get_by_role("button", name="New calendar").click()
    page.get_by_label("Name of the calendar").fill("Office")
    page.get_by_label("Name of the calendar").press("Enter")
    page.get_by_label("Sat, from (1)").or_(page.get_by_role("button", name="Add hours on Sat")).first.click()
    page.get_by_label("Sat, to (1)").fill("12:00")
    page.get_by_role("button", name="Take over public holidays").click()
    page.get_by_role("menuitem", name="Public holidays of China, 2026").click()
    expect(page.get_by_label("Name", exact=True).first).to_have_value("New Year's Day")
    look(page, "calendar-1440")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Published version 1")).to_be_visible()

    page.goto("/a/repairs/rules/sla")
    page.get_by_role("button", name="New policy").click()
    page.get_by_role("combobox", name="Form", exact=True).select_option(label="Request")
    page.get_by_label("Working calendar").select_option(label="Around the clock")
    page.get_by_label("Priority field").select_option(label="Priority")
    page.get_by_role("button", name="Add a clock").click()
    page.get_by_role("menuitem", name="Resolution").click()
    card = page.get_by_role("region", name="Resolution")
    card.get_by_role("button", name="One for each Priority").click()
    card.get_by_label("High · within", exact=True).fill("2")
    card.get_by_label("High · within", exact=True).press("Tab")
    card.get_by_label("Stops when").select_option(label="A condition holds")
    card.get_by_role("button", name="Some time before").click()
    card.get_by_role("button", name="Add an action").first.click()
    page.get_by_role("menuitem", name="Add a comment").click()
    look(page, "policy-1440")
    page.set_viewport_size({"width": 390, "height": 844})
    look(page, "policy-390")
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.locator("[data-state=saved]")).to_be_visible()
    listed = desk.context.request.get("/api/v1/apps/repairs/definitions?kind=sla").json()["definitions"]
    policy = listed[0]["id"]
    document = desk.context.request.get(f"/api/v1/definitions/{policy}/draft").json()["document"]
    metric = next(one for one in document["metrics"] if one["kind"] == "resolution")
    assert [(one.get("priority"), one["within"]) for one in metric["targets"]] == [
        (["high"], "PT2H"), (["low"], "PT24H"), (None, "PT24H"),
    ]  # fmt: skip
    metric["stop"], metric["warn"] = {"field": "status", "op": "eq", "value": "done"}, []
    answer = desk.context.request.put(
        f"/api/v1/definitions/{policy}/draft", data={"document": document}, headers=desk.headers
    )
    assert answer.ok, answer.text()
    page.reload()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Published version 1")).to_be_visible()

    record = desk.post(
        "/forms/repairs.ask/records", {"values": {"subject": "Help", "status": "open", "priority": "high"}}
    )
    page.goto(f"/a/repairs/f/ask?record={record['id']}")
    clocks = page.get_by_role("list", name="Service levels")
    expect(clocks.locator("[data-status=running]")).to_have_count(2)
    expect(clocks).to_contain_text("1 h 59 min left")
    look(page, "record-1440")
    desk.context.request.patch(
        f"/api/v1/forms/repairs.ask/records/{record['id']}", data={"values": {"status": "done"}}, headers=desk.headers
    )
    page.reload()
    expect(clocks.locator("[data-status=met]")).to_contain_text("in time")
    desk.context.request.patch("/api/v1/session", data={"locale": "zh-CN"}, headers=desk.headers)
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    expect(page.get_by_role("list", name="服务时限").locator("[data-status=met]")).to_contain_text("按时完成")
    look(page, "record-390-zh")
    page.goto(f"/a/repairs/rules/sla/{policy}")
    expect(page.get_by_role("button", name="添加计时")).to_be_visible()
    look(page, "policy-390-zh")
    page.set_viewport_size({"width": 1440, "height": 900})
    look(page, "policy-1440-zh")
    page.goto("/a/repairs/rules/sla")
    expect(page.get_by_role("link", name="新工作日历")).to_be_visible()
    look(page, "list-1440-zh")
