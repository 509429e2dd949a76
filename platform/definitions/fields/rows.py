"""Cleaning the rows of a sub-form: each is cleaned like a small record, then they are judged together.

A row that has the `id` of a row that was there before is a change of it: what it doesn't name stays. A row without an
id, or with one that nobody knows, is a new one. Rows in which nothing is filled in are left out, unless rows can't be
removed. Computed columns are never taken from the input.

Findings name the place as `<row>/<column>`, counted from 0 in the list that was given; in a record's findings the
sub-form's id stands in front: `items/2/price`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Protocol

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import (
    CleanContext,
    PartsInvalid,
    Settings,
    ValueInvalid,
    no_relations,
)
from formloom.platform.kernel.errors import Finding
from formloom.platform.kernel.ids import is_id, new_id

MAX_ROWS = 1_000
MOST_FINDINGS = 50
Row = dict[str, Any]


class _Columns(Protocol):
    """What is asked of the columns; they are a form version of their own."""

    @property
    def stored(self) -> Sequence[Any]: ...
    def clean(self, raw: Any, *, ctx: CleanContext, current: Any = None, partial: bool = False) -> Any: ...
    def dump(self, values: Mapping[str, Any]) -> dict[str, Any]: ...


def clean_rows(raw: Sequence[Any], before: Sequence[Row] | None, cfg: Settings, ctx: CleanContext) -> list[Row]:
    """Return the clean rows. Raises ValueInvalid with everything that does not fit."""
    if len(raw) > MAX_ROWS:
        raise ValueInvalid("too_many_rows", messages.TOO_MANY_ROWS, max=cfg["max_rows"] or MAX_ROWS)
    rows, found = read_rows(raw, before, cfg, ctx)
    if found:
        raise PartsInvalid(found)
    return rows


def read_rows(
    raw: Sequence[Any], before: Sequence[Row] | None, cfg: Settings, ctx: CleanContext
) -> tuple[list[Row], list[Finding]]:
    """Return what could be read of the rows, and what does not fit."""
    reader = _Reader(cfg.get("field_id", ""), cfg["rows"], before or (), ctx)
    rows = [row for place, given in enumerate(raw) if (row := reader.row(place, given, cfg)) is not None]
    found = [*reader.findings, *_twice(cfg["rows"], rows), *_count([row for _place, row in rows], before, cfg)]
    return [row for _place, row in rows], found[:MOST_FINDINGS]


def totals(totals: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> dict[str, Decimal | int | None]:
    """Return what stands below each column that has a total; None where there is nothing to reckon."""
    found: dict[str, Decimal | int | None] = {}
    for name, how in totals.items():
        values = [value for row in rows if (value := row.get(name)) is not None]
        found[name] = len(values) if how == "count" else _RECKON[how](values) if values else None
    return found


_RECKON: Mapping[str, Callable[[Sequence[Any]], Decimal]] = {
    "sum": lambda values: sum(values, Decimal(0)),
    "avg": lambda values: sum(values, Decimal(0)) / len(values),
    "min": lambda values: Decimal(min(values)),
    "max": lambda values: Decimal(max(values)),
}


class _Reader:
    def __init__(self, name: str, columns: _Columns, before: Sequence[Row], ctx: CleanContext) -> None:
        self.findings: list[Finding] = []
        self._columns = columns
        self._ctx = no_relations(ctx)
        self._around = ctx
        self._name = name
        self._leads = any(item.type.who == "record" for item in columns.stored)
        self._known = {row["id"]: row for row in before}
        self._made = frozenset(item.id for item in columns.stored if item.type.is_generated)
        self._used: set[str] = set()

    def row(self, place: int, given: Any, cfg: Settings) -> tuple[int, Row] | None:
        """Return a row's place and its clean values, or None for one without any."""
        if not isinstance(given, Mapping):
            self.findings.append(Finding("not_an_object", messages.ROW_EXPECTED, field=str(place)))
            return None
        row_id = self._id(given.get("id"))
        current = self._known.get(row_id)
        values = {str(name): one for name, one in given.items() if name != "id" and name not in self._made}
        if current is None and cfg["can_remove"] and all(one in (None, "", [], {}) for one in values.values()):
            return None
        ctx = self._context(values) if self._leads else self._ctx
        if current is not None:
            shown = self._columns.dump(current)
            values = {name: one for name, one in values.items() if name not in shown or one != shown[name]}
        cleaned = self._columns.clean(values, ctx=ctx, current=current, partial=current is not None)
        self.findings += [_within(place, one) for one in cleaned.findings]
        return place, {**(current or {}), **cleaned.values, "id": row_id}

    def _context(self, values: Mapping[str, Any]) -> CleanContext:
        """Return what a row may ask: a record chosen in it fills in the cells that were left empty."""
        filled = frozenset(name for name, one in values.items() if one not in (None, "", []))
        return replace(
            self._ctx,
            related=lambda row, new: self._around.in_row(self._name, row, new, filled),
            misfits=lambda row, new: self._around.row_misfits(self._name, row, new),
        )

    def _id(self, given: object) -> str:
        row_id = given if isinstance(given, str) and is_id(given) and given not in self._used else new_id()
        self._used.add(row_id)
        return row_id


def _within(place: int, found: Finding) -> Finding:
    where = f"{place}/{found.field}" if found.field else str(place)
    return Finding(found.code, found.message, where, found.params, found.severity)


def _twice(columns: _Columns, rows: Sequence[tuple[int, Row]]) -> list[Finding]:
    found = []
    for item in columns.stored:
        if not item.unique:
            continue
        seen: set[Any] = set()
        for place, row in rows:
            value = row.get(item.id)
            if value is not None and value in seen:
                found.append(Finding("not_unique", messages.TWICE_IN_ROWS, f"{place}/{item.id}"))
            seen.add(value)
    return found


def _count(rows: Sequence[Row], before: Sequence[Row] | None, cfg: Settings) -> list[Finding]:
    most, least = cfg["max_rows"] or MAX_ROWS, cfg["min_rows"]
    if len(rows) > most:
        return [Finding("too_many_rows", messages.TOO_MANY_ROWS, params={"max": most})]
    if rows and len(rows) < least:
        return [Finding("too_few_rows", messages.TOO_FEW_ROWS, params={"min": least})]
    stood, stand = {row["id"] for row in before or ()}, {row["id"] for row in rows}
    start = max(least, cfg.get("given_rows", 0))
    if not cfg["can_add"] and (stand - stood if stood else len(rows) > max(start, 1)):
        return [Finding("rows_are_fixed", messages.NO_MORE_ROWS)]
    if not cfg["can_remove"] and (stood - stand if stood else len(rows) < start):
        return [Finding("rows_are_fixed", messages.NO_ROWS_LESS)]
    return []
