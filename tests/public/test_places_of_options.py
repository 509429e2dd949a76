"""What a visitor sees of places: how many are left, what is full, how long the line is; and slots day by day."""

import re
from typing import Any

from .conftest import House, Publish, l10n


def option(value: str, quota: int | None = None) -> dict[str, Any]:
    return {"value": value, "label": l10n(value.title()), "quota": quota}


ROOM = {
    "id": "room",
    "type": "radio",
    "label": l10n("Room"),
    "show_left": True,
    "options": [option("red", 1), option("blue", 3), option("none")],
}
LUNCH = {"id": "lunch", "type": "select", "label": l10n("Lunch"), "options": [option("meat", 1), option("vegan")]}
LINE = {"id": "line", "type": "waiting", "label": l10n("Waiting list"), "for_field": "room"}
SLOT = {
    "id": "at",
    "type": "slot",
    "label": l10n("When"),
    "starts": "09:00",
    "ends": "11:00",
    "minutes": 60,
    "capacity": 1,
    "timezone": "UTC",
}


def label_of(house: House, value: str) -> str:
    found = re.search(rf'<label class="option"><input[^>]*value="{value}".*?</label>', house.open().text)
    assert found, value
    return found[0]


def test_a_full_option_is_said_to_be_full_and_refused(form: Publish) -> None:
    house = form(ROOM, LUNCH)
    assert "1 left" in label_of(house, "red")
    assert house.send({"room": "red", "lunch": "meat"}).status_code == 303
    assert "disabled" in label_of(house, "red") and "Full" in label_of(house, "red")
    assert "3 left" in label_of(house, "blue")
    assert re.search(r'<option value="meat" disabled>Meat · Full</option>', house.open().text)
    assert "left" not in re.findall(r"<option.*?</option>", house.open().text)[-1], "only where the builder wants it"
    late = house.send({"room": "red"})
    assert late.status_code == 422
    assert "“Red” is full; choose another" in late.text


def test_with_a_waiting_list_the_place_in_it_stands_on_the_page_of_thanks(form: Publish) -> None:
    house = form(ROOM, LINE)
    assert house.send({"room": "red"}).status_code == 303
    assert "Full; waiting list (0 ahead)" in label_of(house, "red")
    second = house.send({"room": "red"})
    thanks = house.browser.get(second.headers["Location"], headers={"Accept": "text/html"})
    assert "Waiting, place 1" in thanks.text
    first = house.records()[0]
    house.made("DELETE", f"/forms/{house.form_id}/records/{first['id']}")
    assert house.records()[0]["values"]["line"] is None


def test_slots_stand_by_day_and_one_that_is_taken_is_full(form: Publish) -> None:
    house = form(SLOT)
    text = house.open().text
    values = re.findall(r'name="at" value="([^"]+)"', text)
    assert values[0] > house.clock.now().strftime("%Y-%m-%dT%H:%M"), "none that has begun"
    assert text.count("<details") == len({value[:10] for value in values})
    assert house.send({"at": values[0]}).status_code == 303
    assert "disabled" in label_of(house, values[0])
    assert house.send({"at": values[0]}).status_code == 422
    assert house.send({"at": values[0][:11] + "03:00"}).status_code == 422
