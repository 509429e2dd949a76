"""From nothing to an answered form and a rule that acts on it: by mouse, and by keyboard alone."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.waiting import until

from .conftest import EMAIL, PASSWORD, Installation, setup_link
from .keys import Keys

pytestmark = pytest.mark.browser
TYPES = ("text", "textarea", "select", "radio", "number", "date", "email", "phone", "rating", "user")
"""What the form asks for, in the order of its building."""
LABELS = {"text": "Subject", "textarea": "What to watch for", "select": "Priority", "radio": "Kind", "number": "Cost",
          "rating": "How urgent is it?", "user": "Looked after by"}  # fmt: skip
OPTIONS = {"select": ("Normal", "Urgent"), "radio": ("Fault", "Wish")}


def test_a_form_is_built_by_mouse(installation: Installation, browser: Browser, tmp_path: Path) -> None:
    page = _workspace(installation, browser, tmp_path)
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.goto("/")
    page.get_by_role("button", name="Start").click()
    page.get_by_label("App name").fill("Repairs")
    page.get_by_role("button", name="Create app").click()
    page.get_by_role("button", name="Start").click()
    page.get_by_label("Form name").fill("Repair request")
    page.get_by_role("button", name="Create and design").click()

    for type_id in TYPES:
        _drag_type(page, type_id)
    fields = page.locator("[data-field]")
    expect(fields).to_have_count(10)
    _stand(fields, TYPES)
    props = page.get_by_role("complementary", name="Properties")

    # what a field is called, whether it must be answered, what can be chosen
    fields.nth(0).click()
    props.get_by_label("Label", exact=True).fill("Subject")
    props.get_by_role("switch", name="Required").click()
    _name(page, "textarea", "What to watch for")
    _name(page, "select", "Priority", "Normal", "Urgent")
    _name(page, "radio", "Kind", "Fault", "Wish")
    _name(page, "number", "Cost")
    _name(page, "user", "Looked after by")
    props.get_by_label("Who sees it").select_option("members")
    expect(page.locator("[data-state=saved]")).to_be_visible()

    # the order on the paper: the kind goes above the priority
    page.locator("[data-field=radio]").scroll_into_view_if_needed()
    above = page.locator("[data-field=select]").bounding_box()
    assert above is not None
    _drag(page, page.locator("[data-field=radio] [role=button]"), above["x"] + 60, above["y"] + 4)
    moved = ["text", "textarea", "radio", "select", *TYPES[4:]]
    _stand(fields, moved)

    # taken back, put again, and the steps outlive a reload
    page.get_by_role("button", name=re.compile("^Undo")).click()
    _stand(fields, TYPES)
    expect(page.locator("[data-state=saved]")).to_be_visible()
    page.reload()
    page.get_by_role("button", name=re.compile("^Redo")).click()
    _stand(fields, moved)

    # the costs are asked only for a fault
    props.get_by_role("tab", name="Logic").click()
    props.get_by_role("button", name="Add rule").click()
    props.get_by_label("Field", exact=True).select_option(label="Kind")
    props.get_by_label("Comparison").select_option("eq")
    props.get_by_label("Value", exact=True).select_option(label="Fault")
    page.mouse.click(*_centre(props.get_by_label("Then show")))
    page.get_by_role("listbox", name="Then show").get_by_role("option", name="Cost").click()
    page.keyboard.press("Escape")
    expect(props.locator("article")).to_contain_text(re.compile("Kind.*Fault.*show.*Cost"))

    # what goes public is seen before it does
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published as v1")).to_be_visible()
    _name(page, "rating", "How urgent is it?")
    page.get_by_role("button", name="Publish 1 change").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem")).to_contain_text("How urgent is it?")
    dialog.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published as v2")).to_be_visible()
    page.get_by_role("button", name="Share it").last.click()
    page.get_by_role("button", name="Create public link").click()
    link = page.get_by_label("Public link").input_value()

    # a rule: what comes in as a fault is urgent, and the one who looks after repairs is told
    page.get_by_role("link", name="Flow").click()
    page.get_by_role("button", name="New rule").last.click()
    page.get_by_label("Name of the rule").fill("Faults are urgent")
    condition = page.get_by_role("group", name="Conditions")
    condition.get_by_role("button", name="Add condition").click()
    condition.get_by_label("Field", exact=True).select_option(label="Kind")
    condition.get_by_label("Value", exact=True).select_option(label="Fault")
    then = page.locator("section", has=page.get_by_role("heading", name="Then"))
    then.get_by_role("button", name="Add an action").click()
    page.get_by_role("menuitem", name="Set fields").click()
    then.get_by_role("button", name="Add a field").click()
    page.get_by_role("menuitem", name="Priority").click()
    page.mouse.click(*_centre(then.get_by_label("Value of Priority", exact=True)))
    page.get_by_role("listbox", name="Value of Priority").get_by_text("Urgent").click()
    then.get_by_role("button", name="Add a field").click()
    page.get_by_role("menuitem", name="Looked after by").click()
    page.mouse.click(*_centre(then.get_by_label("Value of Looked after by", exact=True)))
    page.get_by_role("listbox", name="Value of Looked after by").get_by_text("Lead").click()
    then.get_by_role("button", name="Add an action").click()
    page.get_by_role("menuitem", name="Notify in the app").click()
    then.get_by_label("to", exact=True).select_option(label="Looked after by")
    then.get_by_label("Text", exact=True).fill("Urgent: ")
    then.get_by_role("button", name="Insert a value").click()
    page.get_by_role("menuitem", name="Subject").click()
    expect(then.get_by_label("Text", exact=True)).to_have_value("Urgent: {{ record.text }}")
    expect(page.locator("[data-state=saved]")).to_be_visible()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Published version 1")).to_be_visible()

    _answer(browser, link)
    page.get_by_role("link", name="Repair request").click()
    row = page.get_by_role("row").filter(has_text="The boiler is cold")
    expect(row).to_contain_text("Urgent")
    row.get_by_text("The boiler is cold").click()
    expect(page.get_by_role("complementary").last).to_contain_text("Lead")
    page.get_by_role("link", name="Notifications").click()
    expect(page.get_by_text("Urgent: The boiler is cold")).to_be_visible()
    assert faults == []


def test_a_form_is_built_by_keyboard(installation: Installation, browser: Browser, tmp_path: Path) -> None:
    page = _workspace(installation, browser, tmp_path)
    keys = Keys(page)
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.goto("/")
    keys.go(page.get_by_role("button", name="Start"))
    keys.press("Enter").type("Repairs").press("Enter")
    expect(page.get_by_role("heading", name="Repairs")).to_be_visible()
    keys.go(page.get_by_role("button", name="Start"))
    keys.press("Enter").type("Repair request").press("Enter")
    expect(page.get_by_text("Drag a field here")).to_be_visible()

    # a field by `/` and a few letters; Enter goes to its label and Esc back to the paper
    for type_id in TYPES:
        keys.press("/").type(type_id).press("Enter")
        expect(page.locator(f"[data-field={type_id}] [role=button]")).to_be_focused()
        if type_id in LABELS:
            keys.press("Enter").type(LABELS[type_id])
        for number, option in enumerate(OPTIONS.get(type_id, ()), 1):
            keys.go(page.get_by_label(f"Option {number}", exact=True)).write(option)
        if type_id == "text":
            keys.go(page.get_by_role("switch", name="Required")).press("Space")
        if type_id == "user":
            keys.go(page.get_by_label("Who sees it")).type("Mem")
        keys.press("Escape")
    fields = page.locator("[data-field]")
    _stand(fields, TYPES)
    expect(page.locator("[data-state=saved]")).to_be_visible()

    # the order, by Alt and arrows and by the menu
    expect(page.locator("[data-field=user] [role=button]")).to_be_focused()
    keys.press(*["ArrowUp"] * 6)
    expect(page.locator("[data-field=radio] [role=button]")).to_be_focused()
    keys.press("Alt+ArrowUp")
    moved = ["text", "textarea", "radio", "select", *TYPES[4:]]
    _stand(fields, moved)
    keys.press("Control+z")
    _stand(fields, TYPES)
    keys.go(page.get_by_role("button", name="Move to…")).press("Enter", "ArrowDown", "ArrowDown", "Enter")
    _stand(fields, moved)
    expect(page.locator("[data-state=saved]")).to_be_visible()
    keys.press("Control+z")
    expect(page.locator("[data-state=saved]")).to_be_visible()
    page.reload()
    expect(fields.first).to_be_visible()
    _stand(fields, TYPES)
    expect(page.get_by_role("button", name=re.compile("^Redo"))).to_be_enabled()
    keys.press("Control+Shift+z")
    _stand(fields, moved)

    # the costs are asked only for a fault
    props = page.get_by_role("complementary", name="Properties")
    keys.go(props.get_by_role("tab", name="Field")).press("ArrowRight", "ArrowRight")
    keys.go(props.get_by_role("button", name="Add rule")).press("Enter")
    expect(props.get_by_label("Field", exact=True)).to_be_focused()
    keys.type("Kin")
    keys.go(props.get_by_label("Comparison"))
    keys.go(props.get_by_label("Value", exact=True)).type("Fau")
    keys.go(props.get_by_role("combobox", name="Then show")).type("Cost").press("Enter", "Escape")
    expect(props.locator("article")).to_contain_text(re.compile("Kind.*Fault.*show.*Cost"))

    keys.press("Control+s")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Publish")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_text("Published as v1")).to_be_visible()
    keys.go(page.get_by_role("link", name="Share", exact=True)).press("Enter")
    keys.go(page.get_by_role("button", name="Create public link")).press("Enter")
    link = page.get_by_label("Public link").input_value()

    # a rule: what comes in as a fault is urgent, and the one who looks after repairs is told
    keys.go(page.get_by_role("link", name="Flow", exact=True)).press("Enter")
    keys.go(page.get_by_role("button", name="New rule").last).press("Enter")
    keys.go(page.get_by_label("Name of the rule")).write("Faults are urgent")
    condition = page.get_by_role("group", name="Conditions")
    keys.go(condition.get_by_role("button", name="Add condition")).press("Enter")
    keys.go(condition.get_by_label("Field", exact=True), back=True).type("Kin")
    keys.go(condition.get_by_label("Value", exact=True)).type("Fau")
    then = page.locator("section", has=page.get_by_role("heading", name="Then"))
    keys.go(then.get_by_role("button", name="Add an action")).press("Enter").type("Set").press("Enter")
    for field, value in (("Priority", "Urgent"), ("Looked after by", "Lead")):
        keys.go(then.get_by_role("button", name="Add a field")).press("Enter").type(field).press("Enter")
        entry = then.get_by_role("combobox", name=f"Value of {field}", exact=True)
        keys.go(entry, back=True).type(value)
        expect(page.get_by_role("option", name=value, exact=True)).to_be_visible()
        keys.press("Enter")
        expect(page.get_by_role("listbox")).to_have_count(0)
    keys.go(then.get_by_role("button", name="Add an action")).press("Enter").type("Notify").press("Enter")
    keys.go(then.get_by_label("to", exact=True), back=True).type("Loo")
    keys.go(then.get_by_label("Text", exact=True)).type("Urgent: ")
    keys.go(then.get_by_role("button", name="Insert a value"), back=True).press("Enter").type("Sub").press("Enter")
    expect(then.get_by_label("Text", exact=True)).to_have_value("Urgent: {{ record.text }}")
    expect(page.locator("[data-state=saved]")).to_be_visible()
    keys.press("Control+s")
    expect(page.get_by_text("Published version 1")).to_be_visible()

    _answer_by_keyboard(browser, link)
    keys.press("Control+k").type("Repair request").press("Enter")
    row = page.get_by_role("row").filter(has_text="The boiler is cold")
    expect(row).to_contain_text("Urgent")
    keys.go(page.locator("[role=gridcell][tabindex='0']")).press("ArrowRight", "Space")
    expect(page.get_by_role("complementary").last).to_contain_text("Lead")
    keys.press("Escape", "Control+k").type("Notifications").press("Enter")
    expect(page.get_by_text("Urgent: The boiler is cold")).to_be_visible()
    assert faults == []


def _workspace(house: Installation, browser: Browser, tmp_path: Path) -> Page:
    """Return a page of the builder of an empty installation, signed in."""
    context = browser.new_context(locale="en-GB", base_url=house.url, viewport={"width": 1440, "height": 900})
    token = setup_link(house, tmp_path / "log").rsplit("=", 1)[1]
    person = {"organisation": "Riverside", "locale": "en", "name": "Lead", "email": EMAIL, "password": PASSWORD}
    done = context.request.post("/api/v1/setup", data={"token": token, **person})
    assert done.ok, done.text()
    return context.new_page()


def _answer(browser: Browser, link: str) -> None:
    """Fill the form in as a customer does; the cost is asked for only once it is a fault."""
    page = browser.new_context(locale="en-GB").new_page()
    page.goto(link)
    page.get_by_label("Subject").fill("The boiler is cold")
    page.get_by_label("What to watch for").fill("Second door on the left")
    cost = page.get_by_label("Cost")
    expect(cost).to_be_hidden()
    page.get_by_label("Fault").check(force=True)
    expect(cost).to_be_visible()
    cost.fill("120")
    page.get_by_label("Date").fill("2026-11-30")
    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_label("Phone").fill("13800138000")
    page.get_by_label("4").check(force=True)
    page.wait_for_timeout(3_000)
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("h1")).to_contain_text(re.compile("thank you|have it", re.IGNORECASE))
    page.context.close()


def _answer_by_keyboard(browser: Browser, link: str) -> None:
    page = browser.new_context(locale="en-GB").new_page()
    keys = Keys(page)
    page.goto(link)
    keys.go(page.get_by_label("Subject")).type("The boiler is cold")
    cost = page.get_by_label("Cost")
    expect(cost).to_be_hidden()
    keys.go(page.get_by_label("Fault")).press("Space")
    expect(cost).to_be_visible()
    keys.go(cost).type("120")
    keys.go(page.get_by_label("Email")).type("ada@example.com")
    page.wait_for_timeout(3_000)
    keys.go(page.get_by_role("button", name="Submit")).press("Enter")
    expect(page.locator("h1")).to_contain_text(re.compile("thank you|have it", re.IGNORECASE))
    page.context.close()


def _stand(fields: Locator, order: Sequence[str]) -> None:
    """Wait until the fields stand on the paper in this order."""

    def standing() -> list[str | None]:
        return [item.get_attribute("data-field") for item in fields.all()]

    until(lambda: standing() == list(order), standing)


def _name(page: Page, field: str, label: str, *options: str) -> None:
    """Click the field and say what it is called and what can be chosen."""
    props = page.get_by_role("complementary", name="Properties")
    page.locator(f"[data-field={field}] [role=button]").click()
    props.get_by_label("Label", exact=True).fill(label)
    for number, option in enumerate(options, 1):
        props.get_by_label(f"Option {number}", exact=True).fill(option)


def _centre(what: Locator) -> tuple[float, float]:
    what.scroll_into_view_if_needed()
    box = what.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _drag(page: Page, what: Locator, x: float, y: float) -> None:
    page.mouse.move(*_centre(what))
    page.mouse.down()
    page.mouse.move(x, y, steps=6)
    page.mouse.up()


def _drag_type(page: Page, type_id: str) -> None:
    """Carry a type from the palette to below the last field."""
    source, last = page.locator(f".pal [data-type={type_id}]"), page.locator("[data-field]").last
    source.scroll_into_view_if_needed()
    if last.count():
        last.scroll_into_view_if_needed()
        box = last.bounding_box()
        assert box is not None
        _drag(page, source, box["x"] + 60, box["y"] + box["height"] - 4)
    else:
        _drag(page, source, *_centre(page.locator("[data-paper]")))
