"""Functions that decide."""

from collections.abc import Callable

from formloom.platform.definitions.formula.function import function
from formloom.platform.definitions.formula.operators import compare
from formloom.platform.definitions.formula.values import LIMIT, NA, VALUE, Env, Fault, Value, scalar, truth_of

Lazy = Callable[[Env], Value]


@function(
    "condition:lazy then:lazy otherwise:lazy?",
    zh="条件成立时返回第一个结果，否则返回第二个", en="One result when the condition holds, the other when it does not",
    examples={
        'IF(amount>1000,"A","B")': "A", 'IF(FALSE,"A","B")': "B", 'IF(FALSE,"A")': False, 'IF("","A","B")': Fault(VALUE),
    },
)  # fmt: skip
def if_(env: Env, condition: Lazy, then: Lazy, otherwise: Lazy | None = None) -> Value:
    if truth_of(env, condition(env)):
        return then(env)
    return otherwise(env) if otherwise else False


@function(
    "condition:lazy+ result:lazy+",
    zh="返回第一个成立的条件所对应的结果；都不成立为 #N/A", en="The result of the first condition that holds; #N/A when none does",
    examples={'IFS(amount>5000,"high",amount>1000,"middle",TRUE,"low")': "middle", 'IFS(FALSE,"A")': Fault(NA)},
)  # fmt: skip
def ifs(env: Env, *pairs: Lazy) -> Value:
    for condition, result in zip(pairs[::2], pairs[1::2], strict=True):
        if truth_of(env, condition(env)):
            return result(env)
    raise Fault(NA)


@function(
    "value:lazy match:lazy result:lazy more:lazy*",
    zh="按值选择对应的结果；最后多出的一个参数是默认结果", en="The result that stands beside the value; a last argument alone is the default",
    examples={
        'SWITCH(2,1,"one",2,"two")': "two", 'SWITCH(9,1,"one","other")': "other", 'SWITCH(9,1,"one")': Fault(NA),
    },
)  # fmt: skip
def switch(env: Env, value: Lazy, *rest: Lazy) -> Value:
    wanted = scalar(value(env))
    for match, result in zip(rest[::2], rest[1::2], strict=False):
        if compare(env, wanted, match(env)) == 0:
            return result(env)
    if len(rest) % 2:
        return rest[-1](env)
    raise Fault(NA)


@function(
    "value:lazy fallback:lazy",
    zh="值为错误时返回替代值", en="The value, or the fallback where the value is an error",
    examples={'IFERROR(1/0,"none")': "none", "IFERROR(4/2,0)": 2},
)  # fmt: skip
def iferror(env: Env, value: Lazy, fallback: Lazy) -> Value:
    try:
        found = value(env)
    except Fault as fault:
        if fault.code == LIMIT:
            raise
        return fallback(env)
    return fallback(env) if isinstance(found, Fault) else found


def _truths(env: Env, values: tuple[Value, ...]) -> list[bool]:
    """Return every value as TRUE or FALSE; texts and empty places inside a list don't count."""
    found = []
    for value in values:
        if isinstance(value, list):
            env.charge(len(value))
            found += [truth_of(env, one) for one in value if one is not None and not isinstance(one, str)]
        else:
            found.append(truth_of(env, value))
    if not found:
        raise Fault(VALUE)
    return found


@function(
    "condition:any+", zh="所有条件都成立时为 TRUE", en="TRUE when every condition holds",
    examples={"AND(TRUE,1>0)": True, "AND(TRUE,FALSE)": False, "AND({})": Fault(VALUE)},
)  # fmt: skip
def and_(env: Env, *values: Value) -> bool:
    return all(_truths(env, values))


@function(
    "condition:any+", zh="任一条件成立时为 TRUE", en="TRUE when at least one condition holds",
    examples={"OR(FALSE,1>0)": True, "OR(FALSE,0)": False},
)  # fmt: skip
def or_(env: Env, *values: Value) -> bool:
    return any(_truths(env, values))


@function(
    "condition:any+", zh="成立的条件为奇数个时为 TRUE", en="TRUE when an odd number of conditions holds",
    examples={"XOR(TRUE,FALSE)": True, "XOR(TRUE,TRUE)": False},
)  # fmt: skip
def xor(env: Env, *values: Value) -> bool:
    return sum(_truths(env, values)) % 2 == 1


@function(
    "condition:boolean", zh="条件取反", en="TRUE when the condition does not hold",
    examples={"NOT(1>2)": True, "NOT(TRUE)": False},
)  # fmt: skip
def not_(_env: Env, condition: bool) -> bool:
    return not condition


@function(
    "value:any", zh="没有值时为 TRUE", en="TRUE when there is no value",
    examples={"ISEMPTY(empty)": True, "ISEMPTY(subject)": False, 'ISEMPTY("")': True, "ISEMPTY(0)": False},
)  # fmt: skip
def isempty(_env: Env, value: Value) -> bool:
    if isinstance(value, Fault):
        raise value
    return value is None or value in ("", [])
