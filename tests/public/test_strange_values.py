"""Whatever stands where a value should: told apart by field, never a 5xx, on both databases."""

from datetime import timedelta
from typing import Any

import pytest

from .conftest import EVERY_TYPE, House

STRANGE_VALUES: list[Any] = [
    {"a": 1}, [["x"]], [1, 2], True, 1e308, -1, 10**80, "\x00", "\ud800", "x" * 20_000, "9" * 200, "NaN", [None], {}, "../../etc/passwd",
]  # fmt: skip


@pytest.mark.parametrize("value", STRANGE_VALUES, ids=lambda value: repr(value)[:20])
def test_wrong_types_are_told_apart_by_field(every: House, value: Any) -> None:
    token = token_of(every)
    for entry in EVERY_TYPE:
        body = {"values": {"line": "Loom", entry["id"]: value}, "form_token": token}
        try:
            answer = every.browser.post(every.path, json=body)
        except UnicodeEncodeError:
            return
        assert answer.status_code in {201, 400, 413, 422, 429}, (entry["id"], answer.status_code, answer.text)
        if answer.status_code == 422:
            assert answer.mimetype == "application/problem+json"
            assert answer.json["errors"][0]["field"] in {entry["id"], f"{entry['id']}/0"}, answer.text
        if answer.status_code == 201:  # a page is sent once
            token = token_of(every)


def token_of(house: House) -> str:
    token = dict(house.inputs().values)["_token"]
    house.clock.advance(timedelta(seconds=5))
    return token
