"""A link with a password: nothing is shown, uploaded or stored before it is given, on any way in."""

from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from .conftest import EVERY_TYPE, House, Publish

pytestmark = pytest.mark.one_database

LINE, PAPERS = EVERY_TYPE[0], EVERY_TYPE[17]
WORDS = "open sesame"


@pytest.fixture
def locked(form: Publish) -> House:
    house = form(LINE, PAPERS, description={"en": "Only for guests"})
    answer = house.made("PATCH", f"/links/{house.token}", {"password": WORDS})
    assert (answer["has_password"], answer["open"]) == (True, True)
    assert "password" not in answer
    return house


def unlock(house: House, words: str, query: str = "") -> TestResponse:
    return house.browser.post(
        f"{house.path}/unlock{query}",
        data={"password": words},
        headers={"Accept": "text/html", "Accept-Language": "en"},
    )


def test_the_page_asks_for_it_and_shows_nothing_else(locked: House) -> None:
    answer = locked.open()
    assert answer.status_code == 403
    assert "Enter the password" in answer.text
    assert "请输入密码" in locked.open("?locale=zh-CN").text
    for hidden in ('name="line"', "Only for guests", "_token"):
        assert hidden not in answer.text


def test_the_password_opens_the_form_without_javascript(locked: House) -> None:
    answer = unlock(locked, WORDS, "?source=poster")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{locked.path}?source=poster")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and WORDS not in cookie
    assert locked.send({"line": "inside"}).status_code == 303
    assert [one["values"]["line"] for one in locked.records()] == ["inside"]


def test_a_wrong_one_is_said_at_the_input(locked: House) -> None:
    answer = unlock(locked, "open barley")
    assert answer.status_code == 403
    assert 'aria-describedby="e-password"' in answer.text
    assert "That is not the password" in answer.text
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("words", ["", "x" * 300, "\x00", "密码" * 90])
def test_any_words_are_just_wrong(locked: House, words: str) -> None:
    assert unlock(locked, words).status_code == 403


def test_guessing_is_slowed_down_and_fitting_ones_are_not_counted(locked: House) -> None:
    for _again in range(12):
        assert unlock(locked, WORDS).status_code == 303
    locked.browser = locked.formloom.web.test_client()
    answers = [unlock(locked, f"guess {number}") for number in range(11)]
    assert [one.status_code for one in answers] == [403] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert unlock(locked, WORDS).status_code == 429


def test_a_cookie_counts_for_its_link_its_password_and_a_day(locked: House) -> None:
    unlock(locked, WORDS)
    assert locked.open().status_code == 200
    first, second = locked.token, locked.made("POST", f"/forms/{locked.form_id}/links", {"password": WORDS})["token"]
    value = locked.browser.get_cookie(f"formloom-link-{first}")
    locked.browser.set_cookie(f"formloom-link-{second}", value.value)
    assert locked.browser.get(f"/f/{second}").status_code == 403
    locked.clock.advance(timedelta(hours=24, seconds=1))
    locked.browser.set_cookie(f"formloom-link-{first}", value.value)
    assert locked.open().status_code == 403
    unlock(locked, WORDS)
    locked.made("PATCH", f"/links/{first}", {"password": "another one"})
    assert locked.open().status_code == 403
    locked.made("PATCH", f"/links/{first}", {"password": None})
    assert locked.open().status_code == 200


@pytest.mark.parametrize("cookie", ["", "x", "WyJhIiwgMV0.x", "." * 600, "bnVsbA.x"])
def test_a_cookie_that_is_not_ours_opens_nothing(locked: House, cookie: str) -> None:
    locked.browser.set_cookie(f"formloom-link-{locked.token}", cookie)
    assert locked.open().status_code == 403


def test_submissions_and_uploads_need_it_as_well(locked: House) -> None:
    unlock(locked, WORDS)
    read = locked.inputs()
    token = dict(read.values)["_token"]
    locked.clock.advance(timedelta(seconds=4))
    stranger = locked.formloom.web.test_client()
    assert locked.post(read, {"line": "x"}, client=stranger).status_code == 403
    upload = {"_token": token, "field": "papers"}
    assert stranger.post(f"{locked.path}/files", data=upload, content_type="multipart/form-data").status_code == 403
    for given, code in (
        ({}, "link_locked"),
        ({"password": "no"}, "link_password_wrong"),
        ({"password": [1]}, "link_password_wrong"),
    ):
        answer = stranger.post(locked.path, json={"values": {"line": "x"}, "form_token": token, **given})
        assert (answer.status_code, answer.json["code"]) == (403, code)
    bearer = {"Authorization": f"Bearer {locked.bearer}"}
    assert stranger.post(locked.path, json={"values": {"line": "x"}}, headers=bearer).status_code == 403
    assert locked.records() == []
    sent = stranger.post(locked.path, json={"values": {"line": "x"}, "form_token": token, "password": WORDS})
    assert sent.status_code == 201


def test_a_short_password_is_refused(form: Publish) -> None:
    house = form(LINE)
    answer = house.api("PATCH", f"/links/{house.token}", {"password": "12345"})
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "password_short")
    assert house.api("PATCH", f"/links/{house.token}", {"password": "x" * 201}).status_code == 422
    assert house.open().status_code == 200
