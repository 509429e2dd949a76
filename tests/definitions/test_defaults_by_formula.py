"""Defaults by formula: once, where nothing was given, in the order of their needs; refused when they can't work."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.form import FormVersion
from formloom.platform.definitions.kinds.formulas import check_formulas

MakeForm = Callable[..., FormVersion]
OPTIONS = [{"value": "a", "label": {"en": "A"}}, {"value": "b", "label": {"en": "B"}}]


def field(name: str, kind: str, formula: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "type": kind, "default_formula": formula, **more}


@pytest.mark.parametrize(
    ("kind", "formula", "shown", "more"),
    [
        ("text", 'CONCATENATE("No. ",17)', "No. 17", {}),
        ("number", "10/3", "3.33", {"decimals": 2}),
        ("date", "EDATE(TODAY(),1)", "2026-12-23", {}),
        ("datetime", "DATE(2026,1,31)", "2026-01-30T16:00:00Z", {}),
        ("datetime", "NOW()", "2026-11-23T06:00:00Z", {}),
        ("time", '"09:30"', "09:30", {}),
        ("boolean", "1>0", True, {}),
        ("radio", 'IF(TRUE,"b","a")', "b", {"options": OPTIONS}),
        ("checkboxes", '{"a","b"}', ["a", "b"], {"options": OPTIONS}),
        ("radio", '"c"', None, {"options": OPTIONS}),
        ("number", "1/0", None, {}),
    ],
)
def test_value(
    kind: str, formula: str, shown: Any, more: Mapping[str, Any], make_form: MakeForm, ctx: CleanContext
) -> None:
    form = make_form(field("x", kind, formula, **more))
    cleaned = form.clean({}, ctx=ctx)
    assert (form.dump(cleaned.values)["x"], cleaned.findings) == (shown, [])


def test_they_follow_each_other_and_what_is_computed(make_form: MakeForm, ctx: CleanContext) -> None:
    form = make_form(
        field("c", "number", "total*2", decimals=0),
        {"id": "total", "type": "formula", "formula": "a+b"},
        field("b", "number", "a+1", decimals=0),
        {"id": "a", "type": "number", "decimals": 0},
    )
    assert form.clean({"a": 4}, ctx=ctx).values["c"] == 18
    assert form.clean({"a": 4, "b": 0}, ctx=ctx).values["c"] == 8
    assert form.clean({"a": 4, "b": None}, ctx=ctx).values["b"] is None, "given as empty is given"
    changed = form.clean({"a": 9}, ctx=ctx, current=form.clean({"a": 4}, ctx=ctx).values, partial=True).values
    assert "c" not in changed and changed["total"] == 14, "only a new record gets them"


def test_only_what_is_seen_is_suggested(make_form: MakeForm) -> None:
    form = make_form(
        {"id": "a", "type": "number"}, field("b", "number", "a+1"), field("c", "number", "secret+1"), {"id": "secret", "type": "number"},
    )  # fmt: skip
    assert [one["id"] for one in form.suggestions({"a", "b", "c"})] == ["b"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ([field("a", "number", "b"), {"id": "b", "type": "formula", "formula": "a"}], "formula_cycle"),
        ([field("a", "number", "a+1")], "formula_cycle"),
        ([field("a", "text", "nope")], "unknown_field"),
        ([field("a", "text", "1+")], "unexpected_end"),
        ([field("a", "file", '"x"')], "no_default_formula"),
        ([field("a", "text", '"x"', default="y")], "two_defaults"),
        ([{"id": "a", "type": "formula", "formula": "RECNO()"}], "no_record_number"),
    ],
)
def test_what_can_not_work_is_refused(fields: list[dict[str, Any]], code: str) -> None:
    document = {"fields": [{**one, "label": {"en": one["id"]}} for one in fields]}
    assert code in [one.code for one in check_formulas(document)]


def test_formulas_know_names_who_acts_and_the_records_number(make_form: MakeForm, ctx: CleanContext) -> None:
    form = make_form(
        {"id": "no", "type": "serial", "format": "T{YYMMDD}-{0000}"},
        {"id": "owner", "type": "user"},
        {"id": "team", "type": "departments"},
        {"id": "said", "type": "formula", "result": "text", "formula": 'TEXTUSER(owner)&"/"&TEXTDEPT(team)&"/"&GETUSERNAME()'},
        {"id": "number", "type": "formula", "decimals": 0, "formula": "RECNO()"},
    )  # fmt: skip
    names = {"u1": "李雷", "d1": "销售部", "d2": "市场部"}
    known = replace(ctx, user="韩梅梅", names=lambda ids: {one: names[one] for one in ids})
    values = form.clean({"owner": "u1", "team": ["d1", "d2"]}, ctx=known).values
    assert values["said"] == "李雷/销售部,市场部/韩梅梅"
    assert form.computed({**values, "no": "T261123-0042"}, known)["number"] == 42
