"""A contract: looked at, taken back and approved after all, with a file attached, and signed by hand on a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from .conftest import Installation
from .office import PHONE, AtWork, Drawing, Office

pytestmark = pytest.mark.browser
FORM = {
    "title": {"en": "Contract", "zh-CN": "合同"}, "title_field": "name",
    "fields": [
        {"id": "name", "type": "text", "label": {"en": "Contract", "zh-CN": "合同名称"}},
        {"id": "paper", "type": "file", "label": {"en": "Paper", "zh-CN": "合同文本"}},
    ],
}  # fmt: skip
NAME = "Supply of yarn"


@pytest.mark.parametrize("language", ["zh-CN"])  # the purchase is in English
def test_a_contract_is_signed_by_hand(
    installation: Installation, browser: Browser, tmp_path: Path, language: str
) -> None:
    names = ("Ann", "Bob", "Cyd", "Dan", "Eve")
    office = Office(installation, browser, tmp_path / "log", language, key="contract", form=FORM, names=names)
    draw(office)
    asking = office.sign_in("Ann")
    office.ask_for(asking, {"name": NAME})

    legal = AtWork(office, "Bob")
    pane = legal.open(NAME)
    with legal.page.expect_response(lambda answer: answer.url.endswith("/files") and answer.status == 201):
        pane.locator("[data-field=paper] input[type=file]").set_input_files(
            {"name": "contract.txt", "mimeType": "text/plain", "buffer": b"We supply yarn."}
        )
    legal.answer()
    legal.page.get_by_role("button", name=office.say("ui.undo")).click()
    expect(legal.page.locator("[data-answer=approve]")).to_be_visible()
    pane.locator("[data-attach]").click()
    with legal.page.expect_response(lambda answer: answer.url.endswith("/files") and answer.status == 201):
        pane.locator(".answer input[type=file]").set_input_files(
            {"name": "remarks.txt", "mimeType": "text/plain", "buffer": b"Clause 7 is new."}
        )
    legal.answer()

    finance, lead = AtWork(office, "Cyd"), AtWork(office, "Dan")
    finance.open(NAME)
    finance.answer()
    pane = lead.open(NAME)
    with lead.page.expect_download() as got:
        pane.get_by_role("link", name="contract.txt").click()
    assert got.value.path().read_text() == "We supply yarn."
    lead.answer()

    boss = AtWork(office, "Eve", PHONE)
    boss.open(NAME)
    boss.page.locator("[data-answer=approve]").click()
    expect(boss.page.get_by_text(office.say("tasks.signatureMissing"))).to_be_visible()
    boss.sign()
    boss.answer()

    asking.goto("/tasks?box=started")
    told = asking.locator("article")
    expect(asking.locator("[data-task]", has_text=NAME)).to_contain_text(office.say("tasks.state.approved"))
    expect(told).to_contain_text(office.say("tasks.log.took_back"))
    picture = told.get_by_role("img", name=office.say("approvals.signature"))
    expect(picture).to_be_visible()
    assert picture.evaluate("async (one) => { await one.decode(); return one.naturalWidth }") > 0
    with asking.expect_download() as got:
        told.get_by_role("link", name="remarks.txt").click()
    assert got.value.path().read_text() == "Clause 7 is new."


def draw(office: Office) -> None:
    """Draw the process with the mouse and publish it."""
    drawing = Drawing(office)
    steps = drawing.steps()
    steps.click()
    drawing.who("Bob")
    drawing.tab("fields")
    drawing.page.locator("[data-right='paper:edit']").check()
    for at, name in enumerate(("Cyd", "Dan", "Eve"), 1):
        drawing.add(f":{at}", "approve")
        drawing.who(name)
        expect(steps).to_have_count(at + 1)
    drawing.tab("how")
    drawing.panel.locator("[data-signature]").select_option("required")
    expect(drawing.panel.locator("[data-by-mail]")).to_have_count(0)
    drawing.publish()
