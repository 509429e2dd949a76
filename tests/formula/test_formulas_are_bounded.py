"""No formula runs long, deep or large, and none raises: whatever comes in, a value or a refusal comes out."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formloom.platform.definitions.formula.compile import compile_text, compile_tree
from formloom.platform.definitions.formula.function import SAMPLE, SAMPLE_SETTING
from formloom.platform.definitions.formula.grammar import parse
from formloom.platform.definitions.formula.registry import FUNCTIONS
from formloom.platform.definitions.formula.tokens import FormulaInvalid
from formloom.platform.definitions.formula.values import LIMIT, NAME, Fault
from tests.effort import cpu_s

PIECES = st.sampled_from([
    *(f"{one.name}(" for one in FUNCTIONS), *"+-*/^&=<>%(){},", ">=", "<>", ",", ")", ")", ",", '"a*"', '"2026-01-31"', '""', "0", "1", "-1",
    "1e300", "0.5", "99999999", "amount", "empty", "items.price", "items", "owner", "signed_on", "paid_at", "TRUE", "nobody",
])  # fmt: skip
ATOMS = [
    "0",
    "-1",
    "1e300",
    "1e-300",
    '"x"',
    '""',
    "empty",
    "items.price",
    "owner",
    "items",
    "signed_on",
    "paid_at",
    "TRUE",
    "{}",
    '{1,"a"}',
    "1/0",
    "50000",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=25))
def test_any_text_gives_a_value_or_a_refusal(pieces: list[str]) -> None:
    try:
        formula = compile_text("".join(pieces))
    except FormulaInvalid as refusal:
        assert 0 <= refusal.position <= len("".join(pieces))
    else:
        formula(SAMPLE, SAMPLE_SETTING)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(ATOMS), min_size=6, max_size=6))
@pytest.mark.parametrize("function", list(FUNCTIONS), ids=lambda one: one.name)
def test_every_function_takes_any_values(function: object, atoms: list[str]) -> None:
    for count in range(7):
        if function.takes(count):
            compile_text(f"{function.name}({','.join(atoms[:count])})")(SAMPLE, SAMPLE_SETTING)


@pytest.mark.parametrize(
    "formula",
    ["(" * 5_000 + "1" + ")" * 5_000, "-" * 5_000 + "1", "+".join(["1"] * 3_000), "1-" * 3_000 + "1", "1" + "%" * 3_000,
     "NOT(" * 500 + "1" + ")" * 500, "{" * 500, "1&" * 4_200, '"' + "x" * 9_000 + '"'],
    ids=range(9),
)  # fmt: skip
def test_a_long_or_deep_formula_is_refused(formula: str) -> None:
    with pytest.raises(FormulaInvalid):
        parse(formula)


@pytest.mark.parametrize(
    ("formula", "code"),
    [("SUM(" + ",".join(["big"] * 200) + ")", LIMIT), ("IFERROR(SUM(" + ",".join(["big"] * 200) + "),1)", LIMIT),
     ("SUM(" + "+".join(["big"] * 200) + ")", LIMIT)],
)  # fmt: skip
def test_work_on_lists_is_paid_for(formula: str, code: str) -> None:
    assert compile_text(formula)({"big": [Decimal(1)] * 1_000}, SAMPLE_SETTING) == Fault(code)


@pytest.mark.parametrize(
    "formula",
    ['COUNTIF({"' + "a" * 3_000 + '"},"' + "*a" * 100 + 'b")', "REPT(REPT(\"ab\",16000),99999)", "POWER(1.0000001,99999999999)", "EXP(1e300)", "LOG(1e-300)^99",
     'SUBSTITUTE(REPT("a",32767),"a",REPT("b",32767))', "MOD(1e300,7)", 'WORKDAY("0001-01-01",2600000)', "ROUND(1e300,-99999)"],
)  # fmt: skip
def test_hard_work_is_quick(formula: str) -> None:
    assert cpu_s(lambda: compile_text(formula)({}, SAMPLE_SETTING)) < 0.5


def test_a_name_that_is_not_there_is_an_error_only_when_asked() -> None:
    tree = parse("nobody+1")
    assert compile_tree(tree)({}, SAMPLE_SETTING) == Decimal(1)
    assert compile_tree(tree, demand_names=True)({}, SAMPLE_SETTING) == Fault(NAME)


@pytest.mark.parametrize("formula", ["COUNTA(many&long)", "COUNTA(many=long)", "COUNTA(many<long)"])
def test_lists_do_not_multiply_long_texts(formula: str) -> None:
    values = {"many": ["x"] * 20_000, "long": "y" * 30_000}
    assert compile_text(formula)(values, SAMPLE_SETTING) == Fault(LIMIT)
    assert cpu_s(lambda: compile_text(formula)(values, SAMPLE_SETTING)) < 0.5
