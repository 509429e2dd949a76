"""Criteria such as ">5", "<>done" or "A*", and texts with the wildcards `?`, `*` and `~`."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import re2

from formloom.platform.definitions.conditions.operators import fold
from formloom.platform.definitions.formula.operators import compare
from formloom.platform.definitions.formula.values import VALUE, Env, Fault, Value, number_of, scalar

_SIGN = re.compile(r"(<>|<=|>=|<|>|=)?(.*)", re.DOTALL)
_ORDER: dict[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0, "<=": lambda order: order <= 0,
    ">": lambda order: order > 0, ">=": lambda order: order >= 0,
}  # fmt: skip
MAX_PATTERN = 255
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.dot_nl = True
Test = Callable[[Value], bool]


def criterion(env: Env, wanted: Value) -> Test:
    """Return the test that a criterion stands for. Raises Fault."""
    if not isinstance(wanted, str):
        wanted = scalar(wanted)
        return lambda value: _equals(env, value, wanted)
    sign, operand = _SIGN.fullmatch(wanted).groups()  # type: ignore[union-attr]  # the pattern takes any text
    number = _number(env, operand)
    if sign in _ORDER:
        return _ordered(env, _ORDER[sign], operand if number is None else number)
    met: Test = (lambda value: _equals(env, value, number)) if number is not None else _alike(operand)
    return (lambda value: not met(value)) if sign == "<>" else met


def wildcard(pattern: str) -> Any:
    """Return a compiled expression for a text with wildcards, folded. Raises Fault for one that is too long."""
    if len(pattern) > MAX_PATTERN:
        raise Fault(VALUE)
    return _expression(fold(pattern))


def has_wildcard(text: str) -> bool:
    """Tell whether a text is more than the text itself when it is searched for."""
    return any(mark in text for mark in "?*~")


@lru_cache(maxsize=256)
def _expression(pattern: str) -> Any:
    return re2.compile("(" + "".join(_pieces(pattern)) + ")", _OPTIONS)


def _escaped(character: str) -> str:
    escaped: str = re2.escape(character)
    return escaped


def _pieces(pattern: str) -> Iterator[str]:
    at = 0
    while at < len(pattern):
        if pattern[at] == "~" and pattern[at + 1 : at + 2] in {"?", "*", "~"}:
            at += 1
            yield _escaped(pattern[at])
        else:
            yield {"?": ".", "*": ".*?"}.get(pattern[at]) or _escaped(pattern[at])
        at += 1


def _number(env: Env, text: str) -> Decimal | None:
    try:
        return number_of(env, text)
    except Fault:
        return None


def _equals(env: Env, value: Value, wanted: Value) -> bool:
    if isinstance(value, (Fault, dict, list)) or (value is None) != (wanted is None):
        return False
    if isinstance(value, bool) != isinstance(wanted, bool):
        return False
    return compare(env, value, wanted) == 0


def _ordered(env: Env, met: Callable[[int], bool], wanted: Value) -> Test:
    kinds = str if isinstance(wanted, str) else (Decimal, date)
    return lambda value: isinstance(value, kinds) and met(compare(env, value, wanted))


def _alike(operand: str) -> Test:
    if not operand:
        return lambda value: value is None or value == ""
    if not has_wildcard(operand):
        folded = fold(operand)
        return lambda value: isinstance(value, str) and fold(value) == folded
    expression = wildcard(operand)
    return lambda value: isinstance(value, str) and expression.fullmatch(fold(value)) is not None
