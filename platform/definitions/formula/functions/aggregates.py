"""Functions over lists and several values: sums, counts, ranks."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import ROUND_DOWN, Decimal

from formloom.platform.definitions.formula.criteria import Test, criterion
from formloom.platform.definitions.formula.function import function
from formloom.platform.definitions.formula.numeric import rounded
from formloom.platform.definitions.formula.operators import add, divide, multiply
from formloom.platform.definitions.formula.values import (
    DIV0,
    NA,
    NUM,
    ONE,
    VALUE,
    ZERO,
    Env,
    Fault,
    Value,
    number_of,
)

_TWO = Decimal(2)
Values = list[Value]


def _is_numeric(value: Value) -> bool:
    return isinstance(value, (Decimal, date))


def _each(env: Env, values: tuple[Value, ...]) -> Iterator[Value]:
    """Give what counts as a number: inside lists only numbers and days, else whatever reads as a number."""
    for value in values:
        if isinstance(value, list):
            env.charge(len(value))
            for one in value:
                if isinstance(one, Fault):
                    raise one
                if _is_numeric(one):
                    yield one
        elif _is_numeric(value):
            yield value
        elif value is not None:
            yield number_of(env, value)


def _numbers(env: Env, values: tuple[Value, ...]) -> list[Decimal]:
    return [number_of(env, one) for one in _each(env, values)]


def _total(env: Env, numbers: list[Decimal]) -> Decimal:
    total = ZERO
    for number in numbers:
        total = add(env, total, number)
    return total


def _mean(env: Env, numbers: list[Decimal]) -> Value:
    return divide(env, _total(env, numbers), Decimal(len(numbers)))


@function(
    "number:any+", zh="求和", en="The sum", examples={"SUM(1,2,3.5)": 6.5, "SUM(items.quantity,1)": 16, "SUM({})": 0, 'SUM("x")': Fault(VALUE)},
)  # fmt: skip
def sum_(env: Env, *values: Value) -> Decimal:
    return _total(env, _numbers(env, values))


@function(
    "number:any+", zh="平均值", en="The mean", examples={"AVERAGE(1,2,6)": 3, "AVERAGE({})": Fault(DIV0)},
)  # fmt: skip
def average(env: Env, *values: Value) -> Value:
    return _mean(env, _numbers(env, values))


def _extreme(env: Env, values: tuple[Value, ...], above: bool) -> Value:
    best: Value = None
    for one in _each(env, values):
        if best is None or (number_of(env, one) > number_of(env, best)) is above:
            best = one
    return ZERO if best is None else best


@function(
    "value:any+", zh="最大值，也可比较日期", en="The largest, also of days",
    examples={"MAX(3,9,4)": 9, "MAX(items.price)": 12, "MAX({})": 0, "MAX(signed_on,DATE(2026,5,1))": date(2026, 5, 1)},
)  # fmt: skip
def max_(env: Env, *values: Value) -> Value:
    return _extreme(env, values, above=True)


@function(
    "value:any+", zh="最小值，也可比较日期", en="The smallest, also of days", examples={"MIN(3,9,4)": 3, "MIN(items.price)": 0.8},
)  # fmt: skip
def min_(env: Env, *values: Value) -> Value:
    return _extreme(env, values, above=False)


@function(
    "value:any+", zh="数字的个数", en="How many numbers there are", examples={'COUNT(1,"x",{2,"y"})': 2, "COUNT(items.price)": 3},
)  # fmt: skip
def count(env: Env, *values: Value) -> Decimal:
    found = 0
    for value in values:
        parts = value if isinstance(value, list) else [value]
        env.charge(len(parts))
        found += sum(_is_numeric(one) or (not isinstance(value, list) and _reads(env, one)) for one in parts)
    return Decimal(found)


def _reads(env: Env, value: Value) -> bool:
    if value is None:
        return False
    try:
        number_of(env, value)
    except Fault:
        return False
    return True


@function(
    "value:any+", zh="有值的个数", en="How many values there are", examples={'COUNTA(1,"x",empty)': 2, "COUNTA(items.name)": 3},
)  # fmt: skip
def counta(env: Env, *values: Value) -> Decimal:
    lists = [value if isinstance(value, list) else [value] for value in values]
    env.charge(sum(map(len, lists)))
    return Decimal(sum(one is not None for parts in lists for one in parts))


def _chosen(env: Env, size: int, pairs: tuple[Value, ...]) -> list[bool]:
    """Return for each place whether every list there meets its criterion."""
    kept = [True] * size
    for values, wanted in zip(pairs[::2], pairs[1::2], strict=True):
        parts = values if isinstance(values, list) else [values]
        if len(parts) != size:
            raise Fault(VALUE)
        env.charge(size)
        test: Test = criterion(env, wanted)
        kept = [is_kept and test(one) for is_kept, one in zip(kept, parts, strict=True)]
    return kept


def _picked(values: Values, kept: list[bool]) -> list[Value]:
    if len(values) != len(kept):
        raise Fault(VALUE)
    return [value for value, is_kept in zip(values, kept, strict=True) if is_kept]


@function(
    "list:list criterion:scalar", zh="满足条件的个数", en="How many meet a criterion",
    examples={'COUNTIF({3,8,9},">5")': 2, 'COUNTIF(items.name,"pen*")': 2, 'COUNTIF({1,"1","a"},1)': 2, 'COUNTIF({"a","b"},"<>a")': 1},
)  # fmt: skip
def countif(env: Env, values: Values, wanted: Value) -> Decimal:
    return Decimal(sum(map(criterion(env, wanted), values)))


@function(
    "list:list+ criterion:scalar+", zh="同时满足多个条件的个数", en="How many meet several criteria at once",
    examples={'COUNTIFS(items.quantity,">2",items.price,"<1")': 1},
)  # fmt: skip
def countifs(env: Env, *pairs: Value) -> Decimal:
    return Decimal(sum(_chosen(env, len(pairs[0]), pairs)))


@function(
    "list:list criterion:scalar sums:list?", zh="对满足条件的求和", en="The sum of those that meet a criterion",
    examples={'SUMIF({3,8,9},">5")': 17, 'SUMIF(items.name,"pen*",items.quantity)': 13},
)  # fmt: skip
def sumif(env: Env, values: Values, wanted: Value, sums: Values | None = None) -> Decimal:
    kept = _chosen(env, len(values), (values, wanted))
    return _total(env, _numbers(env, (_picked(values if sums is None else sums, kept),)))


@function(
    "sums:list list:list+ criterion:scalar+", zh="对同时满足多个条件的求和", en="The sum of those that meet several criteria at once",
    examples={'SUMIFS(items.quantity,items.price,">1",items.name,"*n*")': 5},
)  # fmt: skip
def sumifs(env: Env, sums: Values, *pairs: Value) -> Decimal:
    return _total(env, _numbers(env, (_picked(sums, _chosen(env, len(sums), pairs)),)))


@function(
    "list:list criterion:scalar values:list?", zh="对满足条件的求平均", en="The mean of those that meet a criterion",
    examples={'AVERAGEIF({3,8,10},">5")': 9, 'AVERAGEIF({1,2},">5")': Fault(DIV0)},
)  # fmt: skip
def averageif(env: Env, values: Values, wanted: Value, means: Values | None = None) -> Value:
    kept = _chosen(env, len(values), (values, wanted))
    return _mean(env, _numbers(env, (_picked(values if means is None else means, kept),)))


@function(
    "list:list+", zh="各列对应相乘后求和", en="The sum of the products, place by place",
    examples={"SUMPRODUCT({1,2},{10,20})": 50, "SUMPRODUCT(items.quantity,items.price)": 36.5, "SUMPRODUCT(items.quantity*items.price)": 36.5},
)  # fmt: skip
def sumproduct(env: Env, *lists: Value) -> Decimal:
    if any(len(one) != len(lists[0]) for one in lists):
        raise Fault(VALUE)
    total = ZERO
    for row in zip(*lists, strict=True):
        total = add(env, total, _product(env, list(row)))
    return total


def _product(env: Env, row: Values) -> Decimal:
    product = ONE
    for one in row:
        if isinstance(one, Fault):
            raise one
        product = multiply(env, product, number_of(env, one) if _is_numeric(one) else ZERO)
    return product


@function(
    "number:any+", zh="求积", en="The product", examples={"PRODUCT(2,3,4)": 24, "PRODUCT({})": 0},
)  # fmt: skip
def product(env: Env, *values: Value) -> Decimal:
    numbers = _numbers(env, values)
    return _product(env, list(numbers)) if numbers else ZERO


def _at(env: Env, values: Values, place: Decimal, largest_first: bool) -> Decimal:
    numbers = sorted(_numbers(env, (values,)), reverse=largest_first)
    nth = rounded(place, 0, ROUND_DOWN)
    if not ONE <= nth <= len(numbers):
        raise Fault(NUM)
    return numbers[int(nth) - 1]


@function(
    "list:list place:number", zh="第几大的数", en="The number that is so many-th from the top", examples={"LARGE({3,9,4},2)": 4, "LARGE({1},2)": Fault(NUM)},
)  # fmt: skip
def large(env: Env, values: Values, place: Decimal) -> Decimal:
    return _at(env, values, place, largest_first=True)


@function(
    "list:list place:number", zh="第几小的数", en="The number that is so many-th from the bottom", examples={"SMALL({3,9,4},2)": 4},
)  # fmt: skip
def small(env: Env, values: Values, place: Decimal) -> Decimal:
    return _at(env, values, place, largest_first=False)


@function(
    "number:any+", zh="中位数", en="The number in the middle", examples={"MEDIAN(1,9,4)": 4, "MEDIAN({1,2,3,4})": 2.5, "MEDIAN({})": Fault(NUM)},
)  # fmt: skip
def median(env: Env, *values: Value) -> Value:
    numbers = sorted(_numbers(env, values))
    if not numbers:
        raise Fault(NUM)
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return divide(env, add(env, numbers[middle - 1], numbers[middle]), _TWO)


@function(
    "number:number list:list ascending:boolean?", zh="数字在列表中的名次，默认从大到小", en="The place of a number in a list, the largest being first",
    examples={"RANK(4,{3,9,4})": 2, "RANK(4,{3,9,4},TRUE)": 2, "RANK(9,{9,9,1})": 1, "RANK(5,{1})": Fault(NA)},
)  # fmt: skip
def rank(env: Env, number: Decimal, values: Values, ascending: bool = False) -> Decimal:
    numbers = _numbers(env, (values,))
    if number not in numbers:
        raise Fault(NA)
    return Decimal(1 + sum((one < number) if ascending else (one > number) for one in numbers))


@function(
    "how:text value:scalar keys:list results:list", zh="在一列中找到等于某值的行，汇总另一列：first、last、sum、avg、max、min、count",
    en="Finds a value in one list and combines what stands beside it: first, last, sum, avg, max, min, count",
    examples={'MAPX("sum","a",{"a","b","a"},{1,2,3})': 4, 'MAPX("first","ink",items.name,items.price)': 12,
              'MAPX("first","x",items.name,items.price)': None},
)  # fmt: skip
def mapx(env: Env, how: str, value: Value, keys: Values, results: Values) -> Value:
    run = _COMBINED.get(how.lower())
    if run is None:
        raise Fault(VALUE)
    wanted = criterion(env, value if not isinstance(value, str) else f"={_literal(value)}")
    return run(env, _picked(results, [wanted(key) for key in keys]))


def _literal(text: str) -> str:
    return text.replace("~", "~~").replace("*", "~*").replace("?", "~?")


_COMBINED: dict[str, Callable[[Env, Values], Value]] = {
    "first": lambda _env, found: found[0] if found else None,
    "last": lambda _env, found: found[-1] if found else None,
    "sum": lambda env, found: _total(env, _numbers(env, (found,))),
    "avg": lambda env, found: _mean(env, _numbers(env, (found,))),
    "max": lambda env, found: _extreme(env, (found,), above=True),
    "min": lambda env, found: _extreme(env, (found,), above=False),
    "count": lambda _env, found: Decimal(len(found)),
}
