"""Double click, reload, back, a lost answer: the same page gives the same receipt and one record."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from .conftest import EVERY_TYPE, Publish

pytestmark = pytest.mark.one_database

LINE = EVERY_TYPE[0]
NUMBER = EVERY_TYPE[21]


@pytest.mark.slow
def test_fifty_identical_posts_at_once_are_one_record(form: Publish) -> None:
    house = form(LINE, NUMBER)
    read = house.inputs()
    house.clock.advance(timedelta(seconds=5))

    def send(_number: int) -> tuple[int, str]:
        answer = house.post(read, {"line": "Loom"}, client=house.formloom.web.test_client())
        return answer.status_code, answer.headers.get("Location", "")

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(send, range(50)))
    assert {status for status, _path in answers} == {303}
    assert len(house.records()) == 1
    pages = {
        house.browser.get(path, headers={"Accept": "text/html"}).text.count("T261123-0001") for _s, path in answers
    }
    assert pages == {1}
    links = house.made("GET", f"/forms/{house.form_id}/links")["links"]
    assert links[0]["submissions"] == 1


def test_the_second_time_says_so(form: Publish) -> None:
    house = form(LINE, NUMBER)
    read = house.inputs()
    house.clock.advance(timedelta(seconds=5))
    first, again, changed = (house.post(read, {"line": words}) for words in ("Loom", "Loom", "Something else"))
    texts = [
        house.browser.get(one.headers["Location"], headers={"Accept": "text/html"}).text
        for one in (first, again, changed)
    ]
    assert all("T261123-0001" in text for text in texts)
    assert "sent this already" not in texts[0]
    assert "sent this already" in texts[1]
    assert "later changes are not stored" in texts[2]
    assert [record["values"]["line"] for record in house.records()] == ["Loom"]


def test_a_repetition_gets_its_receipt_also_when_the_form_closed_meanwhile(form: Publish) -> None:
    house = form(LINE)
    read = house.inputs()
    house.clock.advance(timedelta(seconds=5))
    assert house.post(read, {"line": "Loom"}).status_code == 303
    house.made("PATCH", f"/links/{house.token}", {"open": False})
    assert house.post(read, {"line": "Loom"}).status_code == 303


def test_looking_records_nothing(form: Publish) -> None:
    house = form(LINE, {"id": "source", "type": "hidden", "label": {"en": "Source"}})
    for path in ("", "?source=x&ref=y", "/receipt?r=x", "/qr.svg"):
        house.browser.get(house.path + path)
        house.browser.head(house.path + path)
    assert house.records() == []


@pytest.mark.slow
def test_a_quota_is_exact_under_a_rush(form: Publish) -> None:
    house = form(LINE, settings={"quota": 20, "rate_per_hour": 10_000, "proof_of_work": True})
    reads = [house.inputs() for _number in range(60)]
    house.clock.advance(timedelta(seconds=5))

    def send(number: int) -> int:
        return house.post(reads[number], {"line": str(number)}, client=house.formloom.web.test_client()).status_code

    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(send, range(60)))
    assert (statuses.count(303), statuses.count(403)) == (20, 40)
    assert len(house.records()) == 20
