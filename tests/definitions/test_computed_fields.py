"""Computed fields: in the order of their needs, on every write, and refused when they can't work."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.form import FormVersion
from formloom.platform.definitions.kinds.formulas import check_formulas

PRICE = {"id": "price", "type": "number", "decimals": 2}
COUNT = {"id": "count", "type": "number", "decimals": 0}
MakeForm = Callable[..., FormVersion]


def computed(name: str, formula: str, result: str = "number", **settings: Any) -> dict[str, Any]:
    return {"id": name, "type": "formula", "formula": formula, "result": result, **settings}


def found(*fields: dict[str, Any]) -> list[tuple[str, str | None, str]]:
    document = {"fields": [{**one, "label": {"en": one["id"]}} for one in fields]}
    return [(one.code, one.field, one.words("en")) for one in check_formulas(document)]


@pytest.mark.parametrize(
    ("formula", "result", "value"),
    [
        ("price*count", "number", Decimal("36.00")),
        ("price/7", "number", Decimal("1.71")),
        ("1/0", "number", None),
        ("9e30", "number", None),
        ('"no number"', "number", None),
        ('IF(price>10,"dear","cheap")', "text", "dear"),
        ("price", "text", "12"),
        ("price>count", "boolean", True),
        ("DATE(2026,count,1)", "date", date(2026, 3, 1)),
        ("TODAY()", "date", date(2026, 11, 23)),
        ("{1,2}", "text", None),
    ],
)
def test_value(formula: str, result: str, value: Any, make_form: MakeForm, ctx: CleanContext) -> None:
    form = make_form(PRICE, COUNT, computed("x", formula, result))
    values = form.clean({"price": "12", "count": 3}, ctx=ctx).values
    assert values["x"] == value
    field = form.field("x")
    assert field.kind == result
    assert field.type.revive(form.dump(values)["x"], field.cfg) == value
    assert field.type.from_column(field.type.to_column(value, field.cfg), field.cfg) == value
    assert (form.display("x", value, "en") == "") is (value is None)


def test_dependants_come_after_what_they_need(make_form: MakeForm, ctx: CleanContext) -> None:
    form = make_form(computed("c", "b+1"), computed("b", "a*2"), computed("a", "count+1"), COUNT)
    values = form.clean({"count": 4}, ctx=ctx).values
    assert [values[name] for name in "abc"] == [5, 10, 11]


def test_a_change_of_one_field_computes_again(make_form: MakeForm, ctx: CleanContext) -> None:
    form = make_form(PRICE, COUNT, computed("total", "price*count"), computed("big", "total>50", "boolean"))
    before = form.clean({"price": 10, "count": 3}, ctx=ctx).values
    changed = form.clean({"count": 7}, ctx=ctx, current=before, partial=True).values
    assert (before["total"], before["big"]) == (30, False)
    assert (changed["total"], changed["big"]) == (70, True)
    assert "price" not in changed


def test_input_is_refused(make_form: MakeForm, ctx: CleanContext) -> None:
    form = make_form(COUNT, computed("x", "count+1"))
    assert [one.code for one in form.clean({"count": 1, "x": 9}, ctx=ctx).findings] == ["read_only_field"]


def test_rules_see_what_is_computed_and_what_they_hide_counts_as_empty(make_form: MakeForm, ctx: CleanContext) -> None:
    rule = {"id": "r", "when": {"field": "total", "op": "gt", "value": "50"}, "show": ["note"]}
    form = make_form(
        COUNT,
        computed("total", "count*10"),
        {"id": "note", "type": "text"},
        computed("said", 'note&"!"', "text"),
        rules=[rule],
    )
    shown = form.clean({"count": 6, "note": "x"}, ctx=ctx).values
    hidden = form.clean({"count": 5, "note": "x"}, ctx=ctx).values
    assert (shown["note"], shown["said"]) == ("x", "x!")
    assert (hidden["note"], hidden["said"]) == (None, "!")


def test_fields_that_wait_for_each_other_are_refused_with_the_way() -> None:
    ((code, path, said),) = found(computed("a", "b+1"), computed("b", "c+1"), computed("c", "a+1"))
    assert (code, path) == ("formula_cycle", "fields/0/formula")
    assert "a → b → c → a" in said
    assert found(computed("a", "a+1"))[0][0] == "formula_cycle"
    assert found(COUNT, computed("a", "count"), computed("b", "a+a"), computed("c", "a+b")) == []


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        ("cuont+1", "unknown_field"),
        ("1+", "unexpected_end"),
        ("", "no_formula"),
        ("NOPE(1)", "unknown_function"),
        ("count.x", "not_a_subform"),
    ],
)
def test_a_formula_that_can_not_work_is_refused(formula: str, code: str) -> None:
    ((found_code, path, said),) = found(COUNT, computed("x", formula))
    assert (found_code, path) == (code, "fields/1/formula")
    assert "{" not in said


def test_a_version_that_was_never_checked_leaves_such_fields_empty(make_form: MakeForm, ctx: CleanContext) -> None:
    form = make_form(COUNT, computed("a", "b"), computed("b", "a"), computed("c", "1+"), computed("d", "count+1"))
    values = form.clean({"count": 1}, ctx=ctx).values
    assert [values[name] for name in "abcd"] == [None, None, None, 2]
