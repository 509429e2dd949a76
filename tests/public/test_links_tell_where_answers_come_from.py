"""One form, many links: each has a name, a source and its own counter, and the source stays with the answer."""

from typing import Any

import pytest
from sqlalchemy import select

from formloom.platform.storage.tables import touchpoints

from .conftest import EVERY_TYPE, Publish

pytestmark = pytest.mark.one_database

LINE = EVERY_TYPE[0]
ORIGIN: dict[str, Any] = {"id": "origin", "type": "hidden", "label": {"en": "Origin"}, "from_link": "link.source"}


def test_each_link_counts_its_own(form: Publish) -> None:
    house = form(LINE)
    first = house.token
    made = house.made("POST", f"/forms/{house.form_id}/links", {"name": "Poster in the hall", "source": "poster"})
    assert (made["name"], made["source"], made["last_submission_at"]) == ("Poster in the hall", "poster", None)
    house.token = made["token"]
    house.send({"line": "one"})
    listed = {one["token"]: one for one in house.made("GET", f"/forms/{house.form_id}/links")["links"]}
    assert (listed[first]["submissions"], listed[first]["last_submission_at"]) == (0, None)
    assert listed[made["token"]]["submissions"] == 1
    assert listed[made["token"]]["last_submission_at"].startswith("2026-11-23T")


def test_the_source_reaches_record_and_touchpoint_and_nobody_forges_it(form: Publish) -> None:
    house = form(LINE, ORIGIN)
    house.made("PATCH", f"/links/{house.token}", {"source": "海报-1"})
    page = house.open("?origin=elsewhere")
    assert "elsewhere" not in page.text
    assert house.send({"line": "one", "origin": "elsewhere"}, page=page).status_code == 303
    house.made("PATCH", f"/links/{house.token}", {"source": None})
    assert house.send({"line": "two", "origin": "elsewhere"}).status_code == 303
    assert [one["values"]["origin"] for one in house.records()] == ["海报-1", None]
    filtered = house.made(
        "GET", f'/forms/{house.form_id}/records?filter={{"field":"origin","op":"eq","value":"海报-1"}}'
    )
    assert len(filtered["records"]) == 1
    with house.formloom.runtime.db.read() as unit:
        told = unit.conn.scalars(select(touchpoints.c.data).order_by(touchpoints.c.at)).all()
    assert told == [{"locale": "en", "source": "海报-1"}, {"locale": "en"}]


@pytest.mark.parametrize(
    "body", [{"source": "two words"}, {"source": "x" * 61}, {"source": ""}, {"name": "x" * 121}, {"source": "a\n"}]
)
def test_a_source_is_one_word(form: Publish, body: dict[str, str]) -> None:
    house = form(LINE)
    assert house.api("PATCH", f"/links/{house.token}", body).status_code == 422
