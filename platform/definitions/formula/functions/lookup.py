"""Functions that find something in a list."""

from decimal import Decimal

from formloom.platform.definitions.formula.function import function
from formloom.platform.definitions.formula.operators import compare
from formloom.platform.definitions.formula.values import NA, REF, VALUE, Env, Fault, Value

Values = list[Value]


@function(
    "value:scalar keys:list results:list?", zh="在升序列表中查找不大于它的最后一个，返回对应的结果",
    en="Finds the last key at or below a value in an ascending list, and what stands beside it",
    examples={'LOOKUP(75,{0,60,80},{"C","B","A"})': "B", "LOOKUP(5,{10})": Fault(NA)},
)  # fmt: skip
def lookup(env: Env, value: Value, keys: Values, results: Values | None = None) -> Value:
    found = [place for place, key in enumerate(keys) if _at_or_below(env, key, value)]
    beside = keys if results is None else results
    if not found or found[-1] >= len(beside):
        raise Fault(NA)
    return beside[found[-1]]


def _at_or_below(env: Env, key: Value, value: Value) -> bool:
    if key is None or isinstance(key, str) != isinstance(value, str):
        return False
    return compare(env, key, value) <= 0


@function(
    "list:list place:number", zh="列表中的第几个", en="What stands at a place of a list, counted from 1",
    examples={"INDEX({5,6,7},2)": 6, "INDEX({5},2)": Fault(REF), "INDEX({5},0)": Fault(VALUE)},
)  # fmt: skip
def index(_env: Env, values: Values, place: Decimal) -> Value:
    if place < 1:
        raise Fault(VALUE)
    if place >= len(values) + 1:
        raise Fault(REF)
    return values[int(place) - 1]
