"""Reading a condition tree: shape, limits, fields, operators and operands, all faults found at once."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from formloom.platform.definitions.conditions.operators import OPERATORS, SETS, Operator
from formloom.platform.definitions.fields.base import ValueKind
from formloom.platform.definitions.row_names import field_name
from formloom.platform.kernel.errors import Finding, Invalid, nearest

MAX_DEPTH = 5
MAX_LEAVES = 50
MAX_VALUES = 200
MAX_TEXT = 1_000
MAX_DIGITS = 28
MAX_DOCUMENT_DEPTH = 40
RESERVED: Mapping[str, ValueKind] = {
    "id": "text", "rev": "number", "created_at": "datetime", "created_by": "user", "updated_at": "datetime",
    "updated_by": "user",
}  # fmt: skip
FUNCTIONS: Mapping[str, frozenset[ValueKind]] = {
    "today": frozenset({"date", "datetime"}), "now": frozenset({"date", "datetime"}),
    "me": frozenset({"user", "users"}),
}  # fmt: skip
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_DURATION = re.compile(
    r"P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?)?"
)
Kinds: TypeAlias = Mapping[str, ValueKind | None]


class ConditionInvalid(Invalid):
    """A condition can't be used; `findings` name each place."""

    code = "bad_condition"
    message = {"zh-CN": "条件有误", "en": "This condition can't be used"}


@dataclass(frozen=True, slots=True)
class Reference:
    """The value of another field of the same record."""

    field: str


@dataclass(frozen=True, slots=True)
class Computed:
    """A value known only when the condition is used: `today`, `now`, `me`."""

    name: str


@dataclass(frozen=True, slots=True)
class WallClock:
    """A time written without a zone: what the installation's clocks show."""

    shown: datetime


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison; `value` is clean, a Reference, a Computed or a WallClock.

    One about `field.column` of a sub-form holds when it holds for some row.
    """

    field: str
    op: Operator
    kind: ValueKind
    value: Any


@dataclass(frozen=True, slots=True)
class Group:
    """`all` or `any` of the parts; an empty group matches."""

    how: str
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of the part."""

    part: "Node"


Node: TypeAlias = Leaf | Group | Not


@dataclass(slots=True)
class _Reading:
    kinds: Kinds
    with_before: bool
    findings: list[Finding] = field(default_factory=list)
    leaves: int = 0

    def fault(self, path: str, code: str, chinese: str, english: str, **params: object) -> None:
        self.findings.append(Finding(code, {"zh-CN": chinese, "en": english}, field=path or None, params=params))


def parse(raw: Any, kinds: Kinds, *, with_before: bool = False) -> Node:
    """Return the tree of `raw`. `kinds` maps the fields that may be named to what they hold.

    Raises ConditionInvalid with every fault found.
    """
    reading = _Reading({**RESERVED, **kinds}, with_before)
    node = _node(raw, reading, "", 1)
    if reading.leaves > MAX_LEAVES:
        reading.fault("", "too_many_conditions", "条件最多 {max} 个", "At most {max} conditions", max=MAX_LEAVES)
    if reading.findings or node is None:
        raise ConditionInvalid(findings=reading.findings)
    return node


def fields_of(raw: Any, depth: int = MAX_DOCUMENT_DEPTH) -> set[str]:
    """Return the ids of every field that a raw tree names, well-formed or not; below `depth` nothing is read.

    A column of a sub-form counts as the sub-form.
    """
    if depth == 0:
        return set()
    if isinstance(raw, Mapping):
        found = {field_name(raw["field"])} if isinstance(raw.get("field"), str) else set()
        value = raw.get("value")
        for part in value if isinstance(value, list) else (value,):
            if isinstance(part, Mapping) and isinstance(part.get("ref"), str):
                found.add(field_name(part["ref"]))
        for key in ("all", "any", "not"):
            found |= fields_of(raw.get(key), depth - 1)
        return found
    if isinstance(raw, list):
        return set().union(*(fields_of(part, depth - 1) for part in raw)) if raw else set()
    return set()


