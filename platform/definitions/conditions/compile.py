"""Conditions as Python closures over clean values, and the same walk told leaf by leaf for the run log."""

from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from formloom.platform.definitions.conditions.operators import window
from formloom.platform.definitions.conditions.tree import (
    Computed,
    Kinds,
    Leaf,
    Node,
    Not,
    Reference,
    WallClock,
    duration_text,
    parse,
)
from formloom.platform.definitions.fields.own_answers import as_asked
from formloom.platform.kernel.zones import DEFAULT_ZONE, day_of, midnight, moment_of

Predicate: TypeAlias = Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class Setting:
    """What computed operands and the flow operators need: the time, the caller, the record as it was.

    `zone` is the installation's: its days are the days of `today` and of windows, its clock shows times without a zone.
    """

    now: datetime | None = None
    me: str | None = None
    before: Mapping[str, Any] | None = None
    zone: ZoneInfo = DEFAULT_ZONE


@dataclass(frozen=True, slots=True)
class LeafOutcome:
    """One comparison as it went: what was asked, what was found, whether it matched; `refs` gave the value."""

    field: str
    op: str
    value: Any
    actual: Any
    result: bool
    refs: tuple[str, ...] = ()


NOWHERE = Setting()


def compile_condition(raw: Any, kinds: Kinds, *, setting: Setting = NOWHERE, with_before: bool = False) -> Predicate:
    """Return a predicate over clean values by field id. Raises ConditionInvalid."""
    return _compile(parse(raw, kinds, with_before=with_before), setting)


def compile_node(node: Node, setting: Setting = NOWHERE) -> Predicate:
    """Return a predicate of a parsed tree."""
    return _compile(node, setting)


def is_timed(node: Node) -> bool:
    """Tell whether the tree's answer depends on when, or by whom, it is asked."""
    if isinstance(node, Leaf):
        parts = node.value if isinstance(node.value, tuple) else (node.value,)
        return node.op.shape == "duration" or any(isinstance(part, Computed) for part in parts)
    return any(is_timed(part) for part in ((node.part,) if isinstance(node, Not) else node.parts))


def matches(node: Node, values: Mapping[str, Any], setting: Setting = NOWHERE) -> bool:
    """Tell whether `values` satisfy a parsed tree."""
    return _compile(node, setting)(values)


def explain(node: Node, values: Mapping[str, Any], setting: Setting = NOWHERE) -> list[LeafOutcome]:
    """Return every comparison of the tree with what it found, in order of writing, whether needed or not."""
    if isinstance(node, Leaf):
        operand = _resolved(node.value, values, setting, node.kind)
        given = node.value if isinstance(node.value, tuple) else (node.value,)
        refs = tuple(part.field for part in given if isinstance(part, Reference))
        met = _leaf(node, setting)(values)
        return [LeafOutcome(node.field, node.op.id, _shown(operand), _shown(_found(node.field, values)), met, refs)]
    parts = (node.part,) if isinstance(node, Not) else node.parts
    return [outcome for part in parts for outcome in explain(part, values, setting)]


def _found(name: str, values: Mapping[str, Any]) -> Any:
    """Return what a comparison looked at: one value, or that of each row."""
    field, _, column = name.partition(".")
    rows = values.get(field)
    return tuple(row.get(column) for row in rows) if column and isinstance(rows, list) else values.get(name)


def _compile(node: Node, setting: Setting) -> Predicate:
    if isinstance(node, Leaf):
        return _leaf(node, setting)
    if isinstance(node, Not):
        inner = _compile(node.part, setting)
        return lambda values: not inner(values)
    parts = [_compile(part, setting) for part in node.parts]
    if not parts:
        return lambda _values: True
    if len(parts) == 1:
        return parts[0]
    if node.how == "all":
        return lambda values: all(part(values) for part in parts)
    return lambda values: any(part(values) for part in parts)


def _leaf(leaf: Leaf, setting: Setting) -> Predicate:
    if "." not in leaf.field:
        return _single(leaf, setting)
    field, _, column = leaf.field.partition(".")
    holds = _single(leaf, setting)

    def in_some_row(values: Mapping[str, Any]) -> bool:
        rows = values.get(field)
        if not isinstance(rows, list):
            return False
        return any(holds(ChainMap({leaf.field: row.get(column)}, values)) for row in rows)  # type: ignore[arg-type]  # it is only read

    return in_some_row


def _single(leaf: Leaf, setting: Setting) -> Predicate:
    name, kind, op = leaf.field, leaf.kind, leaf.op
    if op.needs_before:
        return _over_change(leaf, setting)
    if op.shape == "duration":
        return _within(leaf, setting)
    check, missing = _check(leaf), op.when_missing
    if not _is_dynamic(leaf.value):
        operand = leaf.value

        def fixed(values: Mapping[str, Any]) -> bool:
            actual = values.get(name)
            return missing if actual is None else check(actual, operand)

        return fixed

    def dynamic(values: Mapping[str, Any]) -> bool:
        actual = values.get(name)
        if actual is None:
            return missing
        operand = _resolved(leaf.value, values, setting, kind)
        return missing if operand is None else check(actual, operand)

    return dynamic


def _check(leaf: Leaf) -> Callable[[Any, Any], bool]:
    """Return what the operator compares; of choices, an operand may ask for any answer that somebody wrote himself."""
    compare = leaf.op.matches
    if leaf.kind not in {"choice", "choices"}:
        return compare
    return lambda actual, operand: compare(as_asked(actual, operand), operand)


def _within(leaf: Leaf, setting: Setting) -> Predicate:
    def within(values: Mapping[str, Any]) -> bool:
        actual = values.get(leaf.field)
        if actual is None:
            return False
        return leaf.op.matches(actual, window(leaf.op.id, leaf.value, leaf.kind, _now(setting), setting.zone))

    return within


def _over_change(leaf: Leaf, setting: Setting) -> Predicate:
    def over_change(values: Mapping[str, Any]) -> bool:
        if setting.before is None:
            return False
        before, after = setting.before.get(leaf.field), values.get(leaf.field)
        if before == after:
            return False
        if leaf.op.id == "changed":
            return True
        side = after if leaf.op.id == "changed_to" else before
        return side is not None and _check(leaf)(side, _resolved(leaf.value, values, setting, leaf.kind))

    return over_change


def _is_dynamic(value: Any) -> bool:
    parts = value if isinstance(value, tuple) else (value,)
    return any(isinstance(part, (Reference, Computed, WallClock)) for part in parts)


def _resolved(value: Any, values: Mapping[str, Any], setting: Setting, kind: Any = None) -> Any:
    if isinstance(value, tuple):
        parts = tuple(_resolved(part, values, setting, kind) for part in value)
        return None if any(part is None for part in parts) else parts
    if isinstance(value, Reference):
        return values.get(value.field)
    if isinstance(value, Computed | WallClock):
        return computed(value, kind, setting)
    return value


def computed(operand: Computed | WallClock, kind: Any, setting: Setting) -> Any:
    """Return what `today`, `now`, `me` or a time without a zone is for a field of `kind`; None when not known."""
    if isinstance(operand, WallClock):
        return moment_of(operand.shown, setting.zone)
    if operand.name == "me":
        return setting.me
    moment = _now(setting)
    if kind == "date":
        return day_of(moment, setting.zone)
    return moment if operand.name == "now" else midnight(day_of(moment, setting.zone), setting.zone)


def _now(setting: Setting) -> datetime:
    return setting.now or datetime.now(UTC)


def _shown(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_shown(part) for part in value]
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return format(value, "f")
    return value if value is None or isinstance(value, (str, int, float, bool, dict)) else str(value)
