"""Options, questions and pages in random order: one order for each visitor, kept when the page comes back."""

import re
from typing import Any

import pytest

from .conftest import House, Publish, l10n

pytestmark = pytest.mark.one_database

OPTIONS = [{"value": f"v{number:02d}", "label": l10n(f"Option {number}")} for number in range(12)]
NONE = {"value": "none", "label": l10n("None of these"), "pinned": True}
CHOICE = {"id": "pick", "type": "radio", "label": l10n("Pick"), "options": [NONE, *OPTIONS], "shuffle": True}
PLAIN = {"id": "plain", "type": "radio", "label": l10n("Plain"), "options": OPTIONS}
PART = {"id": "part", "type": "section", "label": l10n("Part"), "shuffle": True}
LINES = [{"id": f"line{number}", "type": "text", "label": l10n(f"Line {number}")} for number in range(8)]


def order(text: str, name: str = "pick") -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]+)"', text)


def lines(text: str) -> list[str]:
    return re.findall(r'data-field="(line\d)"', text)


def test_one_order_for_each_visitor_with_what_is_pinned_last(form: Publish) -> None:
    house = form(CHOICE, PLAIN, PART, *LINES)
    first, again = house.open().text, house.open().text
    other = house.open(**{"User-Agent": "another browser"}).text
    assert order(first) == order(again) != order(other)
    assert sorted(order(first)) == sorted(order(other)) and len(order(first)) == 13
    assert order(first)[-1] == order(other)[-1] == "none"
    assert order(first, "plain") == [one["value"] for one in OPTIONS]
    assert lines(first) == lines(again) != lines(other)


def test_it_stays_when_the_page_comes_back_from_another_place(form: Publish) -> None:
    house = form({**CHOICE, "required": True}, PART, *LINES)
    page = house.open()
    back = house.send({"line0": "x"}, page=page, headers={"User-Agent": "another browser"})
    assert back.status_code == 422
    assert order(back.text) == order(page.text) and lines(back.text) == lines(page.text)
    assert house.send({"pick": "v03"}, page=back).status_code == 303
    assert house.records()[0]["values"]["pick"] == "v03"


def titles(house: House, **headers: Any) -> list[str]:
    return re.findall(r"<h2[^>]*>(Step \d)", house.open(**headers).text)


def test_pages_come_in_random_order_too(form: Publish) -> None:
    steps: list[dict[str, Any]] = []
    for number in range(8):
        steps += [
            {"id": f"page{number}", "type": "tabs", "label": l10n(f"Step {number}")},
            {"id": f"q{number}", "type": "text", "label": l10n(f"Question {number}")},
        ]
    house = form({"id": "intro", "type": "text", "label": l10n("Intro")}, *steps, settings={"shuffle_pages": True})
    found = titles(house)
    assert sorted(found) == [f"Step {number}" for number in range(8)]
    assert found == titles(house) != titles(house, **{"User-Agent": "another browser"})
