"""What is not sent yet can be kept on the server and gone on with elsewhere: never an answer, never the sensitive parts."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from formloom.platform.records.queries import unfinished
from formloom.platform.storage.tables import respondent_links, unfinished_answers

from .conftest import ENTRY, HTML, House, Publish, l10n

NAMES = ("line", "many", "agree", "citizen", "length", "inner")
FIELDS = [ENTRY[name] for name in NAMES]
KEEPS: dict[str, Any] = {"save_later": {"days": 10}, "rate_per_hour": 1000}


def saved(house: House, answers: dict[str, Any], page: TestResponse | None = None) -> tuple[str, TestResponse]:
    """Save what is typed; return the query that leads back to it, and the page that tells so."""
    answer = house.post(house.inputs(page), {"_later": "1", **answers})
    assert answer.status_code == 303, answer.text
    told = house.browser.get(answer.headers["Location"], headers=HTML)
    assert told.status_code == 200
    secret = answer.headers["Location"].split("/later/")[1].split("?")[0]
    assert f"?resume={secret}" in told.text
    return f"?resume={secret}", told


def test_it_is_gone_on_with_where_it_was_left(form: Publish) -> None:
    house = form(*FIELDS, settings=KEEPS)
    typed = {
        "line": "half a",
        "many": ["a", "b"],
        "agree": "true",
        "length": ["1", "30"],
        "citizen": "11010519491231002x",
    }
    query, told = saved(house, typed)
    assert "Not kept, to be safe: Citizen" in told.text
    assert house.records() == [], "it is no answer"
    page = house.open(query)
    shown = house.inputs(page).values
    assert {
        ("line", "half a"),
        ("many", "a"),
        ("many", "b"),
        ("agree", "true"),
        ("length", "1"),
        ("length", "30"),
    } <= set(shown)
    assert ("citizen", "") in shown
    assert house.made("GET", f"/forms/{house.form_id}/links")["links"][0]["submissions"] == 0
    again, _told = saved(house, {"line": "more"}, page)
    assert again == query, "saving once more leads to the same link"
    assert house.send({"line": "whole"}, page=house.open(query)).status_code == 303
    assert [record["values"]["line"] for record in house.records()] == ["whole"]
    assert house.open(query).status_code == 404, "what was sent is not kept besides"


def test_what_is_kept_survives_a_new_version_and_ends(form: Publish) -> None:
    house = form(*FIELDS, settings=KEEPS)
    query, _told = saved(house, {"line": "x", "many": ["a"]})
    new = {"id": "new", "type": "text", "label": l10n("New")}
    house.change({"fields": [FIELDS[0], new], "settings": KEEPS})
    page = house.open(query)
    assert ("line", "x") in house.inputs(page).values
    assert "many" not in dict(house.inputs(page).values)
    house.clock.advance(timedelta(days=11))
    assert house.open(query).status_code == 404
    db = house.formloom.runtime.db
    db.write(lambda uow: unfinished.forget_old(uow, now=house.clock.now()))
    with db.read() as unit:
        left = [
            unit.conn.scalar(select(func.count()).select_from(one)) for one in (unfinished_answers, respondent_links)
        ]
    assert left == [0, 0]


def test_nothing_is_kept_where_the_form_keeps_nothing_or_too_much_is_sent(form: Publish) -> None:
    house = form(ENTRY["lines"], settings=KEEPS)
    assert house.post(house.inputs(), {"_later": "1", "lines": "x" * 300_000}).status_code == 413
    assert house.post(house.inputs(), {"_later": "1", "lines": "x", "Website": "robot"}).status_code == 422
    query, _told = saved(house, {"lines": "x"})
    forged = query[:-1] + ("A" if query[-1] != "A" else "B")
    assert house.open(forged).status_code == 404
    house.change({"fields": [ENTRY["lines"]]})
    assert 'name="_later"' not in house.open().text
    assert house.post(house.inputs(), {"_later": "1", "lines": "x"}).status_code == 403
