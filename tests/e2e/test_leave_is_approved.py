"""A leave process is drawn with the mouse, and runs: whoever asks, one who approves on a phone, one at a desk."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from .conftest import Installation
from .office import PHONE, Drawing, Office

pytestmark = pytest.mark.browser
FORM = {
    "title": {"en": "Leave", "zh-CN": "请假"}, "title_field": "reason",
    "fields": [
        {"id": "reason", "type": "text", "label": {"en": "Reason", "zh-CN": "事由"}},
        {"id": "days", "type": "number", "label": {"en": "Days", "zh-CN": "天数"}},
        {"id": "salary", "type": "number", "label": {"en": "Daily pay", "zh-CN": "日薪"}},
        {"id": "remark", "type": "text", "label": {"en": "Remark of HR", "zh-CN": "人事备注"}},
    ],
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_leave_goes_through_two_hands(
    installation: Installation, browser: Browser, tmp_path: Path, language: str
) -> None:
    office = Office(
        installation, browser, tmp_path / "log", language, key="leave", form=FORM, names=("Ann", "Bob", "Cyd")
    )
    draw(office)
    asking = office.sign_in("Ann")
    record = office.ask_for(asking, {"reason": "Moving house", "days": "2", "salary": "700"})

    phone = office.sign_in("Bob", PHONE)
    phone.goto("/")
    expect(phone.locator(".mtab .n")).to_have_text("1")
    phone.goto("/tasks")
    phone.get_by_role("button", name="Moving house").tap()
    expect(phone.get_by_text(office.say("tasks.waitsForYou.approve"))).to_be_visible()
    phone.locator("[data-answer=approve]").tap()
    expect(phone.get_by_text(office.say("tasks.empty.todo"))).to_be_visible()

    desk = office.sign_in("Cyd")
    desk.goto("/tasks")
    pane = desk.locator("article")
    expect(pane.get_by_role("heading", name="Moving house")).to_be_visible()
    expect(pane.locator("[data-field=days]")).to_contain_text("2")
    expect(pane.locator("[data-field=salary]")).to_have_count(0)
    remark = pane.locator("[data-field=remark]").get_by_role("textbox")
    remark.fill("Noted")
    pane.get_by_role("textbox", name=office.say("tasks.commentLabel")).fill("Enjoy it")
    pane.locator("[data-answer=approve]").click()
    expect(desk.get_by_text(office.say("tasks.empty.todo"))).to_be_visible()

    asking.goto("/tasks?box=started")
    row = asking.locator("[data-task]", has_text="Moving house")
    expect(row).to_contain_text(office.say("tasks.state.approved"))
    told = asking.locator("article")
    expect(told).to_contain_text("Enjoy it")
    told.get_by_role("tab", name=office.say("tasks.face.picture")).click()
    expect(told.locator("[data-type=approve]")).to_have_count(2)
    stored = asking.request.get(f"/api/v1/forms/office.leave/records/{record}").json()
    assert stored["values"]["remark"] == "Noted"


def draw(office: Office) -> None:
    """Draw a process of two approvals, undo and redo a step on the way, and publish it."""
    drawing = Drawing(office)
    page, steps = drawing.page, drawing.steps()
    steps.click()
    drawing.who("Bob")
    expect(steps).to_contain_text("Bob")

    drawing.add(":1", "approve")
    expect(steps).to_have_count(2)
    page.keyboard.press("Control+z")
    expect(steps).to_have_count(1)
    page.keyboard.press("Control+Shift+z")
    expect(steps).to_have_count(2)
    steps.last.click()
    drawing.who("Cyd")
    expect(steps.last).to_contain_text("Cyd")
    drawing.tab("fields")
    page.locator("[data-right='salary:hide']").check()
    page.locator("[data-right='remark:edit']").check()
    drawing.publish()
