"""Answers that a device kept: stored once whatever happened to the answer, and only where the form allows to keep."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from formloom.platform.records.queries import repeats

from .conftest import ENTRY, House, Publish

KEPT = "X-Formloom-Offline"


@pytest.fixture
def kept(form: Publish) -> House:
    return form(ENTRY["line"], settings={"offline": True, "rate_per_hour": 1000, "proof_of_work": False})


def send(house: House, key: str, **values: Any) -> TestResponse:
    token = dict(house.inputs().values)["_token"]
    house.clock.advance(timedelta(seconds=3))
    return house.browser.post(house.path, json={"values": values, "form_token": token, "key": key})


def test_only_the_empty_page_of_an_open_link_may_be_kept(kept: House) -> None:
    assert kept.open().headers[KEPT] == "1"
    assert KEPT not in kept.open("?line=mine").headers
    kept.made("PATCH", f"/links/{kept.token}", {"password": "weaving-42"})
    assert (
        KEPT
        not in kept.browser.post(f"{kept.path}/unlock", data={"password": "weaving-42"}, follow_redirects=True).headers
    )
    kept.made("PATCH", f"/links/{kept.token}", {"password": None, "open": False})
    assert KEPT not in kept.open().headers
    kept.made("PATCH", f"/links/{kept.token}", {"open": True})
    kept.change({"fields": [ENTRY["line"]]})
    assert KEPT not in kept.open().headers


def test_another_page_with_the_same_key_stores_nothing_more(kept: House) -> None:
    key = f"offline-{uuid.uuid4()}"
    first, again = send(kept, key, line="x"), send(kept, key, line="x")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json["receipt"] == again.json["receipt"]
    kept.clock.advance(timedelta(days=3))
    kept.formloom.runtime.db.write(lambda uow: repeats.forget_old(uow, now=kept.clock.now()))
    late = send(kept, key, line="x")
    assert (late.status_code, late.json["code"]) == (409, "stored_before")
    assert len(kept.records()) == 1
    assert send(kept, f"offline-{uuid.uuid4()}", line="x").status_code == 201


@pytest.mark.parametrize("key", ["", "x", "offline-1", 5, ["offline"], "offline-" + "g" * 36])
def test_a_key_that_no_device_made_is_refused(kept: House, key: Any) -> None:
    answer = send(kept, key, line="x")
    assert answer.status_code == 422
    assert kept.records() == []


def test_the_worker_is_ours_and_always_asked_for_again(kept: House) -> None:
    answer = kept.browser.get("/f/worker.js")
    if answer.status_code == 404:
        pytest.skip("the browser side is not built")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "javascript" in answer.content_type
