"""Nobody writes what is not his to write by adding a key: unknown and read-only keys are refused and change nothing."""

from typing import Any

import pytest
from marshmallow import fields

from formloom.app import Formloom
from formloom.platform.kernel.errors import Invalid
from formloom.platform.web.route import load
from tests.web.conftest import Desk

pytestmark = pytest.mark.one_database

EXTRA = (
    "id", "rev", "created_at", "created_by", "updated_at", "updated_by", "deleted_at", "form_id", "app_id", "owner", "status", "version",
    "role", "is_admin", "password_hash", "__proto__", "constructor", "_sa_instance_state", "values.subject",
)  # fmt: skip


def _state(desk: Desk, record: str) -> Any:
    return desk.ask("GET", f"/{record}").json


def test_an_extra_key_beside_or_among_the_values_is_refused(desk: Desk) -> None:
    record = desk.add()["id"]
    before, count = _state(desk, record), desk.count()
    for name in EXTRA:
        for body in ({"values": {"subject": "x"}, name: "x"}, {"values": {"subject": "x", name: "x"}}):
            for method, path in (("POST", ""), ("PATCH", f"/{record}")):
                answer = desk.ask(method, path, body)
                assert answer.status_code == 422, (name, method, answer.text)
            row = {"records": [body]}
            answer = desk.ask("POST", "/batch", row)
            refused = answer.status_code == 422 or answer.json["results"][0]["status"] == 422
            assert refused, (name, answer.text)
    assert _state(desk, record) == before
    assert desk.count() == count


def test_a_generated_value_is_not_the_callers_to_choose(desk: Desk) -> None:
    record = desk.add()["id"]
    before = _state(desk, record)
    for method, path in (("POST", ""), ("PATCH", f"/{record}")):
        answer = desk.ask(method, path, {"values": {"subject": "x", "number": "T9999"}})
        assert answer.status_code == 422
        assert answer.json["errors"][0]["field"] == "number"
    assert _state(desk, record) == before


def test_a_hidden_field_is_refused_like_one_that_is_not_there(staffed: Desk) -> None:
    record = staffed.add()["id"]
    hidden = staffed.ask("PATCH", f"/{record}", {"values": {"papers": []}}, who="clerk")
    missing = staffed.ask("PATCH", f"/{record}", {"values": {"nothing": []}}, who="clerk")
    assert (hidden.status_code, missing.status_code) == (422, 422)
    assert hidden.json["errors"][0]["code"] == missing.json["errors"][0]["code"]


def test_nobody_makes_himself_more_than_he_is(staffed: Desk) -> None:
    site = staffed.site
    for body in (
        {"is_admin": True},
        {"roles": ["admin"]},
        {"email": "ada@example.com"},
        {"id": "x"},
        {"status": "active"},
    ):
        answer = site.ask("clerk", "PATCH", "/api/v1/session", body)
        assert answer.status_code == 422, body
    assert site.ask("clerk", "GET", "/api/v1/session").json["user"]["is_admin"] is False


def _routes(formloom: Formloom) -> Any:
    return formloom.web.extensions["formloom.routes"]


@pytest.mark.parametrize("part", ["body", "query"])
def test_every_schema_refuses_what_it_does_not_know(desk: Desk, part: str) -> None:
    """Asked of every route at once: the extra key is told by name, whatever else is wrong."""
    tried = 0
    for route in _routes(desk.site.formloom):
        if (
            getattr(route, part) is None
            or route.takes != "json"
            or "/api/" not in route.path
            or route.act == "session.open"
        ):
            continue
        with pytest.raises(Invalid) as refused:
            load(getattr(route, part), {"surely_not_there": 1})
        assert "surely_not_there" in {found.field for found in refused.value.findings}, route.path
        tried += 1
    assert tried >= 5


def _unbounded(field: fields.Field[Any], path: str) -> list[str]:
    if isinstance(field, fields.Nested):
        return [found for name, inner in field.schema.fields.items() for found in _unbounded(inner, f"{path}.{name}")]
    if isinstance(field, fields.List):
        return ([] if _is_bounded(field) else [path]) + _unbounded(field.inner, f"{path}[]")
    return [path] if isinstance(field, fields.String) and not _is_bounded(field) else []


def _is_bounded(field: fields.Field[Any]) -> bool:
    rules = [inner for rule in field.validators for inner in getattr(rule, "validators", (rule,))]
    return any(
        getattr(rule, "max", None) is not None or getattr(rule, "equal", None) is not None or hasattr(rule, "choices")
        or hasattr(rule, "regex")
        for rule in rules
    )  # fmt: skip


def test_every_text_and_every_list_that_is_taken_has_an_end(desk: Desk) -> None:
    seen, unbounded = 0, []
    for route in _routes(desk.site.formloom):
        for schema in (route.body, route.query):
            if schema is not None:
                seen += len(schema.fields)
                unbounded += [
                    found
                    for name, inner in schema.fields.items()
                    for found in _unbounded(inner, f"{route.path} {name}")
                ]
    assert seen > 50
    assert not unbounded
