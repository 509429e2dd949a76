"""Rows of uploaded files."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update

from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import files

UPLOAD_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class FileRow:
    """One uploaded file and what it belongs to."""

    id: str
    sha256: str
    name: str
    size_bytes: int
    type: str
    form_id: str
    field_id: str
    record_id: str | None
    owner: str


def add(uow: UnitOfWork, row: FileRow, *, now: datetime) -> None:
    """Write down an upload."""
    uow.conn.execute(
        files.insert().values(
            id=row.id, sha256=row.sha256, name=row.name, size_bytes=row.size_bytes, type=row.type, form_id=row.form_id,
            field_id=row.field_id, owner=row.owner, created_at=now,
        )
    )  # fmt: skip


def find(unit: ReadUnit, file_id: str) -> FileRow | None:
    """Return an uploaded file, or None."""
    columns = files.c
    row = unit.conn.execute(
        select(
            columns.id, columns.sha256, columns.name, columns.size_bytes, columns.type, columns.form_id,
            columns.field_id, columns.record_id, columns.owner,
        ).where(columns.id == file_id)
    ).one_or_none()  # fmt: skip
    return None if row is None else FileRow(*row)


def attachable(
    unit: ReadUnit,
    form_id: str,
    field_id: str,
    ids: Collection[str],
    *,
    owner: str,
    record_id: str | None,
    now: datetime,
) -> Mapping[str, Mapping[str, Any]]:
    """Return id → description of the files that `owner` uploaded for this field and that are still free.

    Files that the record already has may be named again.
    """
    free = files.c.record_id.is_(None) & (files.c.owner == owner) & (files.c.created_at > now - UPLOAD_LIFE)
    mine = or_(free, files.c.record_id == record_id) if record_id else free
    where = [files.c.id.in_(list(ids)), files.c.form_id == form_id, mine]
    if field_id:
        where.append(files.c.field_id == field_id)
    rows = unit.conn.execute(select(files.c.id, files.c.name, files.c.size_bytes, files.c.type).where(*where))
    return {row[0]: {"id": row[0], "name": row[1], "size_bytes": row[2], "type": row[3]} for row in rows}


def described(unit: ReadUnit, ids: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
    """Return id → description of files."""
    rows = unit.conn.execute(
        select(files.c.id, files.c.name, files.c.size_bytes, files.c.type).where(files.c.id.in_(list(ids)))
    )
    return {row[0]: {"id": row[0], "name": row[1], "size_bytes": row[2], "type": row[3]} for row in rows}


def bind(uow: UnitOfWork, ids: Collection[str], record_id: str, *, now: datetime) -> bool:
    """Give uploads to a record: from now on they are used. Tell whether it has them all now."""
    if not ids:
        return True
    wanted = files.c.id.in_(list(ids))
    uow.conn.execute(
        update(files).where(wanted, files.c.record_id.is_(None)).values(record_id=record_id, used_at=now)
    )  # fmt: skip
    held = uow.conn.scalar(select(func.count()).select_from(files).where(wanted, files.c.record_id == record_id))
    return held == len(set(ids))


def remove_unused(uow: UnitOfWork, *, now: datetime, most: int = 1_000) -> list[str]:
    """Remove uploads that were never used and are too old to be; return the hash of each."""
    old = (files.c.record_id.is_(None), files.c.created_at <= now - UPLOAD_LIFE)
    oldest = uow.conn.execute(select(files.c.id, files.c.sha256).where(*old).order_by(files.c.id).limit(most)).all()
    if not oldest:
        return []
    removed = uow.conn.scalars(
        delete(files).where(files.c.id.in_([row.id for row in oldest]), *old).returning(files.c.sha256)
    )
    return list(removed)


def named(unit: ReadUnit, hashes: Collection[str]) -> set[str]:
    """Return those of `hashes` that a row still names."""
    if not hashes:
        return set()
    return set(unit.conn.scalars(select(files.c.sha256).where(files.c.sha256.in_(list(hashes)))))
