"""Answers in the address are suggestions of public questions; signed ones can't be altered."""

import secrets
from typing import Any
from urllib.parse import urlsplit

import pytest

from .conftest import ENTRY, House, Publish, l10n

pytestmark = pytest.mark.one_database

LINE, INNER, SERIAL = ENTRY["line"], ENTRY["inner"], ENTRY["no"]


def typed(house: House, query: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in house.inputs(house.open(query)).values:
        found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize(
    ("query", "name", "shown"),
    [
        ("line=Lin%20%3Cb%3E", "line", ["Lin <b>"]),
        ("amount=12.5", "amount", ["12.5"]),
        ("day=2026-12-01", "day", ["2026-12-01"]),
        ("one=b", "one", ["b"]),
        ("choice=b", "choice", ["b"]),
        ("boxes=a&boxes=b", "boxes", ["a", "b"]),
        ("agree=true", "agree", ["true"]),
        ("score=4", "score", ["4"]),
        ("mail=lin@example.com", "mail", ["lin@example.com"]),
        ("source=poster", "source", ["poster"]),
    ],
)
def test_a_fitting_answer_stands_in_the_page(every: House, query: str, name: str, shown: list[str]) -> None:
    assert typed(every, f"?{query}")[name] == shown


@pytest.mark.parametrize(
    "query",
    [
        "amount=many", "amount=-1", "amount=1&amount=2x", "one=c", "boxes=c", "boxes=a&boxes=b&boxes=c", "day=tomorrow",
        "mail=lin", "inner=secret", "no=T1", "owner=x", "papers=x", "line=" + "x" * 41, "moment=%00", "score=99",
        "hello=x", "part=x", "nothing=x", "agree=perhaps", "line=", "_token=x", "rev=9",
    ],
)  # fmt: skip
def test_what_does_not_fit_or_is_not_public_is_left_out(every: House, query: str) -> None:
    plain = {name: value for name, value in typed(every, "").items() if name != "_token"}
    given = {name: value for name, value in typed(every, f"?{query}").items() if name != "_token"}
    if query == "amount=1&amount=2x":
        plain["amount"] = ["1"]
    assert given == plain


def test_it_is_said_and_can_be_changed(form: Publish) -> None:
    house = form(LINE)
    page = house.open("?line=Lin")
    assert "Filled in by the link: please check" in page.text
    assert 'aria-describedby="p-line"' in page.text
    assert "readonly" not in page.text.split("</style>")[1]
    assert house.data(page)["given"] == ["line"]
    assert house.send({"line": "Mei"}, page=page).status_code == 303
    assert house.records()[0]["values"]["line"] == "Mei"
    assert "please check" not in house.open("?locale=en").text


def test_a_form_may_take_no_suggestions(form: Publish) -> None:
    house = form(LINE, ENTRY["source"], settings={"prefill": False})
    given = typed(house, "?line=Lin&source=poster")
    assert (given["line"], given["source"]) == ([""], ["poster"])


def test_a_signed_link_fixes_its_answers(form: Publish) -> None:
    house = form(LINE, ENTRY["choice"], ENTRY["source"])
    people = [{"values": {"line": f"Person {number}", "choice": "b", "source": "mail"}} for number in range(2)]
    made = house.made("POST", f"/links/{house.token}/personal", {"links": people})["links"]
    for number, one in enumerate(made):
        query = "?" + urlsplit(one["url"]).query
        page = house.open(f"{query}&line=Other&choice=a")
        assert "readonly" in page.text
        assert "Filled in by your link" in page.text
        answer = house.send({"line": "Forged", "choice": "a", "source": "x"}, page=page)
        assert answer.status_code == 303, answer.text
        assert house.records()[-1]["values"] == {"line": f"Person {number}", "choice": "b", "source": "mail"}
        assert "answered already" in house.open(query).text
    assert house.open(query[:-3] + "abc").status_code == 200
    assert "Person 1" not in house.open(query[:-3] + "abc").text


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"inner": "x"}, "inner", "not_fillable"), ({"no": "x"}, "no", "not_fillable"),
        ({"nothing": "x"}, "nothing", "not_fillable"), ({"line": "x" * 41}, "line", "too_long"),
        ({"line": {"a": 1}}, "line", "not_text"),
    ],
)  # fmt: skip
def test_only_fitting_public_answers_are_signed(form: Publish, values: dict[str, Any], field: str, code: str) -> None:
    house = form(LINE, INNER, SERIAL)
    answer = house.api("POST", f"/links/{house.token}/personal", {"links": [{"values": {}}, {"values": values}]})
    assert answer.status_code == 422
    found = answer.json["errors"][0]
    assert (found["field"], found["code"]) == (f"links.1.values.{field}", code)


def test_a_link_has_an_end(form: Publish) -> None:
    house = form({"id": "lines", "type": "textarea", "label": l10n("Lines")})
    body = {"links": [{"values": {"lines": secrets.token_hex(4000)}}]}
    assert house.api("POST", f"/links/{house.token}/personal", body).status_code == 422
    assert house.api("POST", f"/links/{house.token}/personal", {"links": []}).status_code == 422
