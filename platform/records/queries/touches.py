"""Touchpoints of one record, read for its activity."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.tables import customers, touchpoints


@dataclass(frozen=True, slots=True)
class TouchRow:
    """One touchpoint event."""

    id: str
    kind: str
    channel: str
    at: datetime
    data: dict[str, Any] | None
    customer_id: str | None
    customer_name: str | None


def of_record(unit: ReadUnit, record_id: str, *, limit: int = 200) -> list[TouchRow]:
    """Return a record's touchpoints, newest first."""
    columns = touchpoints.c
    rows = unit.conn.execute(
        select(
            columns.id, columns.kind, columns.channel, columns.at, columns.data, columns.customer_id, customers.c.name
        )
        .outerjoin(customers, customers.c.id == columns.customer_id)
        .where(columns.record_id == record_id)
        .order_by(columns.id.desc())
        .limit(limit)
    )
    return [TouchRow(*row) for row in rows]