def duration(text: str) -> timedelta:
    """Return an ISO 8601 duration such as P7D or PT4H; a month counts 30 days, a year 365. Raises ValueError."""
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        raise ValueError(f"{text!r} is no duration")
    years, months, weeks, days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(days=years * 365 + months * 30 + weeks * 7 + days, hours=hours, minutes=minutes)


def duration_text(length: timedelta) -> str:
    """Return a duration as `duration` reads it."""
    minutes = int(length.total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    clock = f"{f'{hours}H' if hours else ''}{f'{minutes}M' if minutes else ''}"
    return f"P{f'{days}D' if days or not clock else ''}{f'T{clock}' if clock else ''}"


def _node(raw: Any, reading: _Reading, path: str, depth: int) -> Node | None:
    if depth > MAX_DEPTH + 1:
        reading.fault(path, "too_deep", "条件最多嵌套 {max} 层", "Conditions nest at most {max} deep", max=MAX_DEPTH)
        return None
    if not isinstance(raw, Mapping):
        reading.fault(path, "not_a_condition", "应为条件对象", "Must be a condition object")
        return None
    if not raw:
        return Group("all", ())
    keys = set(raw)
    for how in ("all", "any"):
        if keys == {how}:
            return _group(how, raw[how], reading, f"{path}/{how}", depth)
    if keys == {"not"}:
        part = _node(raw["not"], reading, f"{path}/not", depth + 1)
        return None if part is None else Not(part)
    return _leaf(raw, reading, path)


def _group(how: str, raw: Any, reading: _Reading, path: str, depth: int) -> Node | None:
    if not isinstance(raw, list) or len(raw) > MAX_LEAVES:
        reading.fault(path, "not_a_list", "应为条件列表", "Must be a list of conditions")
        return None
    parts = [_node(part, reading, f"{path}/{place}", depth + 1) for place, part in enumerate(raw)]
    return Group(how, tuple(part for part in parts if part is not None))


def _leaf(raw: Mapping[str, Any], reading: _Reading, path: str) -> Leaf | None:
    reading.leaves += 1
    name, op_name = raw.get("field"), raw.get("op")
    strange = sorted(str(key) for key in set(raw) - {"field", "op", "value"})
    if strange:
        reading.fault(
            path, "unknown_key", "条件里没有“{name}”这一项", "A condition has no '{name}'", name=strange[0][:40]
        )
        return None
    kind = reading.kinds.get(name) if isinstance(name, str) else None
    if kind is None:
        hint = nearest(str(name)[:40], reading.kinds) or "—"
        reading.fault(
            path, "unknown_field", "没有字段“{name}”，是否想用“{nearest}”？",
            "Unknown field '{name}'; did you mean '{nearest}'?", name=str(name)[:40], nearest=hint,
        )  # fmt: skip
        return None
    op = OPERATORS.get(op_name) if isinstance(op_name, str) else None
    if op is None or (op.needs_before and not reading.with_before):
        hint = nearest(str(op_name)[:40], OPERATORS) or "—"
        reading.fault(
            path, "unknown_operator", "没有运算符“{name}”，是否想用“{nearest}”？",
            "Unknown operator '{name}'; did you mean '{nearest}'?", name=str(op_name)[:40], nearest=hint,
        )  # fmt: skip
        return None
    if kind not in op.kinds or (op.needs_before and "." in str(name)):
        reading.fault(
            path, "operator_does_not_apply", "字段“{field}”不能用“{op}”", "'{op}' doesn't apply to field '{field}'",
            field=name, op=op.id,
        )  # fmt: skip
        return None
    try:
        return Leaf(str(name), op, kind, _operand(raw.get("value"), op, kind, reading))
    except ValueError as fault:
        reading.fault(path, "bad_value", "值不合适：{why}", "This value doesn't fit: {why}", why=str(fault)[:200])
        return None


def _operand(raw: Any, op: Operator, kind: ValueKind, reading: _Reading) -> Any:
    if op.shape == "none":
        return None
    if op.shape == "duration":
        if not isinstance(raw, str):
            raise ValueError("a duration such as P7D is needed")
        return duration(raw)
    if op.shape in {"many", "pair"}:
        if not isinstance(raw, list) or not raw or len(raw) > MAX_VALUES:
            raise ValueError("a list of values is needed")
        if op.shape == "pair" and len(raw) != 2:
            raise ValueError("two values are needed")
        return tuple(_single(one, kind, reading) for one in raw)
    if kind in SETS and isinstance(raw, list) and op.id in {"eq", "ne", "changed_to", "changed_from"}:
        return tuple(_text(one) for one in raw[:MAX_VALUES])
    return _single(raw, kind, reading)


def _single(raw: Any, kind: ValueKind, reading: _Reading) -> Any:
    if isinstance(raw, Mapping):
        return _dynamic(raw, kind, reading)
    return _CONVERTERS[kind](raw)


def _dynamic(raw: Mapping[str, Any], kind: ValueKind, reading: _Reading) -> Reference | Computed:
    if kind in SETS and "fn" not in raw:
        raise ValueError("several choices are compared with written values only")
    if set(raw) == {"ref"} and isinstance(raw["ref"], str):
        if reading.kinds.get(raw["ref"]) != kind or "." in raw["ref"]:
            raise ValueError(f"field {raw['ref'][:40]!r} can't be compared with this one")
        return Reference(raw["ref"])
    if set(raw) == {"fn"} and isinstance(raw["fn"], str) and kind in FUNCTIONS.get(raw["fn"], frozenset()):
        return Computed(raw["fn"])
    raise ValueError('a value, {"ref": field} or {"fn": name} is needed')


def _text(raw: Any) -> str:
    if not isinstance(raw, str) or len(raw) > MAX_TEXT:
        raise ValueError(f"a text of at most {MAX_TEXT} characters is needed")
    if "\x00" in raw or any(0xD800 <= ord(mark) <= 0xDFFF for mark in raw):
        raise ValueError("the text has characters that can't be stored")
    return raw


def _words(raw: Any) -> str:
    return unicodedata.normalize("NFC", _text(raw))


def _number(raw: Any) -> Decimal:
    if isinstance(raw, int) and raw.bit_length() > 64:
        raise ValueError("the number is too large")
    text = str(raw).strip()
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str, Decimal)) or len(text) > 40 or "_" in text:
        raise ValueError("a number is needed")
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError("a number is needed") from None
    if not value.is_finite() or abs(value) >= Decimal(10) ** 18:
        raise ValueError("the number is too large")
    if len(value.as_tuple().digits) > MAX_DIGITS or abs(value.adjusted()) > MAX_DIGITS:
        raise ValueError(f"a number of at most {MAX_DIGITS} digits is needed")
    return value


