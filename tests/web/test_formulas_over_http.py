"""A formula over HTTP: values out, errors as values, faults of writing with their place, and bounds."""

from typing import Any

import pytest

from .conftest import Desk

pytestmark = pytest.mark.one_database

PATH = "/api/v1/formula/evaluate"


def ask(desk: Desk, formula: Any, values: Any = None, **more: Any) -> Any:
    return desk.send("POST", PATH, {"formula": formula, "values": values or {}, **more})


@pytest.mark.parametrize(
    ("formula", "values", "value", "kind"),
    [
        ('IF(amount>1000,"A","B")', {"amount": 1200}, "A", "text"),
        ('IF(amount>1000,"A","B")', {"amount": "1200.00"}, "A", "text"),
        ("amount*0.1", {"amount": 0.1}, "0.01", "number"),
        ("1/0", {}, "#DIV/0!", "error"),
        ("nobody", {}, "#NAME?", "error"),
        ("nobody", {"nobody": None}, None, "empty"),
        ("SUMPRODUCT(items.n,items.p)", {"items": [{"n": 2, "p": 3}, {"n": 1, "p": 0.5}]}, "6.5", "number"),
        ('DATEDELTA("2026-01-31",1)', {}, "2026-02-01", "date"),
        ("AND(TRUE,1)", {}, True, "boolean"),
        ('SPLIT("a,b",",")', {}, ["a", "b"], "list"),
    ],
)
def test_value(desk: Desk, formula: str, values: dict[str, Any], value: Any, kind: str) -> None:
    answer = ask(desk, formula, values)
    assert (answer.status_code, answer.json) == (200, {"value": value, "type": kind})


def test_the_language_is_that_of_the_question(desk: Desk) -> None:
    formula = 'TEXT("2026-11-23","aaaa")'
    assert ask(desk, formula, locale="en").json["value"] == "Monday"
    assert ask(desk, formula, locale="zh-CN").json["value"] == "星期一"
    assert ask(desk, formula, locale="xx").status_code == 422


def test_a_fault_of_writing_has_its_place(desk: Desk) -> None:
    answer = ask(desk, "1+SUMM(2)")
    assert (answer.status_code, answer.json["code"], answer.json["position"]) == (422, "bad_formula", 2)
    assert answer.json["errors"][0]["code"] == "unknown_function"
    assert "SUM" in answer.json["errors"][0]["message"]


@pytest.mark.parametrize("formula", [None, 5, [], "x" * 9_000, "(" * 8_000, "1+" * 4_000 + "1"], ids=range(6))
def test_what_is_no_formula_is_refused(desk: Desk, formula: Any) -> None:
    assert ask(desk, formula).status_code == 422


@pytest.mark.parametrize(
    "values",
    [{"a": 1e308}, {"a": [[[[[[1]]]]]]}, {"a": {"b": {"c": {}}}}, {"a": "x" * 100_000}, {"a": [1] * 20_000}, {"": 1}],
    ids=range(6),
)
def test_any_values_are_borne(desk: Desk, values: Any) -> None:
    for formula in ("a", "a*10", "a&a", "SUM(a,a,a,a,a,a)", "a.b", "COUNTA(a)"):
        assert ask(desk, formula, values).status_code == 200


def test_a_question_is_at_most_two_hundred_kilobytes(desk: Desk) -> None:
    assert ask(desk, "a", {"a": "x" * 300_000}).status_code == 413


def test_the_catalogue_has_every_function_with_help_and_examples(desk: Desk) -> None:
    functions = {one["name"]: one for one in desk.send("GET", "/api/v1/catalog").json["functions"]}
    assert functions["LEFT"]["usage"] == "LEFT(text, [count])"
    assert all(one["help"]["zh-CN"] and one["help"]["en"] for one in functions.values())
    assert functions["LEFT"]["examples"][0] == {"formula": 'LEFT("Formloom",4)', "value": "Form"}
