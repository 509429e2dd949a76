"""What builders have of the public side: links, QR codes, the preview by the same renderer."""

from xml.etree import ElementTree as ET

import pytest

from .conftest import EVERY_TYPE, House, Publish, l10n

pytestmark = pytest.mark.one_database


def test_links_are_listed_with_what_came_through_them(form: Publish) -> None:
    house = form(EVERY_TYPE[0])
    first = house.token
    house.send({"line": "one"})
    made = house.made("POST", f"/forms/{house.form_id}/links", {})
    assert made == {
        "token": made["token"],
        "url": f"http://127.0.0.1:8000/f/{made['token']}",
        "open": True,
        "submissions": 0,
        "has_password": False,
        "hosts": [],
        "purpose": "fill",
        "query": None,
        "name": None,
        "source": None,
        "last_submission_at": None,
    }
    listed = house.made("GET", "/forms/desk.ticket/links")["links"]
    assert [(one["token"], one["submissions"]) for one in listed] == [(first, 1), (made["token"], 0)]
    assert len(made["token"]) >= 12
    changed = house.made("PATCH", f"/links/{first}", {"open": False})
    assert (changed["token"], changed["open"]) == (first, False)
    assert house.api("PATCH", "/links/nothing", {"open": True}).status_code == 404
    assert house.api("PATCH", f"/links/{first}", {"open": "maybe", "x": 1}).status_code == 422


def test_a_qr_code_is_a_picture_of_the_link(form: Publish) -> None:
    house = form(EVERY_TYPE[0])
    answer = house.browser.get(f"{house.path}/qr.svg")
    assert answer.mimetype == "image/svg+xml"
    root = ET.fromstring(answer.data)  # noqa: S314 - our own drawing
    assert root.tag.endswith("svg")


def draw(house: House, document: object, locale: str = "en") -> str:
    answer = house.api("POST", f"/definitions/{house.form_id}/preview", {"document": document, "locale": locale})
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "text/html"
    return answer.text


def test_a_preview_is_the_page_without_sending(form: Publish) -> None:
    house = form(EVERY_TYPE[0])
    document = {
        "title": l10n("Changed", "改过"),
        "description": l10n("Draft"),
        "fields": EVERY_TYPE,
        "settings": {"cover": {"color": "teal"}},
    }
    page = draw(house, document)
    for entry in EVERY_TYPE[:20]:
        assert f'data-field="{entry["id"]}"' in page
    assert "Changed" in page
    assert 'id="send" type="submit" disabled' in page
    assert 'name="_token" value=""' in page
    assert "改过" in draw(house, document, "zh-CN")


def test_what_is_unfinished_does_not_spoil_the_preview(form: Publish) -> None:
    house = form(EVERY_TYPE[0])
    unfinished = [
        {"id": "a", "type": "select", "label": l10n("No options yet")}, {"id": "b", "type": "nosuch"}, {"id": "c"}, "x",
        {"id": "d", "type": "text", "pattern": "((", "label": l10n("Broken pattern")}, EVERY_TYPE[0],
        {"id": "e", "type": "rating", "max": "many"}, {"id": "f", "type": "text", "label": 5, "help": [], "width": "x"},
        {"id": "g", "type": "number", "label": l10n("Twice"), "default": "x"}, {"id": "g", "type": "text"},
    ]  # fmt: skip
    rules = [{"id": "r", "when": {"field": "gone", "op": "eq", "value": 1}, "show": ["line"]}, "x"]
    page = draw(house, {"title": "no words", "fields": unfinished, "rules": rules, "settings": "x"})
    assert 'data-field="line"' in page
    assert "No options yet" in page
    for document in ({}, {"fields": "x"}, {"fields": [{}]}, {"rules": {}, "settings": {"languages": 5, "cover": 7}}):
        assert "<form" in draw(house, document)


def test_previews_are_for_those_who_design(form: Publish) -> None:
    house = form(EVERY_TYPE[0])
    path = f"/api/v1/definitions/{house.form_id}/preview"
    assert house.browser.post(path, json={"document": {}}).status_code == 401
