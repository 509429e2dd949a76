"""One answer from each device, network, value or person, in each period; of many at once one is stored."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from formloom.platform.storage.tables import answer_marks

from .conftest import ENTRY, HTML, House, Publish

LINE, MAIL = ENTRY["line"], ENTRY["mail"]


def limited(*limits: dict[str, Any]) -> dict[str, Any]:
    return {"limits": list(limits), "rate_per_hour": 1000}


def visitor(house: House, address: str = "192.0.2.7") -> None:
    house.browser = house.formloom.web.test_client()
    house.browser.environ_base["REMOTE_ADDR"] = address


def test_a_device_answers_once_and_is_told_so(form: Publish) -> None:
    house = form(LINE, settings=limited({"by": "device"}))
    first, second = house.open(), house.open()
    assert house.send({"line": "one"}, page=first).status_code == 303
    refused = house.send({"line": "two"}, page=second)
    assert refused.status_code == 403
    assert "An answer was sent from this device" in refused.text
    assert "这台设备已提交过一份" in house.open("?locale=zh-CN").text
    visitor(house)
    assert house.send({"line": "three"}).status_code == 303
    assert len(house.records()) == 2


def test_without_its_cookie_a_page_is_not_taken(form: Publish) -> None:
    house = form(LINE, settings=limited({"by": "device"}))
    read = house.inputs()
    house.clock.advance(timedelta(seconds=4))
    for cookie in (None, "forged", "x" * 300):
        other = house.formloom.web.test_client()
        if cookie:
            other.set_cookie("formloom-device", cookie)
        answer = house.post(read, {"line": "x"}, client=other)
        assert answer.status_code == 403
        assert "allow cookies" in answer.text
    assert house.records() == []


def test_a_network_answers_once_whatever_its_address(form: Publish) -> None:
    house = form(LINE, settings=limited({"by": "network"}))
    for address, status in (("192.0.2.7", 303), ("198.51.100.1", 303), ("2001:db8:1:2::1", 303)):
        visitor(house, address)
        assert house.send({"line": address}).status_code == status
    for address in ("192.0.2.250", "198.51.100.2", "2001:db8:1:ffff::9"):
        visitor(house, address)
        page = house.open()
        assert page.status_code == 403
        assert "from your network" in page.text
    with house.formloom.runtime.db.read() as unit:
        marks = list(unit.conn.scalars(select(answer_marks.c.mark)))
    assert len(set(marks)) == 3
    assert all(len(mark) == 64 for mark in marks)


@pytest.mark.parametrize("limit", [{"by": "field", "field": "mail"}, {"by": "person"}])
def test_a_value_answers_once_and_the_input_says_so(form: Publish, limit: dict[str, Any]) -> None:
    house = form(LINE, MAIL, settings=limited(limit), customer={"email": "mail"})
    assert house.send({"line": "a", "mail": "Lin@example.com"}).status_code == 303
    refused = house.send({"line": "b", "mail": "lin@EXAMPLE.com"})
    assert refused.status_code == 422
    assert "An answer with this came already" in refused.text
    assert 'id="e-mail"' in refused.text
    assert house.send({"line": "c", "mail": "mei@example.com"}).status_code == 303
    assert house.send({"line": "d"}).status_code == 303
    assert house.send({"line": "e"}).status_code == 303
    bearer = {"Authorization": f"Bearer {house.bearer}"}
    sent = house.browser.post(house.path, json={"values": {"line": "f", "mail": "lin@example.com"}}, headers=bearer)
    assert (sent.status_code, sent.json["errors"][0]["code"]) == (422, "answered_before")


@pytest.mark.parametrize(
    ("period", "still", "over"),
    [("day", 9, 10), ("week", 24 * 6 + 9, 24 * 6 + 10), ("month", 24 * 7 + 9, 24 * 7 + 10), ("ever", 24 * 900, None)],
)
def test_a_period_ends_at_midnight_of_the_house(form: Publish, period: str, still: int, over: int | None) -> None:
    house = form(LINE, settings=limited({"by": "network", "period": period}))  # Monday 23 November, 14:00 there
    assert house.send({"line": "first"}).status_code == 303
    house.clock.advance(timedelta(hours=still))
    assert house.open().status_code == 403
    if over is not None:
        house.clock.advance(timedelta(hours=over - still))
        assert house.open().status_code == 200


def test_of_many_at_once_one_is_stored(form: Publish) -> None:
    house = form(LINE, MAIL, settings=limited({"by": "field", "field": "mail"}))
    pages = [house.inputs() for _number in range(8)]
    house.clock.advance(timedelta(seconds=4))
    clients = [house.formloom.web.test_client() for _page in pages]

    def send(number: int) -> int:
        answer = house.post(pages[number], {"line": str(number), "mail": "lin@example.com"}, client=clients[number])
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        found = sorted(pool.map(send, range(8)))
    assert found == [303] + [422] * 7
    assert len(house.records()) == 1


@pytest.mark.parametrize(
    "limit", [{"by": "field"}, {"by": "field", "field": "inner"}, {"by": "person"}, {"by": "moon"}]
)
def test_a_limit_that_could_not_hold_is_refused(house: House, limit: dict[str, Any]) -> None:
    document = {"title": {"en": "T"}, "fields": [LINE, ENTRY["inner"]], "settings": {"limits": [limit]}}
    body = {"kind": "form", "key": "once", "document": document}
    made = house.api("POST", "/apps/desk/definitions", body)
    answer = house.api("POST", f"/definitions/{made.json['id']}/publish", {}) if made.status_code == 201 else made
    assert answer.status_code == 422


def test_a_respondent_who_changes_his_answer_is_judged_again(form: Publish) -> None:
    own = {"see": ["line"], "edit": {"fields": ["mail"]}}
    by_mail = {"by": "field", "field": "mail", "period": "day"}
    house = form(LINE, MAIL, settings={**limited(by_mail), "own_link": own})
    paths = {}
    for name in ("ada", "bob"):
        sent = house.send({"line": name, "mail": f"{name}@example.com"})
        receipt = house.browser.get(sent.headers["Location"], headers=HTML)
        found = re.search(r'readonly value="http://[^/]+(/f/[^"]+)"', receipt.text)
        assert found
        paths[name] = found[1]

    def change(name: str, mail: str) -> TestResponse:
        page = house.browser.get(f"{paths[name]}/edit", headers=HTML)
        return house.post(house.inputs(page), {"mail": mail})

    refused = change("bob", "Ada@example.com")
    assert refused.status_code == 422
    assert 'value="Ada@example.com"' in refused.text
    assert [one["values"]["mail"] for one in house.records()] == ["ada@example.com", "bob@example.com"]
    assert change("ada", "ada@example.org").status_code == 303
    house.clock.advance(timedelta(days=1))
    assert change("bob", "ada@example.com").status_code == 303, "free again in the period in which both were sent"
    assert change("ada", "ada@example.com").status_code == 422
    assert house.send({"line": "new", "mail": "ada@example.com"}).status_code == 303
