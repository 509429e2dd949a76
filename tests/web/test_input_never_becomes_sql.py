"""What a caller writes is always a parameter and never part of a statement's text, whatever he writes and wherever."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from tests.web.conftest import Desk

MARK = "zq7"
"""In every payload and in no statement of ours."""
PAYLOADS = [
    payload.replace("@", MARK) for payload in (
        "@' OR '1'='1", "@' OR 1=1 --", '@" OR ""="', "@'; DROP TABLE users; --", "@') UNION SELECT password_hash FROM users --",
        "1; SELECT pg_sleep(5) --@", "@' || (SELECT sql FROM sqlite_master) || '", "@`", "@\\' OR 1=1 #", "@/**/UNION/**/SELECT/**/1",
        "subject@ DESC, (SELECT 1)", "(CASE WHEN 1=1 THEN @subject ELSE id END)", "subject) FROM users @--", "id @COLLATE NOCASE",
        "%@%", "_@_", "@%' ESCAPE '", "'@'", "''@''''", "$1 @", ":@param", "%(@)s", "?@", "{@}", "@\u02bc OR 1=1", "＇@ OR 1=1 --",
        "@\r\n--", "@;", "@--", "/*@*/", "CHAR(39)@", "0x27@", "@::text", "@ AND 1=CAST((SELECT version()) AS int)",
        "@', random_blob(10), '", "load_extension('@')", "@' AND randomblob(1e9) --", "@' ORDER BY 100 --", "@' LIMIT 1 OFFSET 1 --",
        "@'='", "@' IN (SELECT 1) --", "NULL@", "@\t", "values->>'@'", "@' COLLATE x --", "\"@\"", "[@]", "@.users", "pragma_@",
        "@' || x'00' || '", "@' AND (SELECT count(*) FROM sessions) > 0 --", "@\\", "\\@'", "@';VACUUM;--", "@' UNION ALL SELECT NULL,NULL --",
        "@' REGEXP '.*", "@' GLOB '*", "@' MATCH 'x", "COPY @ TO PROGRAM 'id'", "@'; ATTACH DATABASE '/tmp/x' AS x; --",
    )
]  # fmt: skip


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the text of every statement."""
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _queries(payload: str) -> Iterator[dict[str, str]]:
    yield {"sort": payload}
    yield {"sort": f"-{payload}"}
    yield {"fields": payload}
    yield {"limit": payload}
    yield {"offset": payload}
    yield {"cursor": payload}
    yield {"count": payload}
    yield {"q": payload}
    yield {"filter": payload}
    for op in ("eq", "ne", "contains", "starts_with", "ends_with", "gt"):
        yield {"filter": json.dumps({"field": "subject", "op": op, "value": payload})}
    yield {"filter": json.dumps({"field": "subject", "op": "in", "value": [payload]})}
    yield {"filter": json.dumps({"field": "tags", "op": "contains", "value": payload})}
    yield {"filter": json.dumps({"field": "amount", "op": "eq", "value": payload})}
    yield {"filter": json.dumps({"field": payload, "op": "eq", "value": "x"})}
    yield {"filter": json.dumps({"field": "subject", "op": payload, "value": "x"})}
    yield {"filter": json.dumps({payload: [{"field": "subject", "op": "eq", "value": "x"}]})}
    yield {"filter": json.dumps({"field": "subject", "op": "eq", "value": {"ref": payload}})}
    yield {"filter": json.dumps({"field": "due", "op": "within_last", "value": payload})}


def _bodies(payload: str) -> Iterator[tuple[str, Any]]:
    yield "/aggregate", {"group_by": [{"field": payload}]}
    yield "/aggregate", {"group_by": [{"field": "due", "bucket": payload}]}
    yield "/aggregate", {"measures": [{"op": payload, "field": "amount"}]}
    yield "/aggregate", {"measures": [{"op": "sum", "field": payload}]}
    yield "/aggregate", {"filter": {"field": "subject", "op": "eq", "value": payload}}
    yield "/records", {"values": {"subject": payload, "code": payload}}
    yield "/records", {"values": {"subject": "x", payload: "x"}}


def test_no_payload_reaches_the_text_of_a_statement(desk: Desk) -> None:
    desk.add(subject="plain", amount="1", tags=["red"])
    base = f"/api/v1/forms/{desk.form}"
    with statements() as seen:
        for payload in PAYLOADS:
            for query in _queries(payload):
                answer = desk.send("GET", f"{base}/records", query_string=query)
                assert answer.status_code in {200, 422}, (query, answer.text)
                if answer.status_code == 200 and '"ne"' not in query.get("filter", ""):
                    assert all(record["values"]["subject"] != "plain" for record in answer.json["records"]), query
            for path, body in _bodies(payload):
                answer = desk.send("POST", base + path, body)
                assert answer.status_code in {200, 201, 422}, (path, body, answer.text)
    assert len(seen) > len(PAYLOADS)
    assert not [statement for statement in seen if MARK in statement]


def test_stored_payloads_come_back_as_they_were_written(desk: Desk) -> None:
    for payload in PAYLOADS:
        made = desk.add(subject=payload)
        wanted = json.dumps({"field": "subject", "op": "eq", "value": made["values"]["subject"]})
        assert [record["id"] for record in desk.listed(filter=wanted)] == [made["id"]], payload


def test_the_other_doors_keep_to_parameters_too(desk: Desk) -> None:
    with statements() as seen:
        for payload in PAYLOADS[:20]:
            for path, query in (
                (f"/api/v1/forms/{desk.form}/export", {"sort": payload}), (f"/api/v1/forms/{desk.form}/trash", {"sort": payload}),
                (f"/api/v1/forms/{desk.form}/export", {"filter": json.dumps({"field": payload, "op": "eq", "value": payload})}),
                ("/api/v1/people", {"q": payload}), ("/api/v1/users", {"q": payload}), (f"/api/v1/apps/{payload.replace('/', '')}", {}),
            ):  # fmt: skip
                answer = desk.send("GET", path, query_string=query)
                assert answer.status_code < 500, (path, query, answer.text)
    assert not [statement for statement in seen if MARK in statement]
