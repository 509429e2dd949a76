"""Values of formulas as JSON: as the API shows them, and read back from what a request says."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

from formloom.platform.definitions.formula.values import CTX, MAX_TEXT, NUM, Fault, Value, bounded, plain
from formloom.platform.kernel.jsontypes import JSONValue

ValueType = Literal["empty", "number", "text", "boolean", "date", "datetime", "list", "object", "error"]
MAX_NESTING = 4


def dump(value: Value) -> JSONValue:
    """Return a value as the API shows it: numbers as decimal text, an error as its code."""
    if isinstance(value, list):
        return [dump(one) for one in value]
    if isinstance(value, dict):
        return {name: dump(one) for name, one in value.items()}
    show = _SHOWN.get(value.__class__)
    found: JSONValue = show(value) if show else value
    return found


def type_of(value: Value) -> ValueType:
    """Return what kind of value it is."""
    kinds: tuple[tuple[Any, ValueType], ...] = (
        (type(None), "empty"), (bool, "boolean"), (Decimal, "number"), (str, "text"), (datetime, "datetime"),
        (date, "date"), (list, "list"), (Fault, "error"),
    )  # fmt: skip
    return next((name for kind, name in kinds if isinstance(value, kind)), "object")


def revive(raw: Any, depth: int = 0) -> Value:
    """Return JSON as values: numbers exactly as written in decimals, texts, lists and objects; too deep is a Fault."""
    if isinstance(raw, (list, dict)) and depth >= MAX_NESTING:
        return Fault(NUM)
    if isinstance(raw, list):
        return [revive(one, depth + 1) for one in raw]
    if isinstance(raw, dict):
        return {name: revive(one, depth + 1) for name, one in raw.items()}
    if isinstance(raw, str):
        return raw[:MAX_TEXT]
    return raw if isinstance(raw, bool) or raw is None else _number(raw)


_SHOWN: Mapping[type, Callable[[Any], str]] = {
    Decimal: plain,
    datetime: lambda at: at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    date: date.isoformat,
    Fault: lambda fault: fault.code,
}


def _number(raw: float) -> Value:
    try:
        return bounded(CTX.create_decimal(repr(raw)))
    except Fault as fault:
        return fault
