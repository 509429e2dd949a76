"""Rows of one customer and of what happened with him."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.tables import customer_keys, customers, touchpoints

_MOST_MERGES = 20


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One customer; `keys` are (kind, value) pairs."""

    id: str
    name: str | None
    keys: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TouchRow:
    """One touchpoint and the record that it belongs to."""

    id: str
    kind: str
    channel: str
    form_id: str
    record_id: str
    at: datetime
    data: Mapping[str, Any] | None


def find(unit: ReadUnit, customer_id: str) -> CustomerRow | None:
    """Return a customer, or whom he was merged into, or None."""
    columns = customers.c
    for _ in range(_MOST_MERGES):
        row = unit.conn.execute(
            select(columns.id, columns.name, columns.merged_into).where(columns.id == customer_id)
        ).one_or_none()
        if row is None:
            return None
        if row.merged_into is None:
            return CustomerRow(row.id, row.name, _keys(unit, row.id))
        customer_id = row.merged_into
    return None


def touches(unit: ReadUnit, customer_id: str, *, before: str | None, limit: int) -> list[TouchRow]:
    """Return touchpoints of records, newest first; `before` is the id at which the last page ended."""
    columns = touchpoints.c
    statement = select(
        columns.id, columns.kind, columns.channel, columns.form_id, columns.record_id, columns.at, columns.data
    ).where(columns.customer_id == customer_id, columns.form_id.is_not(None), columns.record_id.is_not(None))
    if before is not None:
        statement = statement.where(columns.id < before)
    return [TouchRow(*row) for row in unit.conn.execute(statement.order_by(columns.id.desc()).limit(limit))]


def _keys(unit: ReadUnit, customer_id: str) -> tuple[tuple[str, str], ...]:
    columns = customer_keys.c
    statement = select(columns.kind, columns.value).where(columns.customer_id == customer_id)
    return tuple((row.kind, row.value) for row in unit.conn.execute(statement.order_by(columns.kind, columns.value)))
