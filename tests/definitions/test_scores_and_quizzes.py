"""Scores of answers and right answers of a quiz, in formulas and by themselves."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.form import FormVersion
from formloom.platform.definitions.kinds.quizzes import check_quiz

MakeForm = Callable[..., FormVersion]
WORDS = {"en": "x"}
OPTIONS = [
    {"value": "a", "label": WORDS, "score": "2.5"}, {"value": "b", "label": WORDS, "score": 1}, {"value": "c", "label": WORDS},
]  # fmt: skip
GRID = {
    "rows": [{"value": "r", "label": WORDS}, {"value": "s", "label": WORDS}], "columns": OPTIONS,
}  # fmt: skip


def total(*names: str) -> dict[str, Any]:
    return {"id": "total", "type": "formula", "formula": "SUM(" + ",".join(f"SCORE({name})" for name in names) + ")"}


@pytest.mark.parametrize(
    ("field", "value", "points"),
    [
        ({"type": "radio", "options": OPTIONS}, "a", "2.50"),
        ({"type": "radio", "options": OPTIONS}, "c", "0.00"),
        ({"type": "radio", "options": OPTIONS}, None, "0.00"),
        ({"type": "checkboxes", "options": OPTIONS}, ["a", "b"], "3.50"),
        ({"type": "rating"}, "4", "4.00"),
        ({"type": "nps"}, "0", "0.00"),
        ({"type": "number"}, "1.25", "1.25"),
        ({"type": "matrix", **GRID}, {"r": "a", "s": "b"}, "3.50"),
        ({"type": "matrix", **GRID, "answer": "rating"}, {"r": {"a": "4"}, "s": {"b": "2"}}, "6.00"),
        ({"type": "radio", "options": OPTIONS, "quiz": {"answer": ["b"], "points": 5}}, "b", "5.00"),
        ({"type": "radio", "options": OPTIONS, "quiz": {"answer": ["b"], "points": 5}}, "a", "0.00"),
        ({"type": "checkboxes", "options": OPTIONS, "quiz": {"answer": ["b", "a"]}}, ["a", "b"], "1.00"),
        ({"type": "checkboxes", "options": OPTIONS, "quiz": {"answer": ["b", "a"]}}, ["a"], "0.00"),
        ({"type": "text", "quiz": {"answer": ["Paris", "巴黎"]}}, "  paris ", "1.00"),
        ({"type": "number", "quiz": {"answer": ["3.5"]}}, "3.50", "1.00"),
        ({"type": "boolean", "quiz": {"answer": ["false"]}}, False, "1.00"),
    ],
)
def test_points(field: dict[str, Any], value: Any, points: str, make_form: MakeForm, ctx: CleanContext) -> None:
    form = make_form({"id": "q", **field}, total("q"))
    assert form.clean({"q": value}, ctx=ctx).values["total"] == Decimal(points)


def test_a_score_never_reaches_the_browser_and_other_scores_compute_again(make_form: MakeForm) -> None:
    field = {"id": "q", "type": "radio", "options": OPTIONS}
    form = make_form(field, total("q"))
    assert form.live_formulas(form.field_ids) == {}
    other = [{**OPTIONS[0], "score": 9}, *OPTIONS[1:]]
    assert form.computed_anew(make_form(field, total("q"))) == set()
    assert form.computed_anew(make_form({**field, "options": other}, total("q"))) == {"total"}


def test_only_questions_that_were_seen_are_graded(make_form: MakeForm, ctx: CleanContext) -> None:
    form = make_form(
        {"id": "a", "type": "number", "quiz": {"answer": ["1"], "points": 2, "explanation": {"en": "One."}}},
        {"id": "b", "type": "number", "quiz": {"answer": ["1"]}},
        rules=[{"id": "r", "when": {"field": "a", "op": "eq", "value": 7}, "show": ["b"]}],
    )
    values = form.clean({"a": 2, "b": 1}, ctx=ctx).values
    (graded,) = form.scoring.graded(values, form.visible(values))
    assert (graded.field, graded.is_right, graded.points, graded.of) == ("a", False, 0, 2)
    assert graded.right == (1,) and graded.explanation == {"en": "One."}


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ({"type": "radio", "options": OPTIONS, "quiz": {"answer": ["z"]}}, "impossible_answer"),
        ({"type": "number", "quiz": {"answer": ["many"]}}, "impossible_answer"),
        ({"type": "text", "quiz": {"points": 3}}, "no_right_answer"),
        ({"type": "file", "quiz": {"answer": ["x"]}}, "no_quiz_here"),
    ],
)
def test_what_nobody_could_answer_is_refused(field: dict[str, Any], code: str) -> None:
    assert [one.code for one in check_quiz({"fields": [{"id": "q", "label": WORDS, **field}]})] == [code]
