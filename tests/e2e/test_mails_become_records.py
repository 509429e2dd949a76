"""A builder sets up a mailbox; mails handed to the product become records, join them, or wait until somebody decides."""

import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import ROOT, Installation, look
from .desk import Desk
from .office import DESK, PHONE, Office

pytestmark = pytest.mark.browser
TICKET = {
    "title": {"zh-CN": "工单", "en": "Ticket"}, "title_field": "subject",
    "fields": [
        {"id": "subject", "type": "text", "label": {"zh-CN": "主题", "en": "Subject"}},
        {"id": "email", "type": "email", "label": {"zh-CN": "邮箱", "en": "E-mail"}},
        {"id": "story", "type": "textarea", "label": {"zh-CN": "描述", "en": "Story"}},
        {"id": "last", "type": "text", "label": {"zh-CN": "最后答复", "en": "Last words"}},
        {"id": "papers", "type": "file", "label": {"zh-CN": "附件", "en": "Papers"}},
        {"id": "due", "type": "date", "label": {"zh-CN": "期限", "en": "Due"}},
        {"id": "urgency", "type": "select", "label": {"zh-CN": "紧急程度", "en": "Urgency"},
         "options": [{"value": "low", "label": {"zh-CN": "低", "en": "Low"}}]},
    ],
}  # fmt: skip
FIRST = "<Loom.4.stopped@loomworks.example>"
REPLY = "The loom runs again.\n\nOn Mon, 4 May 2026 at 10:12, Support wrote:\n> Has it been oiled?"


def mail(subject: str, text: str, **headers: str) -> EmailMessage:
    made = EmailMessage()
    told = {
        "From": "Ann Weaver <ann@loomworks.example>", "To": "support@example.com",
        "Message-ID": f"<{subject.replace(' ', '.')}@loomworks.example>",
    }  # fmt: skip
    for name, value in {**told, "Subject": subject, **headers}.items():
        made[name] = value
    made.set_content(text)
    return made


def hand_over(house: Installation, given: EmailMessage) -> str:
    """Give a mail to the product as a mail server does."""
    command = [sys.executable, str(ROOT / "app.py"), "mail", "receive"]
    done = subprocess.run(command, input=bytes(given), env=house.environment, check=True, capture_output=True)
    return done.stdout.decode()


def publish(desk: Desk, kind: str, key: str, document: Any) -> str:
    made = desk.post("/apps/repairs/definitions", {"kind": kind, "key": key, "document": document})
    desk.post(f"/definitions/{made['id']}/publish", {})
    return str(made["id"])


def set_up(page: Page) -> None:
    page.goto("/a/repairs/rules")
    page.get_by_role("link", name="Mailboxes").click()
    expect(page.get_by_text("No mailboxes yet")).to_be_visible()
    look(page, "none-1440")
    page.get_by_role("button", name="New mailbox").last.click()
    page.get_by_label("Addresses", exact=True).fill("support@example.com")
    page.keyboard.press("Enter")
    offered = page.get_by_label("Field for: From").locator("option").all_inner_texts()
    assert offered == ["into no field", "E-mail", "Subject", "Last words"], "only fields that fit are offered"
    page.get_by_role("button", name="Add a value").click()
    page.get_by_role("menuitem", name="Urgency").click()
    page.get_by_label("Value of Urgency").click()
    page.get_by_role("option", name="Low").click()
    expect(page.locator("[data-state=saved]")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("group", name="Urgency")).not_to_contain_text("Low")
    page.get_by_role("button", name="Redo").click()
    expect(page.get_by_role("group", name="Urgency")).to_contain_text("Low")
    expect(page.locator("[data-state=saved]")).to_be_visible()
    look(page, "editor-1440")
    page.locator("[data-publish]").click()
    page.locator("[data-publish-now]").click()
    expect(page.get_by_text("Published as v1")).to_be_visible()
    page.get_by_role("button", name="See received mails").click()
    expect(page.get_by_text("No mails yet")).to_be_visible()


def test_a_mailbox_is_set_up_and_its_mails_find_their_place(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    publish(desk, "form", "ticket", TICKET)
    page = desk.context.new_page()
    set_up(page)

    first = mail("Loom 4 stopped", "It shows E-17.")
    first.add_attachment(b"%PDF-1.4 a report", maintype="application", subtype="pdf", filename="report.pdf")
    assert " made " in hand_over(installation, first)
    hand_over(installation, mail("Away", "I am away until Monday.", **{"Auto-Submitted": "auto-replied"}))
    hand_over(installation, mail("Forty metres", "Forty metres of linen, please.", **{"X-Spam-Flag": "YES"}))

    page.reload()
    rows = page.locator("[data-message]")
    expect(rows).to_have_count(3)
    rows.filter(has_text="Loom 4 stopped").click()
    pane = page.get_by_role("region", name="Loom 4 stopped")
    expect(pane).to_contain_text("Became this record")
    with page.expect_download() as download:
        pane.get_by_role("link", name="report.pdf").click()
    assert Path(download.value.path()).read_bytes() == b"%PDF-1.4 a report"
    look(page, "received-1440")

    page.get_by_role("navigation", name="Received mails by state").get_by_role("button", name="Held").click()
    expect(rows).to_have_count(2)
    rows.filter(has_text="Away").click()
    expect(page.get_by_role("region", name="Away")).to_contain_text("An automatic mail")
    page.keyboard.press("d")
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Undo").last.click()
    expect(rows).to_have_count(2)
    rows.filter(has_text="Forty metres").click()
    look(page, "held-1440")
    page.locator("[data-let-in]").click()
    expect(page.get_by_text("Let in as “Forty metres”")).to_be_visible()
    expect(rows).to_have_count(1)

    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    page.locator("[data-join]").click()
    page.get_by_role("combobox", name="Join to which record").fill("Loom")
    page.get_by_role("option", name="Loom 4 stopped").click()
    look(page, "join-390")
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_text("Joined to “Loom 4 stopped”")).to_be_visible()
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    look(page, "nothing-390")

    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/a/repairs/f/ticket")
    line = page.get_by_role("row").filter(has_text="Loom 4 stopped")
    expect(line).to_contain_text("Low")
    expect(line).to_contain_text("report.pdf")
    line.get_by_text("Loom 4 stopped").click()
    page.get_by_role("tab", name="Activity").click()
    expect(page.get_by_text("A mail created the record")).to_be_visible()
    letters = page.locator(".letter")
    expect(letters).to_have_count(2)
    expect(letters.filter(has_text="It shows E-17.")).to_have_count(1)
    letters.filter(has_text="I am away").get_by_role("button", name="Whole mail").click()
    look(page, "activity-1440")


