"""Conditions as SQLAlchemy clauses: the same meaning as the closures, on SQLite and PostgreSQL.

The caller gives, for each field that may be named, the column; what may not be seen is not in that mapping, so a
hidden field can't be compared with. Operands always become bind parameters.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Text,
    and_,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    true,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from formloom.platform.definitions.conditions.compile import NOWHERE, Setting, computed
from formloom.platform.definitions.conditions.operators import SETS, fold, window
from formloom.platform.definitions.conditions.tree import Computed, Leaf, Node, Not, Reference, WallClock
from formloom.platform.definitions.fields.choices import canonical, quoted
from formloom.platform.definitions.fields.settings import MARK

Columns = Mapping[str, ColumnElement[Any]]


def to_clause(node: Node, columns: Columns, setting: Setting = NOWHERE) -> ColumnElement[bool]:
    """Return the clause of a parsed tree over `columns` (field id → column)."""
    if isinstance(node, Leaf):
        clause = _leaf(node, columns, setting)
        return _in_some_row(columns, node.field, clause) if "." in node.field else clause
    if isinstance(node, Not):
        return not_(func.coalesce(to_clause(node.part, columns, setting), false()))
    parts = [to_clause(part, columns, setting) for part in node.parts]
    if not parts:
        return true()
    return and_(*parts) if node.how == "all" else or_(*parts)


def _in_some_row(columns: Columns, name: str, clause: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return whether a row of the record meets a clause about a column of the rows' table."""
    rows = columns[name].table.c
    return exists().where(rows.record_id == columns["id"], clause).correlate(columns["id"].table)


def _leaf(leaf: Leaf, columns: Columns, setting: Setting) -> ColumnElement[bool]:
    column = columns[leaf.field]
    name = leaf.op.id
    if name == "empty":
        return column.is_(None)
    if name == "not_empty":
        return column.is_not(None)
    operand = _operand(leaf, columns, setting)
    parts = operand if isinstance(operand, tuple) else (operand,)
    if any(part is None for part in parts):
        return true() if leaf.op.when_missing else false()
    clause = _table(leaf)[name](column, operand)
    references = [part for part in parts if isinstance(part, ColumnElement)]
    if leaf.op.when_missing:
        return or_(column.is_(None), *(reference.is_(None) for reference in references), clause)
    return and_(*(reference.is_not(None) for reference in references), clause)


def _table(leaf: Leaf) -> Mapping[str, Callable[[Any, Any], ColumnElement[bool]]]:
    if leaf.kind in SETS:
        return _SETS
    if leaf.kind == "choice":
        return _CHOICE
    return _NUMBERS if leaf.kind == "number" else _SINGLE


def _operand(leaf: Leaf, columns: Columns, setting: Setting) -> Any:
    if leaf.op.shape == "duration":
        from_, to = window(leaf.op.id, leaf.value, leaf.kind, setting.now or datetime.now(UTC), setting.zone)
        return from_, to
    if isinstance(leaf.value, tuple):
        return tuple(_bound(part, leaf, columns, setting) for part in leaf.value)
    return _bound(leaf.value, leaf, columns, setting)


def _bound(value: Any, leaf: Leaf, columns: Columns, setting: Setting) -> Any:
    if isinstance(value, Reference):
        return columns[value.field]
    if isinstance(value, Computed | WallClock):
        return computed(value, leaf.kind, setting)
    return value


class Folded(GenericFunction[str]):
    """A text with A to Z in lower case: SQLite's own `lower`, PostgreSQL's under the C collation."""

    type = Text()
    inherit_cache = True


class Position(GenericFunction[int]):
    """Where the second text begins in the first, from 1; 0 when it is not in it."""

    type = Integer()
    inherit_cache = True


@compiles(Folded, "sqlite")
def _folded_sqlite(element: Folded, compiler: Any, **kwargs: Any) -> str:
    return f"lower({compiler.process(element.clauses, **kwargs)})"


@compiles(Folded)
def _folded_postgresql(element: Folded, compiler: Any, **kwargs: Any) -> str:
    return f'lower(({compiler.process(element.clauses, **kwargs)})::text COLLATE "C")'


@compiles(Position, "sqlite")
def _position_sqlite(element: Position, compiler: Any, **kwargs: Any) -> str:
    return f"instr({compiler.process(element.clauses, **kwargs)})"


@compiles(Position)
def _position_postgresql(element: Position, compiler: Any, **kwargs: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **kwargs)})"


def _folded(column: ColumnElement[Any]) -> ColumnElement[str]:
    return Folded(column)


def _position(column: ColumnElement[Any], text: Any) -> ColumnElement[int]:
    return Position(column, text)


def _has(column: ColumnElement[Any], value: Any) -> ColumnElement[bool]:
    if value == ",":  # no option, but the gap between two of them
        return and_(column.is_not(None), false())
    # Inside a value a quotation mark is written otherwise: a bare one with the mark behind it begins an own answer.
    return _position(column, f'"{MARK}' if value == MARK else quoted(value)) > 0


def _text_contains(column: ColumnElement[Any], operand: Any) -> ColumnElement[bool]:
    return _position(_folded(column), _fold_operand(operand)) > 0


def _fold_operand(operand: Any) -> Any:
    return _folded(operand) if isinstance(operand, ColumnElement) else fold(operand)


def _starts(column: ColumnElement[Any], operand: Any) -> ColumnElement[bool]:
    wanted = _fold_operand(operand)
    clause: ColumnElement[bool] = func.substr(_folded(column), 1, func.length(wanted)) == wanted
    return clause


