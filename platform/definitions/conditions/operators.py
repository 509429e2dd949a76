"""The one operator table: for each operator the kinds it applies to, its Python meaning, its words.

Every predicate takes the field's clean value and the operand that `operand` prepared. The SQL twin of each stands
in `sql.py`, the browser's in `static/src/shared/conditions.ts`; the shared cases hold them together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from formloom.platform.definitions.fields.base import ValueKind
from formloom.platform.kernel.text import LocalizedText
from formloom.platform.kernel.zones import day_of

Shape = Literal["none", "one", "many", "pair", "duration"]
"""What an operator takes on its right side."""
ORDERED: frozenset[ValueKind] = frozenset({"number", "date", "time", "datetime"})
SINGLE: frozenset[ValueKind] = frozenset(
    {"text", "number", "date", "time", "datetime", "boolean", "choice", "user", "department", "record"}
)
SETS: frozenset[ValueKind] = frozenset({"choices", "users", "departments", "records"})
"""Kinds whose values are several texts without an order that counts."""
HOLDING: frozenset[ValueKind] = SETS | {"text"}
ANY: frozenset[ValueKind] = SINGLE | SETS | {"files", "object"}
_FIRST, _LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
_FOLD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator. `matches` never gets a missing value; `when_missing` is the answer then."""

    id: str
    label: LocalizedText
    shape: Shape
    kinds: frozenset[ValueKind]
    matches: Callable[[Any, Any], bool]
    when_missing: bool = False
    needs_before: bool = False
    """Compares with the record as it was; meaningful in flows only."""


def fold(text: str) -> str:
    """Return `text` with A to Z in lower case and everything else as it is."""
    return text.translate(_FOLD)


def _contains(value: Any, operand: Any) -> bool:
    return operand in value if isinstance(value, tuple) else fold(operand) in fold(value)


def _same(value: Any, operand: Any) -> bool:
    if isinstance(value, tuple):
        return set(value) == set(operand if isinstance(operand, (list, tuple)) else [operand])
    return bool(value == operand)


def _among(value: Any, operand: Any) -> bool:
    return any(one in operand for one in value) if isinstance(value, tuple) else value in operand


_LIST = (
    Operator("eq", {"zh-CN": "等于", "en": "is"}, "one", SINGLE | SETS, _same),
    Operator("ne", {"zh-CN": "不等于", "en": "is not"}, "one", SINGLE | SETS, lambda a, b: not _same(a, b), when_missing=True),
    Operator("in", {"zh-CN": "属于任一", "en": "is any of"}, "many", SINGLE | SETS, _among),
    Operator("nin", {"zh-CN": "不属于", "en": "is none of"}, "many", SINGLE | SETS, lambda a, b: not _among(a, b), when_missing=True),
    Operator("gt", {"zh-CN": "大于", "en": "is more than"}, "one", ORDERED, lambda a, b: bool(a > b)),
    Operator("gte", {"zh-CN": "大于等于", "en": "is at least"}, "one", ORDERED, lambda a, b: bool(a >= b)),
    Operator("lt", {"zh-CN": "小于", "en": "is less than"}, "one", ORDERED, lambda a, b: bool(a < b)),
    Operator("lte", {"zh-CN": "小于等于", "en": "is at most"}, "one", ORDERED, lambda a, b: bool(a <= b)),
    Operator("between", {"zh-CN": "介于", "en": "is between"}, "pair", ORDERED, lambda a, b: bool(b[0] <= a <= b[1])),
    Operator("contains", {"zh-CN": "包含", "en": "contains"}, "one", HOLDING, _contains),
    Operator("not_contains", {"zh-CN": "不包含", "en": "doesn't contain"}, "one", HOLDING, lambda a, b: not _contains(a, b), when_missing=True),
    Operator("starts_with", {"zh-CN": "开头是", "en": "starts with"}, "one", frozenset({"text"}), lambda a, b: fold(a).startswith(fold(b))),
    Operator("ends_with", {"zh-CN": "结尾是", "en": "ends with"}, "one", frozenset({"text"}), lambda a, b: fold(a).endswith(fold(b))),
    Operator("empty", {"zh-CN": "为空", "en": "is empty"}, "none", ANY, lambda _a, _b: False, when_missing=True),
    Operator("not_empty", {"zh-CN": "不为空", "en": "is not empty"}, "none", ANY, lambda _a, _b: True),
    Operator("within_last", {"zh-CN": "最近", "en": "is within the last"}, "duration", frozenset({"date", "datetime"}), lambda a, b: bool(b[0] <= a <= b[1])),
    Operator("within_next", {"zh-CN": "未来", "en": "is within the next"}, "duration", frozenset({"date", "datetime"}), lambda a, b: bool(b[0] <= a <= b[1])),
    Operator("changed", {"zh-CN": "发生变化", "en": "changed"}, "none", ANY, lambda _a, _b: False, needs_before=True),
    Operator("changed_to", {"zh-CN": "变为", "en": "changed to"}, "one", SINGLE | SETS, _same, needs_before=True),
    Operator("changed_from", {"zh-CN": "由…变化", "en": "changed from"}, "one", SINGLE | SETS, _same, needs_before=True),
)  # fmt: skip
OPERATORS: Mapping[str, Operator] = {operator.id: operator for operator in _LIST}


def window(op: str, length: timedelta, kind: ValueKind, now: datetime, zone: ZoneInfo) -> tuple[Any, Any]:
    """Return the first and the last value inside `within_last` or `within_next`, seen from `now`, in days of `zone`."""
    moment = now.astimezone(UTC)
    start, end = (_shifted(moment, -length), moment) if op == "within_last" else (moment, _shifted(moment, length))
    if kind == "date":
        return day_of(start, zone), day_of(end, zone)
    return start, end


def _shifted(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:
        return _LAST if by > timedelta(0) else _FIRST
