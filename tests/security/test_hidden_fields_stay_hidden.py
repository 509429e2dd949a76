"""A field that a member may not see: not shown, not asked about, not written, not told by any refusal."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from .conftest import Site

RECORDS = "/api/v1/forms/desk.ticket/records"
SECRET = "424242"


@pytest.fixture
def secretive(peopled: Site) -> Site:
    path = f"{RECORDS}/{peopled.ids['record']}"
    assert peopled.ask("admin", "PATCH", path, {"values": {"salary": SECRET}}).status_code == 200
    return peopled


def test_no_answer_to_a_restricted_member_holds_the_value(secretive: Site) -> None:
    record = f"{RECORDS}/{secretive.ids['record']}"
    paths = [RECORDS, RECORDS + "?count=exact", record]
    paths += [f"{record}/{part}" for part in ("history", "comments", "touchpoints", "activity")]
    paths += ["/api/v1/forms/desk.ticket", "/api/v1/apps", "/api/v1/apps/desk"]
    for path in paths:
        assert secretive.ask("restricted", "GET", path).status_code == 200, path
        answer = secretive.ask("restricted", "GET", path).text
        assert SECRET not in answer, path
        assert '"salary":"' not in answer.replace('"salary":"hidden"', ""), path
    assert SECRET in secretive.ask("admin", "GET", record).text


QUESTIONS = [
    "?sort=salary", "?sort=-salary", "?fields=subject,salary",
    "?filter=" + quote(json.dumps({"field": "salary", "op": "gt", "value": 1})),
    "?filter=" + quote(json.dumps({"not": {"all": [{"field": "salary", "op": "empty"}]}})),
    "?filter=" + quote(json.dumps({"field": "note", "op": "eq", "value": {"ref": "salary"}})),
]  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_list_can_be_asked_by_it(secretive: Site, question: str) -> None:
    assert secretive.ask("restricted", "GET", RECORDS + question).status_code == 422
    if "ref" not in question:
        assert secretive.ask("admin", "GET", RECORDS + question).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"group_by": [], "measures": [{"op": "distinct", "field": "salary"}]},
        {"group_by": [], "measures": [{"op": "sum", "field": "salary"}]},
        {"group_by": [], "measures": [{"op": "count"}], "filter": {"field": "salary", "op": "gt", "value": 1}},
    ],
)
def test_no_sum_can_be_asked_by_it(secretive: Site, body: Any) -> None:
    path = "/api/v1/forms/desk.ticket/aggregate"
    assert secretive.ask("restricted", "POST", path, body).status_code == 422
    assert secretive.ask("admin", "POST", path, body).status_code == 200


def test_it_can_be_neither_written_nor_wiped(secretive: Site) -> None:
    path = f"{RECORDS}/{secretive.ids['record']}"
    for value in ("1", None):
        assert secretive.ask("restricted", "PATCH", path, {"values": {"salary": value}}).status_code == 422
    assert secretive.ask("restricted", "POST", RECORDS, {"values": {"subject": "x", "salary": "1"}}).status_code == 422
    assert secretive.ask("restricted", "PATCH", path, {"values": {"subject": "y"}}).status_code == 200
    assert SECRET in secretive.ask("admin", "GET", path).text


def test_a_stale_change_does_not_tell_it(secretive: Site) -> None:
    path = f"{RECORDS}/{secretive.ids['record']}"
    body = {"values": {"salary": "1", "subject": "y"}}
    answer = secretive.ask("restricted", "PATCH", path, body, headers={"If-Match": '"1"'})
    assert answer.status_code in {409, 422}
    assert SECRET not in answer.text