def _date(raw: Any) -> date:
    if not isinstance(raw, str) or len(raw) != 10 or raw[7] != "-":
        raise ValueError("a date such as 2026-11-23 is needed")
    return date.fromisoformat(raw)


def _moment(raw: Any) -> datetime | WallClock:
    if not isinstance(raw, str) or not 10 <= len(raw) <= 40 or raw[7] != "-":
        raise ValueError("a moment such as 2026-11-23T06:00:00Z is needed")
    value = datetime.fromisoformat(raw)
    if value.tzinfo is None:
        return WallClock(value)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("the moment is out of range") from None


def _clock(raw: Any) -> str:
    if not isinstance(raw, str) or not _CLOCK.fullmatch(raw):
        raise ValueError("a time of day such as 14:05 is needed")
    return raw


def _boolean(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise ValueError("true or false is needed")  # noqa: TRY004 - a fault of data, collected as such
    return raw


_CONVERTERS: Mapping[str, Callable[[Any], Any]] = {
    "text": _words, "number": _number, "date": _date, "datetime": _moment, "boolean": _boolean, "choice": _text,
    "choices": _text, "user": _text, "users": _text, "department": _text, "departments": _text, "record": _text,
    "records": _text, "files": _text,
    "time": _clock, "object": _text,
}  # fmt: skip
