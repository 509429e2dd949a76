"""The audit log: rows are added and read, never changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import audit_log, settings

HEAD = "audit_head"
_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry as stored."""

    seq: int
    at: datetime
    actor_kind: str
    actor_id: str | None
    ip: str | None
    act: str
    object_kind: str | None
    object_id: str | None
    detail: Any
    prev_hash: str
    hash: str


_COLUMNS = tuple(audit_log.c[name] for name in AuditRow.__dataclass_fields__)


def head(unit: ReadUnit, *, locked: bool = False) -> tuple[int, str] | None:
    """Return number and hash of the newest entry as noted beside the log; `locked` keeps others from adding."""
    wanted = select(settings.c.value).where(settings.c.key == HEAD)
    value = unit.conn.execute(wanted.with_for_update() if locked else wanted).scalar()
    return None if value is None else (int(value["seq"]), str(value["hash"]))


def add(uow: UnitOfWork, row: AuditRow) -> None:
    """Insert one entry and move the head to it."""
    uow.conn.execute(insert(audit_log).values(**{name: getattr(row, name) for name in AuditRow.__dataclass_fields__}))
    moved: Mapping[str, Any] = {"seq": row.seq, "hash": row.hash}
    if uow.conn.execute(update(settings).where(settings.c.key == HEAD).values(value=moved)).rowcount == 0:
        uow.conn.execute(insert(settings).values(key=HEAD, value=moved))


def walk(unit: ReadUnit) -> Iterator[AuditRow]:
    """Yield every entry, oldest first."""
    after = 0
    while rows := unit.conn.execute(
        select(*_COLUMNS).where(audit_log.c.seq > after).order_by(audit_log.c.seq).limit(_BATCH)
    ).all():
        yield from (AuditRow(*row) for row in rows)
        after = rows[-1].seq
