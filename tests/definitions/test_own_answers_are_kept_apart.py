"""Answers that people write themselves: marked, cleaned, read without their mark, taken from spreadsheets."""

from collections.abc import Callable
from typing import Any

import pytest

from formloom.platform.definitions.conditions.words import sentence
from formloom.platform.definitions.fields.base import CleanContext, ValueInvalid
from formloom.platform.definitions.form import FormVersion
from formloom.platform.definitions.kinds.base import World
from formloom.platform.definitions.kinds.registry import KINDS

AB = [{"value": "a", "label": {"zh-CN": "甲", "en": "Alpha"}}, {"value": "b", "label": {"zh-CN": "乙", "en": "Beta"}}]
ONE = {"id": "one", "type": "select", "label": {"en": "One"}, "options": AB, "own_answer": True}
MANY = {"id": "many", "type": "checkboxes", "label": {"en": "Many"}, "options": AB, "own_answer": True}


@pytest.fixture
def form(make_form: Callable[..., FormVersion]) -> FormVersion:
    return make_form(ONE, MANY)


def test_an_own_answer_never_is_an_option(form: FormVersion, ctx: CleanContext) -> None:
    cleaned = form.clean({"one": "other:c", "many": ["other:c", "b"]}, ctx=ctx)
    assert cleaned.findings == []
    assert cleaned.values["one"] == "other:c"
    assert cleaned.values["many"] == ("b", "other:c")
    assert form.clean({"one": "c"}, ctx=ctx).findings[0].code == "not_an_option"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("other:", "own_answer_missing"),
        ("other:  ", "own_answer_missing"),
        ("other:" + "x" * 101, "own_answer_too_long"),
        (["a", "other:x"], "own_answer_beside"),
    ],
)
def test_what_does_not_fit_is_told(form: FormVersion, ctx: CleanContext, raw: Any, code: str) -> None:
    assert [found.code for found in form.clean({"one": raw}, ctx=ctx).findings] == [code]


def test_only_one_answer_is_written(form: FormVersion, ctx: CleanContext) -> None:
    assert form.clean({"many": ["other:x", "other:y"]}, ctx=ctx).findings[0].code == "several_own_answers"


def test_people_read_it_without_its_mark(form: FormVersion) -> None:
    assert form.display("one", "other:By boat", "en") == "By boat"
    assert form.display("many", ("a", "other:By boat"), "en") == "Alpha, By boat"


@pytest.mark.parametrize(
    ("cell", "clean"),
    [
        ("Alpha", ("a",)),
        ("乙、By boat", ("b", "other:By boat")),
        ("Alpha, by boat, or train", ("a", "other:by boat, or train")),
        ("boat, Alpha, train", ("a", "other:boat, train")),
    ],
)
def test_a_cell_takes_unknown_words_as_an_own_answer(
    form: FormVersion, ctx: CleanContext, cell: str, clean: Any
) -> None:
    item = form.field("many")
    assert item.type.parse_cell(cell, item.cfg, ctx) == clean
    shown = item.type.export_cell(clean, item.cfg, "en")
    assert item.type.parse_cell(str(shown), item.cfg, ctx) == clean, "an export can be read again"


def test_a_cell_with_an_unknown_word_is_refused_where_none_is_allowed(
    make_form: Callable[..., FormVersion], ctx: CleanContext
) -> None:
    item = make_form({**ONE, "own_answer": False}).field("one")
    with pytest.raises(ValueInvalid):
        item.type.parse_cell("By boat", item.cfg, ctx)


def test_no_option_may_begin_with_the_mark() -> None:
    entry = {**ONE, "options": [{"value": "other:x", "label": {"en": "X"}}]}
    found = KINDS.get("form").check({"title": {"en": "T"}, "fields": [entry]}, World())
    assert any("other:" in one.words("en") and one.severity == "error" for one in found)


def test_a_condition_about_it_reads_as_a_sentence() -> None:
    fields = {"one": {**ONE, "own_label": {"en": "Something else"}}}
    assert sentence({"field": "one", "op": "eq", "value": "other:"}, fields) == {
        "zh-CN": "One 等于 其他",
        "en": "One is Something else",
    }
    assert sentence({"field": "one", "op": "eq", "value": "other:By boat"}, fields)["en"] == "One is By boat"


def test_a_rule_may_offer_an_own_answer_only_where_it_is_allowed() -> None:
    rule = {
        "id": "r",
        "when": {"field": "many", "op": "not_empty"},
        "options": [{"field": "one", "only": ["a", "other:"]}],
    }
    document = {"title": {"en": "T"}, "fields": [ONE, MANY], "rules": [rule]}
    assert [one for one in KINDS.get("form").check(document, World()) if one.severity == "error"] == []
    closed = {**document, "fields": [{**ONE, "own_answer": False}, MANY]}
    assert [one.code for one in KINDS.get("form").check(closed, World()) if one.severity == "error"] == [
        "unknown_option"
    ]