def _ends(column: ColumnElement[Any], operand: Any) -> ColumnElement[bool]:
    wanted = _fold_operand(operand)
    start = func.length(column) - func.length(wanted) + 1
    return and_(start >= 1, func.substr(_folded(column), start) == wanted)


def _same_set(column: ColumnElement[Any], operand: Any) -> ColumnElement[bool]:
    wanted = operand if isinstance(operand, tuple) else (operand,)
    wanted = tuple(dict.fromkeys(wanted))
    if MARK in wanted:  # whose length is not known: each value has two quotation marks
        marks = func.length(column) - func.length(func.replace(column, '"', ""))
        return and_(marks == 2 * len(wanted), *(_has(column, value) for value in wanted))
    length = len(canonical(list(wanted)))
    return and_(func.length(column) == length, *(_has(column, value) for value in wanted))


def _any_of(column: ColumnElement[Any], operand: Any) -> ColumnElement[bool]:
    return or_(*(_has(column, value) for value in operand))


_SINGLE = {
    "eq": lambda column, operand: column == operand,
    "ne": lambda column, operand: column != operand,
    "in": lambda column, operand: or_(*(column == one for one in operand)),
    "nin": lambda column, operand: and_(*(column != one for one in operand)),
    "gt": lambda column, operand: column > operand,
    "gte": lambda column, operand: column >= operand,
    "lt": lambda column, operand: column < operand,
    "lte": lambda column, operand: column <= operand,
    "between": lambda column, operand: and_(column >= operand[0], column <= operand[1]),
    "within_last": lambda column, operand: and_(column >= operand[0], column <= operand[1]),
    "within_next": lambda column, operand: and_(column >= operand[0], column <= operand[1]),
    "contains": _text_contains,
    "not_contains": lambda column, operand: not_(_text_contains(column, operand)),
    "starts_with": _starts,
    "ends_with": _ends,
}


def _is(column: ColumnElement[Any], operand: Any) -> ColumnElement[bool]:
    """Compare one choice; the mark alone asks for any answer that somebody wrote himself."""
    is_any_own = isinstance(operand, str) and operand == MARK
    clause: ColumnElement[bool] = func.substr(column, 1, len(MARK)) == MARK if is_any_own else column == operand
    return clause


_CHOICE = _SINGLE | {
    "eq": _is,
    "ne": lambda column, operand: not_(_is(column, operand)),
    "in": lambda column, operand: or_(*(_is(column, one) for one in operand)),
    "nin": lambda column, operand: and_(*(not_(_is(column, one)) for one in operand)),
}
_SETS = {
    "eq": _same_set,
    "ne": lambda column, operand: not_(_same_set(column, operand)),
    "in": _any_of,
    "nin": lambda column, operand: not_(_any_of(column, operand)),
    "contains": _has,
    "not_contains": lambda column, operand: not_(_has(column, operand)),
}


_LARGEST = 2**63 - 1


def _scale(column: ColumnElement[Any]) -> int:
    """Return the decimal places of a column that stores scaled integers, 0 for a plain integer column."""
    return int(getattr(column.type, "scale", 0) or 0)


def _whole(value: Decimal, rounding: str) -> int:
    return max(-_LARGEST, min(_LARGEST, int(value.to_integral_value(rounding=rounding))))


def _number(how: str) -> Callable[[Any, Any], ColumnElement[bool]]:
    """Compare exactly: the operand is scaled like the column and rounded to the side that changes nothing."""
    compare, rounding = _SINGLE[how], ROUND_FLOOR if how in {"gt", "lte"} else ROUND_CEILING

    def clause(column: Any, operand: Any) -> ColumnElement[bool]:
        if isinstance(operand, ColumnElement):
            return _against(how, column, operand)
        made: ColumnElement[bool] = compare(
            type_coerce(column, BigInteger), _whole(operand.scaleb(_scale(column)), rounding)
        )
        return made

    return clause


def _equal(column: Any, operand: Any) -> ColumnElement[bool]:
    if isinstance(operand, ColumnElement):
        return _against("eq", column, operand)
    scaled = operand.scaleb(_scale(column))
    if scaled != scaled.to_integral_value() or abs(scaled) > _LARGEST:
        return and_(column.is_not(None), false())
    return type_coerce(column, BigInteger) == int(scaled)


_MIRRORED = {"eq": "eq", "gt": "lt", "gte": "lte", "lt": "gt", "lte": "gte"}


def _against(how: str, left: Any, right: Any) -> ColumnElement[bool]:
    """Compare two number columns of any scale exactly, without the product that could leave 64 bits."""
    if _scale(left) > _scale(right):
        return _against(_MIRRORED[how], right, left)
    factor = literal(10 ** (_scale(right) - _scale(left)), BigInteger)
    small, large = type_coerce(left, BigInteger), type_coerce(right, BigInteger)
    whole = large.op("/", return_type=BigInteger())(factor)
    rest = large - whole * factor
    below = or_(small < whole, and_(small == whole, rest > 0))
    above = or_(small > whole, and_(small == whole, rest < 0))
    return {
        "eq": and_(small == whole, rest == 0), "lt": below, "gt": above,
        "lte": not_(above), "gte": not_(below),
    }[how]  # fmt: skip


_NUMBERS: Mapping[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "eq": _equal,
    "ne": lambda column, operand: not_(_equal(column, operand)),
    "in": lambda column, operand: or_(*(_equal(column, one) for one in operand)),
    "nin": lambda column, operand: and_(*(not_(_equal(column, one)) for one in operand)),
    "between": lambda column, operand: and_(_number("gte")(column, operand[0]), _number("lte")(column, operand[1])),
    **{how: _number(how) for how in ("gt", "gte", "lt", "lte")},
}
