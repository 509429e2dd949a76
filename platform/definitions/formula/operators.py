"""What the operators of formulas mean, over single values and, element by element, over lists."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from formloom.platform.definitions.conditions.operators import fold
from formloom.platform.definitions.formula.values import (
    CTX,
    DIV0,
    FINE,
    LETTERS_PER_STEP,
    NUM,
    ONE,
    VALUE,
    ZERO,
    Env,
    Fault,
    Value,
    bounded,
    limited,
    moment_in,
    number_of,
    scalar,
    serial_of,
    shifted,
    text_of,
)

Binary = Callable[[Env, Value, Value], Value]
HUNDRED = Decimal(100)


def add(env: Env, a: Value, b: Value) -> Value:
    """Return a + b; a day or a moment plus days is a day or a moment."""
    if a.__class__ is Decimal and b.__class__ is Decimal:
        return bounded(CTX.add(a, b))
    if isinstance(a, list) or isinstance(b, list):
        return spread(add, env, a, b)
    if isinstance(a, date) and not isinstance(b, date):
        return shifted(env, a, number_of(env, b))
    if isinstance(b, date) and not isinstance(a, date):
        return shifted(env, b, number_of(env, a))
    return bounded(CTX.add(number_of(env, a), number_of(env, b)))


def subtract(env: Env, a: Value, b: Value) -> Value:
    """Return a - b; between two days or moments that is a count of days."""
    if a.__class__ is Decimal and b.__class__ is Decimal:
        return bounded(CTX.subtract(a, b))
    if isinstance(a, list) or isinstance(b, list):
        return spread(subtract, env, a, b)
    if isinstance(a, date) and not isinstance(b, date):
        other = moment_in(env, b) if isinstance(b, str) else None
        if other is None:
            return shifted(env, a, CTX.minus(number_of(env, b)))
        b = other
    return bounded(CTX.subtract(number_of(env, a), number_of(env, b)))


def multiply(env: Env, a: Value, b: Value) -> Value:
    """Return a × b."""
    if a.__class__ is Decimal and b.__class__ is Decimal:
        return bounded(CTX.multiply(a, b))
    if isinstance(a, list) or isinstance(b, list):
        return spread(multiply, env, a, b)
    return bounded(CTX.multiply(number_of(env, a), number_of(env, b)))


def divide(env: Env, a: Value, b: Value) -> Value:
    """Return a ÷ b. Raises Fault for a divisor of 0."""
    if isinstance(a, list) or isinstance(b, list):
        return spread(divide, env, a, b)
    divisor, number = number_of(env, b), number_of(env, a)
    if not divisor:
        raise Fault(DIV0)
    return bounded(CTX.divide(number, divisor))


def power(env: Env, a: Value, b: Value) -> Value:
    """Return a to the power of b. Raises Fault where there is no such number."""
    if isinstance(a, list) or isinstance(b, list):
        return spread(power, env, a, b)
    base, exponent = number_of(env, a), number_of(env, b)
    if not base and exponent <= 0:
        raise Fault(DIV0 if exponent else NUM)
    if not exponent or base == ONE:
        return ONE
    return bounded(CTX.plus(_raised(base, exponent)))


def _raised(base: Decimal, exponent: Decimal) -> Decimal:
    if not base:
        return ZERO
    if base < 0 and exponent != exponent.to_integral_value():
        raise Fault(NUM)
    size = FINE.multiply(exponent, FINE.ln(base.copy_abs()))
    if size.adjusted() > 2:  # at least 10 to the power of 434
        return _off_scale(size)
    try:
        return FINE.power(base, exponent)
    except InvalidOperation as exc:
        raise Fault(NUM) from exc


def _off_scale(size: Decimal) -> Decimal:
    if size > 0:
        raise Fault(NUM)
    return ZERO


def join(env: Env, a: Value, b: Value) -> Value:
    """Return both texts, one behind the other."""
    if isinstance(a, list) or isinstance(b, list):
        return spread(join, env, a, b)
    joined = limited(text_of(env, a) + text_of(env, b))
    env.charge(len(joined) // LETTERS_PER_STEP)
    return joined


def compare(env: Env, a: Value, b: Value) -> int:
    """Return below, at or above 0 as `a` comes before, with or after `b`.

    Numbers and days come before texts, texts before FALSE and TRUE, as in Excel; letters A to Z count the same in
    both cases. An empty value takes the kind of the other; a text beside a number or a day is read as one if it can be.
    """
    if a.__class__ is Decimal and b.__class__ is Decimal:
        return int(a.compare(b))
    a, b = scalar(a), scalar(b)
    if a is None or b is None:
        a, b = _filled(a, b), _filled(b, a)
    left, right = _ranked(env, a, b), _ranked(env, b, a)
    return (left > right) - (left < right)


def _filled(value: Value, other: Value) -> Value:
    if value is not None:
        return value
    return "" if isinstance(other, str) else False if isinstance(other, bool) else ZERO


def _ranked(env: Env, value: Value, other: Value) -> tuple[int, Any]:
    if isinstance(value, bool):
        return 2, value
    if isinstance(value, str):
        if isinstance(other, (Decimal, date)):
            try:
                return 0, number_of(env, value)
            except Fault:
                pass
        env.charge(len(value) // LETTERS_PER_STEP)
        return 1, fold(value)
    return 0, _exact(env, value)


def _exact(env: Env, value: Value) -> Decimal:
    return serial_of(env, value) if isinstance(value, (date, datetime)) else number_of(env, value)


def comparison(met: Callable[[int], bool]) -> Binary:
    """Return an operator that asks `met` about how two values compare."""

    def run(env: Env, a: Value, b: Value) -> Value:
        if isinstance(a, list) or isinstance(b, list):
            return spread(run, env, a, b)
        return met(compare(env, a, b))

    return run


def spread(run: Binary, env: Env, a: Value, b: Value) -> list[Value]:
    """Return `run` over two lists of one length, or a list and a single value; a fault stays in its place."""
    size = max(len(one) for one in (a, b) if isinstance(one, list))
    if any(isinstance(one, list) and len(one) != size for one in (a, b)):
        raise Fault(VALUE)
    env.charge(size)
    left = a if isinstance(a, list) else [a] * size
    right = b if isinstance(b, list) else [b] * size
    return [_tried(run, env, one, other) for one, other in zip(left, right, strict=True)]


def _tried(run: Binary, env: Env, a: Value, b: Value) -> Value:
    if isinstance(a, list) or isinstance(b, list):
        return Fault(VALUE)
    try:
        return run(env, a, b)
    except Fault as fault:
        if fault.code == "#LIMIT!":
            raise
        return fault


def _negative(env: Env, a: Value, _none: Value) -> Value:
    if isinstance(a, list):
        return spread(_negative, env, a, None)
    return CTX.subtract(ZERO, number_of(env, a))


def _positive(_env: Env, a: Value, _none: Value) -> Value:
    return a


def _percent(env: Env, a: Value, _none: Value) -> Value:
    return divide(env, a, HUNDRED)


BINARY: Mapping[str, Binary] = {
    "+": add, "-": subtract, "*": multiply, "/": divide, "^": power, "&": join,
    "=": comparison(lambda order: order == 0), "<>": comparison(lambda order: order != 0),
    "<": comparison(lambda order: order < 0), "<=": comparison(lambda order: order <= 0),
    ">": comparison(lambda order: order > 0), ">=": comparison(lambda order: order >= 0),
}  # fmt: skip
UNARY: Mapping[str, Binary] = {"negative": _negative, "positive": _positive, "%": _percent}
