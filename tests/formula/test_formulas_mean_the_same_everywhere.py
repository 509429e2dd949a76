"""One formula, one value: the shared cases and every function's examples; vitest runs the same file in the browser."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from formloom.platform.definitions.formula.compile import compile_text
from formloom.platform.definitions.formula.function import SAMPLE, SAMPLE_SETTING
from formloom.platform.definitions.formula.grammar import parse
from formloom.platform.definitions.formula.registry import FUNCTIONS
from formloom.platform.definitions.formula.tokens import FormulaInvalid
from formloom.platform.definitions.formula.values import Setting

from .exchange import completed, read, tagged, untagged, written

SHARED = read()
VALUES = {name: untagged(held) for name, held in SHARED["values"].items()}
SETTING = Setting(
    **{
        **SHARED["setting"],
        "now": datetime.fromisoformat(SHARED["setting"]["now"]),
        "zone": ZoneInfo(SHARED["setting"]["zone"]),
    }
)


def _ids(case: dict[str, Any]) -> str:
    return case["formula"][:90]


def test_the_shared_file_is_whole() -> None:
    assert written(completed(SHARED)) == written(SHARED), "run: python -m tests.formula.exchange"


@pytest.mark.parametrize("case", SHARED["cases"], ids=_ids)
def test_value(case: dict[str, Any]) -> None:
    assert tagged(compile_text(case["formula"])(VALUES, SETTING)) == case["is"]


@pytest.mark.parametrize("case", SHARED["examples"], ids=_ids)
def test_example(case: dict[str, Any]) -> None:
    assert tagged(compile_text(case["formula"])(SAMPLE, SAMPLE_SETTING)) == case["is"]


@pytest.mark.parametrize("case", SHARED["refused"], ids=_ids)
def test_what_can_not_be_read_is_refused_at_its_place(case: dict[str, Any]) -> None:
    with pytest.raises(FormulaInvalid) as refusal:
        parse(case["formula"])
    (found,) = refusal.value.findings
    assert (found.code, refusal.value.position) == (case["code"], case["at"])
    assert all("{" not in found.words(locale).replace(case["formula"], "") for locale in ("zh-CN", "en"))


def test_every_function_has_help_in_both_languages_and_examples() -> None:
    for one in FUNCTIONS:
        assert one.help["zh-CN"] and one.help["en"], one.name
        assert one.examples or one.volatile, one.name


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(FormulaInvalid) as refusal:
        parse("SUMM(1)")
    assert "SUM?" in refusal.value.findings[0].words("en")


def test_the_tree_is_plain_json() -> None:
    tree = parse('IF(amount>=10,"A",items.price*-2%)')
    assert json.loads(json.dumps(tree)) == tree
