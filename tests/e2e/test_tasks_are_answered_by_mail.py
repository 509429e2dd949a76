"""A task comes by mail and is answered from it on a phone, without signing in and without JavaScript."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from .conftest import Installation
from .office import PHONE, Office

pytestmark = pytest.mark.browser
FORM = {
    "title": {"en": "Leave", "zh-CN": "请假"}, "title_field": "reason",
    "fields": [
        {"id": "reason", "type": "text", "label": {"en": "Reason", "zh-CN": "事由"}},
        {"id": "days", "type": "number", "label": {"en": "Days", "zh-CN": "天数"}},
        {"id": "salary", "type": "number", "label": {"en": "Daily pay", "zh-CN": "日薪"}},
    ],
}  # fmt: skip
SAID = {"en": ("Approve", "You approved this"), "zh-CN": ("同意", "您已于")}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_task_is_answered_from_its_mail(
    installation: Installation, browser: Browser, tmp_path: Path, language: str
) -> None:
    office = Office(
        installation, browser, tmp_path / "log", language, key="leave", form=FORM, names=("Ann", "Bob")
    )  # fmt: skip
    step = {
        "id": "boss", "type": "approve", "title": {"en": "Lead", "zh-CN": "主管"}, "fields": {"salary": "hide"},
        "assignees": [{"users": [office.people["Bob"]]}],
    }  # fmt: skip
    office.publish("flow", "leave", {
        "title": FORM["title"], "form": "leave", "face": "approval", "trigger": {"type": "record_created"},
        "nodes": [step],
    })  # fmt: skip
    asking = office.sign_in("Ann")
    office.ask_for(asking, {"reason": "Moving house", "days": "2", "salary": "98765"})

    (mail,) = installation.mailbox.wait_for("bob@example.com")
    text = mail.get_content()
    assert "Moving house" in str(mail["Subject"])
    assert not re.search(r"98,?765", text)
    address = re.search(r"http://\S+/t/\S+", text)
    assert address is not None
    phone = office.context(PHONE, java_script_enabled=False).new_page()
    phone.goto(address.group(0))
    expect(phone.get_by_text("Moving house").first).to_be_visible()
    expect(phone.get_by_text(re.compile(r"98,?765"))).to_have_count(0)
    approve, approved = SAID[language]
    phone.get_by_role("textbox").fill("Enjoy it")
    phone.get_by_role("button", name=approve).tap()
    expect(phone.locator("[data-state=approved]")).to_contain_text(approved)
    phone.goto(address.group(0))
    expect(phone.get_by_role("button", name=approve)).to_have_count(0)

    asking.goto("/tasks?box=started")
    told = asking.locator("article")
    expect(told).to_contain_text("Enjoy it")
    expect(asking.locator("[data-task]", has_text="Moving house")).to_contain_text(office.say("tasks.state.approved"))
