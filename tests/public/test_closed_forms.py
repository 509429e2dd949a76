"""Not yet, no more, full, switched off: a kind page with times and contact, and nothing is taken."""

from datetime import timedelta
from typing import Any

import pytest

from .conftest import EVERY_TYPE, Publish, l10n

pytestmark = pytest.mark.one_database

LINE = EVERY_TYPE[0]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"open_from": "2026-11-24T09:00:00+08:00"}, ["not open yet", "24 Nov, 09:00", "2026-11-24T09:00:00+08:00"]),
        ({"open_until": "2026-11-22T18:00:00+08:00"}, ["This form has ended", "22 Nov, 18:00"]),
        ({"open_until": "2025-11-22T18:00:00+08:00"}, ["22 Nov 2025, 18:00"]),
    ],
)  # fmt: skip
def test_outside_its_hours_it_says_when(form: Publish, settings: dict[str, Any], says: list[str]) -> None:
    house = form(LINE, settings={**settings, "contact": l10n("400-000-0000")})
    answer = house.open()
    assert answer.status_code == 403
    for words in [*says, "400-000-0000"]:
        assert words in answer.text
    assert "<form" not in answer.text


def test_it_opens_by_itself(form: Publish) -> None:
    house = form(LINE, settings={"open_from": "2026-11-23T06:00:10+00:00", "open_until": "2026-11-23T07:00:00+00:00"})
    assert house.open().status_code == 403
    house.clock.advance(timedelta(seconds=10))
    page = house.open()
    assert page.status_code == 200
    assert "23 Nov, 15:00" in page.text
    house.clock.advance(timedelta(hours=1))
    assert house.send({"line": "late"}, page=page).status_code == 403
    assert house.records() == []


def test_when_the_last_place_is_taken_it_says_so(form: Publish) -> None:
    house = form(LINE, settings={"quota": 1})
    late = house.inputs()
    assert house.send({"line": "first"}).status_code == 303
    answer = house.post(late, {"line": "second"})
    assert answer.status_code == 403
    assert "All places are taken" in answer.text
    token = dict(late.values)["_token"]
    problem = house.browser.post(house.path, json={"values": {"line": "third"}, "form_token": token})
    assert (problem.status_code, problem.json["code"]) == (403, "quota_reached")


def test_a_link_is_off_at_once(form: Publish) -> None:
    house = form(LINE, EVERY_TYPE[17], settings={"closed_message": l10n("Moved to the new form", "请用新表单")})
    read = house.inputs()
    house.clock.advance(timedelta(seconds=5))
    assert house.made("PATCH", f"/links/{house.token}", {"open": False})["open"] is False
    assert house.open().status_code == 403
    assert "Moved to the new form" in house.open().text
    assert "请用新表单" in house.open("?locale=zh-CN").text
    assert house.post(read, {"line": "late"}).status_code == 403
    data = {"_token": dict(read.values)["_token"], "field": "papers"}
    assert house.browser.post(f"{house.path}/files", data=data, content_type="multipart/form-data").status_code == 403
    house.made("PATCH", f"/links/{house.token}", {"open": True})
    assert house.post(read, {"line": "on again"}).status_code == 303


@pytest.mark.parametrize("token", ["nothing", "x" * 500, "%00", "..%2f..", "織"])
def test_a_link_that_is_none_is_a_page_too(form: Publish, token: str) -> None:
    house = form(LINE)
    answer = house.browser.get(f"/f/{token}", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert answer.status_code == 404
    assert "This link doesn&#39;t work" in answer.text
    assert house.browser.get(f"/f/{token}/qr.svg").status_code == 404


def test_an_app_that_is_gone_takes_its_links_along(form: Publish) -> None:
    house = form(LINE)
    assert house.api("DELETE", "/apps/desk").status_code == 204
    assert house.open().status_code == 404


@pytest.mark.parametrize(
    ("opens", "left_s", "says"),
    [
        ("2026-11-25T07:04:05+00:00", 176645, "2 days 01:04:05"),
        ("2026-11-24T06:00:00+00:00", 86400, "1 day 00:00:00"),
        ("2026-11-23T06:00:09+00:00", 9, "00:00:09"),
    ],
)
def test_before_it_opens_it_counts_down(form: Publish, opens: str, left_s: int, says: str) -> None:
    house = form(LINE, settings={"open_from": opens})
    answer = house.open()
    assert f'role="timer" data-left="{left_s}">{says}<' in answer.text
    house.change({"fields": [LINE], "settings": {"open_from": opens, "countdown": False}})
    assert "countdown" not in house.open().text.split("</style>")[1].split("<main")[1].split("</main>")[0]


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"open_from": "2026-11-24T09:00:00+08:00"}, "not_yet_message"),
        ({"open_until": "2026-11-22T18:00:00+08:00"}, "ended_message"),
        ({"quota": 1}, "full_message"),
    ],
)
def test_each_kind_page_has_its_own_words(form: Publish, settings: dict[str, Any], name: str) -> None:
    house = form(LINE, settings={**settings, name: l10n("Own words", "自己的话"), "closed_message": l10n("Any")})
    if "quota" in settings:
        house.send({"line": "first"})
    assert "Own words" in house.open().text
    assert "自己的话" in house.open("?locale=zh-CN").text
    house.change({"fields": [LINE], "settings": {**settings, "closed_message": l10n("Any words")}})
    assert "Any words" in house.open().text
