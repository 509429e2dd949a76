"""Functions over single numbers."""

import secrets
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_UP, Decimal

from formloom.platform.definitions.formula.function import function
from formloom.platform.definitions.formula.numeric import grouped, rounded
from formloom.platform.definitions.formula.operators import divide
from formloom.platform.definitions.formula.operators import power as raised
from formloom.platform.definitions.formula.values import (
    CTX,
    DIV0,
    FINE,
    NUM,
    ZERO,
    Env,
    Fault,
    Value,
    bounded,
    limited,
)

_TWO, _TEN = Decimal(2), Decimal(10)
_FRACTION = 10**17


@function(
    "number:number digits:number?", zh="四舍五入到几位小数，负数表示到十、百位", en="Rounded half up to so many places; negative ones are tens, hundreds …",
    examples={"ROUND(2.345,2)": 2.35, "ROUND(-2.5)": -3, "ROUND(1250,-2)": 1300, "ROUND(0.1+0.2,10)": 0.3},
)  # fmt: skip
def round_(_env: Env, number: Decimal, digits: Decimal = ZERO) -> Decimal:
    return rounded(number, digits)


@function(
    "number:number digits:number?", zh="远离零的方向舍入", en="Rounded away from zero",
    examples={"ROUNDUP(2.341,2)": 2.35, "ROUNDUP(-2.1)": -3},
)  # fmt: skip
def roundup(_env: Env, number: Decimal, digits: Decimal = ZERO) -> Decimal:
    return rounded(number, digits, ROUND_UP)


@function(
    "number:number digits:number?", zh="向零的方向舍去", en="Cut off towards zero",
    examples={"ROUNDDOWN(2.349,2)": 2.34, "ROUNDDOWN(-2.9)": -2},
)  # fmt: skip
def rounddown(_env: Env, number: Decimal, digits: Decimal = ZERO) -> Decimal:
    return rounded(number, digits, ROUND_DOWN)


@function(
    "number:number",
    zh="不大于它的最大整数",
    en="The next whole number at or below",
    examples={"INT(2.9)": 2, "INT(-2.1)": -3},
)
def int_(_env: Env, number: Decimal) -> Decimal:
    return rounded(number, ZERO, ROUND_FLOOR)


@function(
    "number:number divisor:number", zh="余数，符号与除数相同", en="What remains of a division, with the divisor's sign",
    examples={"MOD(7,3)": 1, "MOD(-7,3)": 2, "MOD(5.5,2)": 1.5, "MOD(1,0)": Fault(DIV0)},
)  # fmt: skip
def mod(env: Env, number: Decimal, divisor: Decimal) -> Decimal:
    quotient = rounded(divide(env, number, divisor), ZERO, ROUND_FLOOR)
    return bounded(CTX.subtract(number, CTX.multiply(divisor, quotient)))


@function("number:number", zh="绝对值", en="Without its sign", examples={"ABS(-2.5)": 2.5, "ABS(0)": 0})
def abs_(_env: Env, number: Decimal) -> Decimal:
    return number.copy_abs()


def _to_multiple(env: Env, number: Decimal, step: Decimal, how: str) -> Decimal:
    if number > 0 > step:
        raise Fault(NUM)
    return bounded(CTX.multiply(rounded(divide(env, number, step), ZERO, how), step))


@function(
    "number:number step:number?", zh="向上取到步长的整数倍", en="The next multiple of a step at or above",
    examples={"CEILING(2.1)": 3, "CEILING(7,5)": 10, "CEILING(-7,5)": -5, "CEILING(-7,-5)": -10, "CEILING(7,-5)": Fault(NUM)},
)  # fmt: skip
def ceiling(env: Env, number: Decimal, step: Decimal = Decimal(1)) -> Decimal:
    return _to_multiple(env, number, step, ROUND_CEILING) if step else ZERO


@function(
    "number:number step:number?", zh="向下取到步长的整数倍", en="The next multiple of a step at or below",
    examples={"FLOOR(2.9)": 2, "FLOOR(7,5)": 5, "FLOOR(-7,5)": -10, "FLOOR(7,0)": Fault(DIV0)},
)  # fmt: skip
def floor(env: Env, number: Decimal, step: Decimal = Decimal(1)) -> Decimal:
    return _to_multiple(env, number, step, ROUND_FLOOR)


@function(
    "base:number exponent:number", zh="乘方", en="A number to the power of another",
    examples={"POWER(2,10)": 1024, "POWER(9,0.5)": 3, "POWER(2,-1)": 0.5, "POWER(-8,0.5)": Fault(NUM)},
)  # fmt: skip
def power(env: Env, base: Decimal, exponent: Decimal) -> Value:
    return raised(env, base, exponent)


@function("number:number", zh="平方根", en="The square root", examples={"SQRT(16)": 4, "SQRT(-1)": Fault(NUM)})
def sqrt(_env: Env, number: Decimal) -> Decimal:
    if number < 0:
        raise Fault(NUM)
    return CTX.plus(FINE.sqrt(number))


@function(
    "number:number base:number?", zh="对数，底数默认为 10", en="The logarithm, to base 10 unless told otherwise",
    examples={"LOG(1000)": 3, "LOG(8,2)": 3, "LOG(0)": Fault(NUM), "LOG(2,1)": Fault(DIV0)},
)  # fmt: skip
def log(_env: Env, number: Decimal, base: Decimal = _TEN) -> Decimal:
    if number <= 0 or base <= 0:
        raise Fault(NUM)
    below = FINE.ln(base)
    if not below:
        raise Fault(DIV0)
    return bounded(CTX.plus(FINE.divide(FINE.ln(number), below)))


@function(
    "number:number", zh="e 的乘方", en="e to the power of a number",
    examples={"EXP(0)": 1, "ROUND(EXP(1),6)": 2.718282, "EXP(1000)": Fault(NUM), "EXP(-1000)": 0},
)  # fmt: skip
def exp(_env: Env, number: Decimal) -> Decimal:
    if number.copy_abs() > 900:
        if number > 0:
            raise Fault(NUM)
        return ZERO
    return bounded(CTX.plus(FINE.exp(number)))


@function(
    "number:number digits:number? without_commas:boolean?", zh="写成固定小数位的文本，默认两位、带千分位",
    en="Written with a fixed count of places, 2 unless told otherwise, with thousands parted",
    examples={"FIXED(1234.567,1)": "1,234.6", "FIXED(1234.5,2,TRUE)": "1234.50", "FIXED(1250,-2)": "1,300"},
)  # fmt: skip
def fixed(_env: Env, number: Decimal, digits: Decimal = _TWO, without_commas: bool = False) -> str:
    return limited(grouped(number, int(max(Decimal(-400), min(Decimal(127), digits))), commas=not without_commas))


@function("", zh="0 到 1 之间的随机数", en="A random number from 0 up to 1", examples={}, volatile=True)
def rand(_env: Env) -> Decimal:
    return CTX.divide(Decimal(secrets.randbelow(_FRACTION)), Decimal(_FRACTION))
