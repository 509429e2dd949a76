"""A formula is written in the designer with help, and followed while somebody types: on the public page and in a record."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.waiting import PATIENCE_S

from .conftest import EMAIL, PASSWORD, Installation, setup_link

pytestmark = pytest.mark.browser
FORM = {
    "title": {"en": "Order"},
    "fields": [
        {"id": "price", "type": "number", "label": {"en": "Price"}},
        {"id": "quantity", "type": "number", "label": {"en": "Quantity"}},
        {"id": "total", "type": "formula", "formula": "price*quantity", "label": {"en": "Total"}},
        {"id": "note", "type": "text", "label": {"en": "Note"}},
    ],
    "rules": [{"id": "large", "when": {"field": "total", "op": "gt", "value": "1000"}, "show": ["note"]}],
}


def _prepared(house: Installation, log: Path) -> tuple[str, dict[str, Any]]:
    """Set the installation up with a published form and one record; return the form's id and the session's state."""
    token = setup_link(house, log).rsplit("=", 1)[1]
    with httpx.Client(base_url=house.url, timeout=PATIENCE_S) as client:
        person = {"organisation": "Riverside", "locale": "en", "name": "Lead", "email": EMAIL, "password": PASSWORD}
        client.post("/api/v1/setup", json={"token": token, **person}).raise_for_status()
        client.headers["Authorization"] = (
            f"Bearer {house.command('token', 'create', '--email', EMAIL, '--name', 't').strip()}"
        )
        client.cookies.clear()
        client.post("/api/v1/apps", json={"key": "shop", "title": {"en": "Shop"}}).raise_for_status()
        made = client.post("/api/v1/apps/shop/definitions", json={"kind": "form", "key": "order", "document": FORM})
        client.post(f"/api/v1/definitions/{made.json()['id']}/publish", json={}).raise_for_status()
        record = client.post("/api/v1/forms/shop.order/records", json={"values": {"price": "12.5", "quantity": 4}})
        return made.json()["id"], record.json()["values"]


def test_a_formula_is_written(installation: Installation, browser: Browser, tmp_path: Path) -> None:
    form, values = _prepared(installation, tmp_path / "log")
    assert values["total"] == "50.00"
    context = browser.new_context(locale="en-GB", base_url=installation.url, viewport={"width": 1440, "height": 900})
    session = context.request.post("/api/v1/session", data={"email": EMAIL, "password": PASSWORD})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.goto(f"/a/shop/design/{form}")
    page.locator("[data-field=total]").click()
    props = page.get_by_role("complementary", name="Properties")
    area = props.get_by_label("Formula", exact=True)
    expect(area).to_have_value("price*quantity")
    expect(props.get_by_text("On the newest record:")).to_contain_text("50")

    area.fill("")
    area.press_sequentially("roun")
    expect(props.get_by_role("listbox", name="Fields and functions").get_by_role("option").first).to_contain_text(
        "ROUND"
    )
    area.press("Enter")
    expect(area).to_have_value("ROUND()")
    area.press_sequentially("pri")
    area.press("Tab")
    area.press_sequentially("*")
    props.get_by_role("group", name="Insert a field").get_by_role("button", name="Quantity").click()
    area.press_sequentially("/3,1")
    expect(area).to_have_value("ROUND(price*quantity/3,1)")
    expect(props.get_by_text("On the newest record:")).to_contain_text("16.7")

    area.fill("price+$")
    expect(props.locator("mark")).to_have_text("$")

    token = context.request.post(
        f"/api/v1/forms/{form}/links", data={}, headers={"X-CSRF-Token": session.json()["csrf_token"]}
    ).json()["token"]
    page.goto(f"/f/{token}")
    page.get_by_label("Price").fill("1250.5")
    page.get_by_label("Quantity").fill("3")
    expect(page.get_by_label("Total")).to_have_text("3,751.50")
    expect(page.get_by_label("Note")).to_be_visible()
    page.get_by_label("Price").fill("1")
    expect(page.get_by_label("Total")).to_have_text("3.00")
    expect(page.get_by_label("Note")).to_be_hidden()

    page.goto("/a/shop/f/order?new=1")
    expect(page.locator("#new-total output")).to_have_text("0.00")
    page.locator("#new-price input").fill("2.5")
    page.locator("#new-quantity input").fill("3")
    expect(page.locator("#new-total output")).to_have_text("7.50")
    assert faults == []
