"""Whatever is wrong with a request, the answer is one problem document with the status that the contract names."""

import itertools
import json
from typing import Any

import pytest

from formloom.platform.kernel.ids import new_id
from tests.web.conftest import Desk

pytestmark = pytest.mark.one_database

KEYS = {"type", "title", "status", "code", "detail", "errors"}


def assert_problem(answer: Any, status: int, code: str | None = None) -> Any:
    """Check the shape and return the document."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    document = answer.json
    assert document.keys() >= KEYS
    assert document["status"] == status
    assert all(entry.keys() == {"field", "code", "message"} for entry in document["errors"])
    assert all(isinstance(document[name], str) and document[name] for name in ("type", "title", "code", "detail"))
    if code is not None:
        assert document["code"] == code
    return document


def test_broken_json_is_400(desk: Desk) -> None:
    for body in (b"{", b"{'a': 1}", b'{"values": NaN}', b"\xff\xfe", b'{"a":1}{"b":2}'):
        answer = desk.ask("POST", data=body, content_type="application/json")
        assert_problem(answer, 400)


def test_nobody_is_401_and_told_how_to_come_back(desk: Desk) -> None:
    answer = desk.ask("GET", who=None)
    assert_problem(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_known_but_not_allowed_is_403_and_unknown_is_404(staffed: Desk) -> None:
    record = staffed.add()
    assert_problem(staffed.ask("DELETE", f"/{record['id']}", who="clerk"), 403)
    assert_problem(staffed.ask("GET", f"/{record['id']}", who="outsider"), 404)
    assert_problem(staffed.ask("GET", f"/{record['id']}", who="owner"), 404)


def test_absent_and_malformed_ids_are_404(desk: Desk) -> None:
    for record in (new_id(), "x", "1", "%00", "..%2f..", "a" * 300, "合同", "' or 1=1 --"):
        assert_problem(desk.ask("GET", f"/{record}"), 404)
        assert_problem(desk.ask("PATCH", f"/{record}", {"values": {}}), 404)
        assert_problem(desk.ask("DELETE", f"/{record}"), 404)


UNKNOWN_FORMS = ("desk.nothing", "nothing", "a.b.c", "x" * 500, new_id(), "%00", "desk.ticket'--")
WAYS = (("GET", ""), ("POST", ""), ("POST", "/batch"), ("GET", f"/{new_id()}"))


def test_an_unknown_form_is_404(desk: Desk) -> None:
    for form, (method, rest) in itertools.product(UNKNOWN_FORMS, WAYS):
        body = {"records": [{"values": {}}]} if rest == "/batch" else {"values": {}}
        answer = desk.site.ask(
            "admin", method, f"/api/v1/forms/{form}/records{rest}", body if method == "POST" else None
        )
        assert_problem(answer, 404)


def test_too_large_is_413(desk: Desk) -> None:
    assert_problem(desk.ask("POST", json={"values": {"subject": "x" * 1_000_001}}), 413, "too_large")
    claimed = {"CONTENT_LENGTH": str(10**15)}
    answer = desk.ask("POST", data=b"{}", content_type="application/json", environ_overrides=claimed)
    assert_problem(answer, 413)


def test_another_type_than_json_is_415(desk: Desk) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml", ""):
        assert_problem(desk.ask("POST", data=b'{"values":{}}', content_type=kind), 415, "media_type")


def test_all_faults_are_told_at_once_each_with_its_field(desk: Desk) -> None:
    values = {"amount": "a lot", "due": "31.12.2026", "priority": "huge", "nothing": 1}
    document = assert_problem(desk.ask("POST", json={"values": values}), 422)
    assert {entry["field"] for entry in document["errors"]} == {"subject", "amount", "due", "priority", "nothing"}


def test_words_come_in_the_language_that_was_asked_for(desk: Desk) -> None:
    chinese = desk.ask("POST", json={"values": {}}, query_string={"locale": "zh-CN"}).json
    english = desk.ask("POST", json={"values": {}}, query_string={"locale": "en"}).json
    assert chinese["errors"][0]["code"] == english["errors"][0]["code"]
    assert chinese["errors"][0]["message"] != english["errors"][0]["message"]
    assert not chinese["detail"].isascii()
    assert english["detail"].isascii()


def test_a_wrong_path_or_method_has_the_same_shape(desk: Desk) -> None:
    assert_problem(desk.site.ask("admin", "GET", "/api/v1/nothing"), 404)
    answer = desk.site.ask("admin", "PUT", desk.path, {})
    assert_problem(answer, 405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


VALUES: list[Any] = [
    None, True, False, 0, -1, 1.5, 1e308, -1e308, 10**18, 10**40, "", " ", "x" * 100_001, "\x00", "a\x00b", "\ud83d",
    "\u202e", "%s%s%n", "{0.__class__}", "{{7*7}}", "${7*7}", [], {}, [[]], [None], [{}], {"a": {"b": []}}, ["x"] * 1_000,
    "NaN", "Infinity", "-0", "1e999999", "1" * 400, "٣", "2026-02-30", "9999-12-31T23:59:60Z", "0000-00-00", "2026-11-23T24:00:00Z",
    "-2026-01-01", "true", {"$ne": None}, {"fn": "now"}, {"ref": "subject"}, "../../etc/passwd",
]  # fmt: skip
TARGETS = ("subject", "code", "amount", "due", "at", "urgent", "priority", "tags", "agent", "number", "papers", "photo")


def test_no_value_breaks_the_server(desk: Desk) -> None:
    for target in TARGETS:
        for value in VALUES:
            body = json.dumps({"values": {"subject": "x", target: value}})
            answer = desk.ask("POST", data=body, content_type="application/json")
            assert answer.status_code in {201, 400, 422}, (target, value, answer.status_code, answer.text)
            if answer.status_code != 201:
                assert_problem(answer, answer.status_code)
    assert desk.ask("GET", query_string={"limit": 200}).status_code == 200


BODIES: list[Any] = [
    None, [], "x", 1, True, {}, {"values": None}, {"values": []}, {"values": "x"}, {"values": 1}, {"value": {}},
    {"values": {}, "id": "x"}, {"values": {"": 1}}, {"values": {"x" * 10_000: 1}}, {"values": {"subject": {"a": [1] * 500}}},
    {"records": []}, {"records": {}}, {"records": [1]}, {"records": [{"values": 1}]}, {"group_by": 1}, {"measures": "count"},
    {"filter": {"all": "x"}}, {"filter": {"field": []}}, {"body": ""}, {"body": 1}, {"rev": 1},
]  # fmt: skip
PATHS = (
    ("POST", "/records"), ("POST", "/records/batch"), ("POST", "/aggregate"), ("PATCH", "/records/{id}"),
    ("POST", "/records/{id}/comments"), ("POST", "/records/{id}/restore"),
)  # fmt: skip


def test_no_body_breaks_the_server(desk: Desk) -> None:
    record = desk.add()["id"]
    for method, path in PATHS:
        for body in BODIES:
            where = f"/api/v1/forms/{desk.form}{path}".replace("{id}", record)
            answer = desk.send(method, where, data=json.dumps(body), content_type="application/json")
            assert answer.status_code < 500, (path, body, answer.text)
            if answer.status_code >= 400:
                assert_problem(answer, answer.status_code)


def test_a_null_character_is_refused_wherever_it_stands(desk: Desk) -> None:
    record = desk.add()["id"]
    assert_problem(desk.ask("POST", f"/{record}/comments", {"body": "a\x00b"}), 422)
    assert_problem(desk.ask("GET", query_string={"q": "\x00"}), 422)
    assert_problem(desk.ask("POST", json={"values": {"subject": "x", "a\x00b": 1}}), 422)
    app = {"key": "x", "title": {"en": "a\x00b"}}
    assert_problem(desk.site.ask("admin", "POST", "/api/v1/apps", app), 422)


def test_text_is_stored_without_null_characters(desk: Desk) -> None:
    assert desk.add(subject="a\x00b")["values"]["subject"] == "ab"
    assert desk.add(subject=r"a\u0000b")["values"]["subject"] == r"a\u0000b"


DEEP = b'{"values":' + b"[" * 50_000 + b"]" * 50_000 + b"}"


def test_very_deep_json_is_refused(desk: Desk) -> None:
    answer = desk.ask("POST", data=DEEP, content_type="application/json")
    assert answer.status_code in {400, 422}


QUERIES = [
    {"limit": "0"}, {"limit": "201"}, {"limit": "-1"}, {"limit": "x"}, {"limit": "1e3"}, {"limit": "9" * 400}, {"limit": ""},
    {"offset": "-1"}, {"offset": "x"}, {"offset": str(2**63)}, {"cursor": "x"}, {"cursor": "AAAA"}, {"cursor": "=" * 50},
    {"cursor": "W1tdLFtdXQ"}, {"cursor": "\x00"}, {"cursor": "x" * 3_000}, {"offset": "0", "cursor": "x"},
    {"sort": "nothing"}, {"sort": "--subject"}, {"sort": "subject;drop"}, {"sort": "id,id,id,id,id,id"}, {"sort": "x" * 6_000},
    {"fields": "nothing"}, {"fields": "values"}, {"count": "some"}, {"count": ""}, {"unknown": "1"},
    {"filter": "x"}, {"filter": "[]"}, {"filter": "1"}, {"filter": '"x"'}, {"filter": "{"}, {"filter": '{"field":"nothing","op":"eq","value":1}'},
    {"filter": '{"field":"subject","op":"nothing","value":1}'}, {"filter": '{"field":"subject","op":"eq"}'},
    {"filter": '{"field":"amount","op":"eq","value":"x"}'}, {"filter": '{"field":"amount","op":"eq","value":1e400}'},
    {"filter": '{"field":"at","op":"within_last","value":"P999999999Y"}'}, {"filter": '{"field":"due","op":"between","value":["2026-01-01"]}'},
    {"filter": '{"all":{}}'}, {"filter": '{"not":[]}'}, {"filter": '{"all":[],"any":[]}'}, {"filter": '{"field":{"a":1},"op":"eq","value":1}'},
    {"q": "x" * 201}, {"q": "\x00"}, {"\x00": "1"}, {"filter": '{"field":"subject","op":"eq","value":"a\\u0000"}'},
]  # fmt: skip


def test_a_query_that_can_not_be_used_is_422(desk: Desk) -> None:
    desk.add()
    for query in QUERIES:
        assert_problem(desk.ask("GET", query_string=query), 422)
    assert_problem(desk.ask("GET", query_string="limit=1&limit=2"), 422)


@pytest.mark.parametrize("path", ["/api/v1/forms/desk.ticket/export", "/api/v1/forms/desk.ticket/trash"])
def test_the_other_lists_refuse_the_same(desk: Desk, path: str) -> None:
    for query in ({"filter": "x"}, {"sort": "nothing"}, {"unknown": "1"}, {"q": "x" * 201}):
        answer = desk.site.ask("admin", "GET", path, query_string=query)
        assert_problem(answer, 422)


def test_a_browser_at_an_unknown_address_gets_a_page_and_a_program_a_problem(desk: Desk) -> None:
    lost = desk.site.client().get("/nothing", headers={"Accept": "text/html,*/*;q=0.8", "Accept-Language": "en"})
    assert (lost.status_code, lost.mimetype) == (404, "text/html")
    assert 'lang="en"' in lost.text
    for path, accept in (("/nothing", "*/*"), ("/api/v1/nothing", "text/html")):
        answer = desk.site.client().get(path, headers={"Accept": accept})
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
