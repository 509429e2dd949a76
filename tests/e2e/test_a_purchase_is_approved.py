"""A purchase: the way depends on the sum, finance and legal look at it side by side, signers are added, one returns it."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from .conftest import Installation
from .office import PHONE, AtWork, Drawing, Office

pytestmark = pytest.mark.browser
FORM = {
    "title": {"en": "Purchase", "zh-CN": "采购"}, "title_field": "what",
    "fields": [
        {"id": "what", "type": "text", "label": {"en": "What", "zh-CN": "采购内容"}},
        {"id": "amount", "type": "number", "label": {"en": "Amount", "zh-CN": "金额"}},
    ],
}  # fmt: skip
WHAT = "Ten looms"


@pytest.mark.parametrize("language", ["en"])  # the contract is in Chinese
def test_a_purchase_goes_its_ways(installation: Installation, browser: Browser, tmp_path: Path, language: str) -> None:
    names = ("Ann", "Bob", "Cyd", "Dan", "Eve", "Fay")
    office = Office(installation, browser, tmp_path / "log", language, key="purchase", form=FORM, names=names)
    draw(office)
    asking = office.sign_in("Ann")
    office.ask_for(asking, {"what": WHAT, "amount": "12000"})

    lead = AtWork(office, "Bob", PHONE)
    lead.open(WHAT)
    dialog = lead.further("add_sign")
    dialog.get_by_role("radio", name=office.say("tasks.position.before")).click()
    dialog.get_by_role("combobox").fill("Fay")
    lead.page.get_by_role("option", name="Fay").click()
    dialog.get_by_role("combobox").press("Tab")
    dialog.locator("[data-ask-send]").click()
    expect(lead.page.get_by_text(office.say("tasks.empty.todo"))).to_be_visible()
    signer = AtWork(office, "Fay")
    signer.open(WHAT)
    signer.answer()
    lead.open(WHAT)
    lead.answer()
    director = AtWork(office, "Eve")  # over the limit
    director.open(WHAT)
    director.answer()

    finance, legal = AtWork(office, "Cyd"), AtWork(office, "Dan", PHONE)
    finance.open(WHAT)
    finance.answer()
    legal.open(WHAT)
    dialog = legal.further("return")
    dialog.get_by_role("radio", name="Bob").check()
    dialog.get_by_role("radio", name=office.say("approvals.after.direct")).check()
    dialog.locator("[data-ask-send]").click()
    expect(legal.page.get_by_text(office.say("tasks.empty.todo"))).to_be_visible()
    lead.open(WHAT)
    lead.answer()
    for one in (finance, legal):  # straight back to the two of them, past the director
        one.open(WHAT)
        one.answer()

    asking.goto("/tasks?box=started")
    expect(asking.locator("[data-task]", has_text=WHAT)).to_contain_text(office.say("tasks.state.approved"))
    told = asking.locator("article")
    expect(told).to_contain_text(office.say("tasks.log.added_sign", to="Fay"))
    told.get_by_role("tab", name=office.say("tasks.face.picture")).click()
    expect(told.locator("[data-type=approve]")).to_have_count(4)


def draw(office: Office) -> None:
    """Draw the process with the mouse and publish it."""
    drawing = Drawing(office)
    say, panel, steps = office.say, drawing.panel, drawing.steps()
    steps.click()
    drawing.who("Bob")
    panel.get_by_role("textbox", name=say("approvals.stepName")).fill("Bob")

    drawing.add(":1", "route")
    drawing.ways().first.click()
    drawing.condition("amount", "gte", "10000")
    route = drawing.document()["nodes"][1]
    drawing.add(f"{route['id']}/{route['branches'][0]['id']}:0", "approve")
    steps.last.click()
    drawing.who("Eve")

    drawing.add(":2", "parallel")
    fork = drawing.document()["nodes"][2]
    for branch, name in zip(fork["branches"], ("Cyd", "Dan"), strict=True):
        drawing.add(f"{fork['id']}/{branch['id']}:0", "approve")
        drawing.who(name)
        drawing.tab("how")
        panel.get_by_label(say("approvals.afterReturn")).select_option("ask")
        drawing.tab("timeout")
        panel.get_by_role("switch", name=say("approvals.hasTimeout")).click()
        panel.get_by_label(say("approvals.thenLabel")).select_option("escalate")
    _first, route, fork = drawing.document()["nodes"]
    assert route["branches"][0]["when"] == {"all": [{"field": "amount", "op": "gte", "value": "10000"}]}
    last = fork["branches"][1]["nodes"][0]
    assert (last["timeout"]["then"], last["after_return"]) == ("escalate", "ask")
    drawing.publish()
