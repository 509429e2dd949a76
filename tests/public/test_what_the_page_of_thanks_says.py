"""Answers in the text of thanks, the answers themselves, and where the respondent goes next."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.test import TestResponse

from .conftest import ANSWERS, ENTRY, EVERY_TYPE, HTML, House, Publish, l10n

pytestmark = pytest.mark.one_database

LINE, CHOICE, BOXES, SOURCE, INNER = (ENTRY[name] for name in ("line", "choice", "boxes", "source", "inner"))
THANKS = l10n("Thank you {line}: {choice}, {receipt}, {inner}{nothing}!", "谢谢{line}：{choice}")


def receipt(house: House, answers: dict[str, Any]) -> TestResponse:
    sent = house.send(answers)
    assert sent.status_code == 303, sent.text
    return house.browser.get(sent.headers["Location"], headers=HTML)


def test_answers_stand_in_the_text_as_text(form: Publish) -> None:
    house = form(LINE, CHOICE, INNER, settings={"thanks": THANKS})
    shown = receipt(house, {"line": "<b>Lin</b>{choice}", "choice": "b"})
    number = shown.text.split('id="number">')[1].split("<")[0]
    assert f"Thank you &lt;b&gt;Lin&lt;/b&gt;{{choice}}: Beta, {number}, {{nothing}}!" in shown.text
    chinese = house.browser.get(shown.request.full_path.replace("locale=en", "locale=zh-CN"), headers=HTML)
    assert "谢谢&lt;b&gt;Lin" in chinese.text
    assert "<dl>" not in shown.text


def test_answers_are_shown_for_a_day_and_only_by_the_signed_address(form: Publish) -> None:
    house = form(*EVERY_TYPE, settings={"show_answers": True, "rate_per_hour": 1000})
    shown = receipt(house, dict(ANSWERS))
    body = shown.text.split("<dl>")[1].split("</dl>")[0]
    for words in ("Loom", "Alpha", "Beta", "12.5", "lin@example.com"):
        assert words in body
    assert "poster" not in body
    path = shown.request.full_path
    assert "<dl>" not in house.browser.get(path.replace("r=", "r=x"), headers=HTML, follow_redirects=True).text
    house.clock.advance(timedelta(hours=24, seconds=1))
    later = house.browser.get(path, headers=HTML)
    assert later.status_code == 200
    assert "<dl>" not in later.text


def test_it_goes_on_to_an_address_with_chosen_answers(form: Publish) -> None:
    address = "https://shop.example.com/next?a=1"
    house = form(LINE, BOXES, SOURCE, settings={"redirect": {"url": address, "fields": ["line", "boxes"]}})
    answers = {"line": "a&b=c", "boxes": ["a", "b"], "source": "x"}
    shown = receipt(house, answers)
    assert shown.status_code == 200
    wait, _sign, goes_to = shown.headers["Refresh"].partition("; url=")
    assert (wait, urlsplit(goes_to).hostname) == ("0", "shop.example.com")
    assert parse_qs(urlsplit(goes_to).query) == {"a": ["1"], "line": ["a&b=c"], "boxes": ["a,b"]}
    assert "Go on to shop.example.com" in shown.text
    read = house.inputs()
    house.clock.advance(timedelta(seconds=4))
    token = dict(read.values)["_token"]
    sent = house.browser.post(house.path, json={"values": {"line": "x"}, "form_token": token})
    assert sent.json["redirect"] == "https://shop.example.com/next?a=1&line=x"


@pytest.mark.parametrize(
    "address",
    [
        "http://shop.example.com", "//shop.example.com", "javascript:alert(1)", "https://lin@shop.example.com",
        "https://nothing", "https://", "https://shop.example.com/\r\nX: y", "https://shop.example.com/ a",
        "https://shop.example.com\\@evil.example", "https://shop.example.com:x", "data:text/html,x", "/f/x",
        "HTTPS://shop.example.com",
    ],
)  # fmt: skip
def test_only_an_https_address_is_gone_to(house: House, address: str) -> None:
    document = {"title": l10n("T"), "fields": [LINE], "settings": {"redirect": {"url": address}}}
    made = house.made("POST", "/apps/desk/definitions", {"kind": "form", "key": "away", "document": document})
    answer = house.api("POST", f"/definitions/{made['id']}/publish", {})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["code"] == "bad_address"


def test_only_public_answers_go_along(house: House) -> None:
    redirect = {"url": "https://shop.example.com", "fields": ["inner"]}
    document = {"title": l10n("T"), "fields": [LINE, INNER], "settings": {"redirect": redirect}}
    made = house.made("POST", "/apps/desk/definitions", {"kind": "form", "key": "away", "document": document})
    answer = house.api("POST", f"/definitions/{made['id']}/publish", {})
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "not_public")


def test_a_repeated_page_keeps_its_first_answers(form: Publish) -> None:
    house = form(LINE, settings={"thanks": l10n("Thank you {line}"), "redirect": {"url": "https://shop.example.com"}})
    read = house.inputs()
    house.clock.advance(timedelta(seconds=4))
    house.post(read, {"line": "first"})
    again = house.post(read, {"line": "second"})
    shown = house.browser.get(again.headers["Location"], headers=HTML)
    assert "second" not in shown.text
    assert "Refresh" not in shown.headers
