"""Who agreed to what, and when: rows that are only ever added."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from formloom.platform.storage.database import ReadUnit
from formloom.platform.storage.prepared import PreparedInsert
from formloom.platform.storage.tables import consents

INSERT = PreparedInsert(consents)


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One step: somebody agreed to a version of a text, or took that back (`version` is None then)."""

    id: str
    record_id: str
    field_id: str
    agreed: bool
    at: datetime
    version: int | None
    locale: str
    text_hash: str | None
    actor_kind: str
    actor_id: str | None


def of_records(unit: ReadUnit, record_ids: Collection[str], fields: Collection[str]) -> list[ConsentRow]:
    """Return the steps of these records, oldest first."""
    if not record_ids or not fields:
        return []
    columns = [consents.c[name] for name in ConsentRow.__slots__]
    asked = select(*columns).where(consents.c.record_id.in_(list(record_ids)), consents.c.field_id.in_(list(fields)))
    return [ConsentRow(*row) for row in unit.conn.execute(asked.order_by(consents.c.id))]
