"""A form that was opened once is opened, filled and kept without a net, and sent once when the net is back."""

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.waiting import until

from .conftest import Installation
from .desk import FORM, Desk

CACHE = "formloom-form-1"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def test_answers_wait_for_the_net(installation: Installation, browser: Browser, tmp_path: Path) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    photo = {"id": "photo", "type": "image", "label": {"zh-CN": "照片", "en": "Photo"}}
    document = {**FORM, "fields": [*FORM["fields"], photo], "settings": {"offline": True, "rate_per_hour": 1000}}
    form = desk.post("/apps/repairs/definitions", {"kind": "form", "key": "kept", "document": document})["id"]
    desk.post(f"/definitions/{form}/publish", {})
    link = desk.post(f"/forms/{form}/links", {})
    context = browser.new_context(base_url=installation.url, locale="en-GB")
    page = context.new_page()
    page.goto(f"/f/{link['token']}")
    until_holds(
        page, f"async () => (await (await caches.open('{CACHE}')).keys()).some(one => one.url.includes('/assets/'))"
    )

    context.set_offline(True)
    page.goto(f"/f/{link['token']}")
    expect(page.get_by_label("Subject")).to_be_visible()
    page.get_by_label("Subject").fill("No net here")
    page.locator("[type=file]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PNG})
    page.get_by_role("button", name="Submit").click()
    waiting = page.locator(".waiting")
    expect(waiting).to_contain_text("1 answer waits on this device")
    expect(page.get_by_label("Subject")).to_have_value("")

    page.reload()
    expect(waiting).to_contain_text("Will be sent when you are online again")
    context.set_offline(False)
    expect(waiting).to_be_hidden()
    records = desk.context.request.get(f"/api/v1/forms/{form}/records").json()["records"]
    assert [(one["values"]["subject"], len(one["values"]["photo"])) for one in records] == [("No net here", 1)]

    context.set_offline(True)
    page.get_by_label("Subject").fill("Too late")
    page.get_by_role("button", name="Submit").click()
    expect(waiting).to_contain_text("1 answer waits on this device")
    desk.context.request.patch(f"/api/v1/links/{link['token']}", data={"open": False}, headers=desk.headers)
    context.set_offline(False)
    expect(waiting.locator(".failed")).to_contain_text("closed")
    page.reload()
    expect(waiting.locator(".failed")).to_contain_text("closed")
    until_holds(page, f"async () => !(await caches.keys()).includes('{CACHE}')")


def until_holds(page: Page, holds: str) -> None:
    """Wait for something in the page, whose policy lets no test code be read from a text."""
    until(lambda: page.evaluate(holds), holds)