def test_answers_join_their_record_and_set_off_rules(
    installation: Installation, browser: Browser, tmp_path: Path
) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    publish(desk, "form", "ticket", TICKET)
    fields = {"subject": "subject", "text": "story", "from": "email"}
    title = {"zh-CN": "客服", "en": "Support"}
    box = {"title": title, "form": "ticket", "addresses": ["support@example.com"], "fields": fields}
    publish(desk, "mailbox", "support", box)
    page = desk.context.new_page()
    page.goto("/a/repairs/rules")
    page.get_by_role("button", name="New rule").first.click()
    page.get_by_label("Form", exact=True).select_option(label="Ticket")
    page.get_by_label("Trigger", exact=True).select_option(label="A mail comes in")
    page.get_by_label("Which mailbox").select_option(label="Support")
    page.get_by_label("Which mails").select_option(label="an answer")
    page.get_by_role("button", name="Add condition").first.click()
    page.get_by_label("Field", exact=True).select_option(label="Text of the mail")
    page.get_by_label("Comparison", exact=True).select_option(label="contains")
    page.get_by_label("Value", exact=True).fill("runs again")
    page.get_by_role("button", name="Add an action").first.click()
    page.get_by_role("menuitem", name="Set fields").click()
    page.get_by_role("button", name="Add a field").click()
    page.get_by_role("menuitem", name="Last words").click()
    page.get_by_label("Where the value of Last words comes from").select_option(label="the value of")
    page.get_by_label("Value of Last words", exact=True).select_option(label="Text of the mail")
    look(page, "rule-1440")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Published version 1")).to_be_visible()

    hand_over(installation, mail("Loom 4 stopped", "It shows E-17."))
    hand_over(installation, mail("Re: Loom 4 stopped", REPLY, **{"In-Reply-To": FIRST}))
    stranger = {"From": "eve@elsewhere.example", "In-Reply-To": FIRST}
    hand_over(installation, mail("Re: Loom", "Send me the papers.", **stranger))

    page.goto("/a/repairs/f/ticket")
    line = page.get_by_role("row").filter(has_text="Loom 4 stopped")
    expect(line).to_contain_text("The loom runs again.", timeout=20_000)
    line.get_by_text("Loom 4 stopped").click()
    page.get_by_role("tab", name="Touchpoints").click()
    letters = page.locator(".letter")
    expect(letters).to_have_count(3)
    answer = letters.filter(has_text="The loom runs again.")
    expect(answer).not_to_contain_text("Has it been oiled?")
    answer.get_by_role("button", name="Whole mail").click()
    page.get_by_text("Repeated text").click()
    expect(answer.get_by_text("Has it been oiled?")).to_be_visible()
    page.get_by_text("Sender not verified").click()
    expect(page.get_by_text("This sender never took part in this record.")).to_be_visible()
    look(page, "answers-1440")


def test_a_reviewer_is_told_and_decides(installation: Installation, browser: Browser, tmp_path: Path) -> None:
    """Who may not design the app comes from the notification to the mails, on a phone, and to nothing else of it."""
    office = Office(installation, browser, tmp_path / "log", "zh-CN", key="ticket", form=TICKET, names=["Ann", "Mia"])
    grant = {"form": "ticket", "acts": ["record.read", "record.review"], "rows": "all"}
    members = {"users": [office.people["Mia"]]}
    readers = {"title": {"zh-CN": "审核", "en": "Review"}, "app_acts": ["open"], "grants": [grant], "members": members}
    office.publish("permission_group", "review", readers)
    box = office.publish("mailbox", "support", {
        "title": {"zh-CN": "客服邮箱", "en": "Support"}, "form": "ticket", "addresses": ["support@example.com"],
        "fields": {"subject": "subject", "text": "story"}, "unmatched": "hold", "tells": members,
    })  # fmt: skip
    editor = office.builder.new_page()
    editor.goto(f"/a/office/mailboxes/{box}")
    told = editor.locator("[data-part=tells]")
    expect(told).to_contain_text("Mia")
    told.scroll_into_view_if_needed()
    look(editor, "tells-1440")

    hand_over(installation, mail("Forty metres", "Forty metres of linen, please."))
    for size in (DESK, PHONE):
        page = office.sign_in("Mia", size)
        page.goto("/notifications")
        page.get_by_text("收件邮箱“客服邮箱”有邮件等待处理").click()
        expect(page).to_have_url(f"{installation.url}/a/office/mailboxes/{box}/received")
        expect(page.get_by_role("heading", name="收到的邮件")).to_be_visible()
        expect(page.locator("[data-message]")).to_have_count(1)
        look(page, f"reviewer-{size['width']}")
    page.locator("[data-message]").click()
    page.locator("[data-let-in]").click()
    expect(page.get_by_text("已放行为“Forty metres”")).to_be_visible()
