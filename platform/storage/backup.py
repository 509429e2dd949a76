"""Backup and restore: database and files in one archive, taken while serving, readable with any tool.

The archive is a zip: `manifest.json`, `tables/<name>.jsonl` with one row per line, `files/<sha256>`. It holds
values, not pages of a database file, so a backup of SQLite can be restored into PostgreSQL and the other way
round. All tables are read in one snapshot; files are content-addressed and never change, so those that the
snapshot names are complete.

Restoring needs an empty database and writes everything in one transaction.
"""

import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Date, DateTime, Table, inspect, select

from formloom.platform.definitions.form import FormVersion
from formloom.platform.storage import definition_store as store
from formloom.platform.storage import form_tables
from formloom.platform.storage.database import Database, ReadUnit, UnitOfWork
from formloom.platform.storage.files import FileStore
from formloom.platform.storage.migrate import head_revision
from formloom.platform.storage.tables import definitions, files, messages, sessions, system
from formloom.platform.storage.types import ScaledDecimal, UtcDateTime

FORMAT = 1
CHUNK = 500
_LEFT_OUT = frozenset({sessions.name})
"""Nobody stays signed in across a restore."""
Progress = Callable[[str, int], None]


class BackupUnreadable(Exception):
    """The archive is no backup of ours, is damaged, or comes from a newer release; one line says which."""


class NotEmpty(Exception):
    """Restoring needs an installation without data."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What was written or restored."""

    tables: int
    rows: int
    files: int


def write_backup(
    db: Database, store_of_files: FileStore, target: Path, *, now: datetime, progress: Progress
) -> Summary:
    """Write a backup of everything to `target`, which appears only when it is complete."""
    partial = target.with_name(target.name + ".partial")
    rows = copied = 0
    with db.snapshot() as unit, zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        tables = list(_all_tables(unit))
        for table in tables:
            with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as lines:
                for row in _rows(unit, table):
                    lines.write(orjson.dumps(row) + b"\n")
                    rows += 1
            progress(table.name, rows)
        received = select(messages.c.source).where(messages.c.source.is_not(None))
        for sha256 in {*unit.conn.scalars(select(files.c.sha256)), *unit.conn.scalars(received)}:
            archive.write(store_of_files.path(sha256), f"files/{sha256}", zipfile.ZIP_STORED)
            copied += 1
        manifest = {
            "format": FORMAT, "revision": head_revision(), "taken_at": now.isoformat(),
            "tables": [table.name for table in tables], "rows": rows, "files": copied, "indexes": _indexes(unit),
        }  # fmt: skip
        archive.writestr("manifest.json", json.dumps(manifest, indent=2))
    partial.replace(target)
    return Summary(len(tables), rows, copied)


def restore_backup(db: Database, store_of_files: FileStore, source: Path, *, progress: Progress) -> Summary:
    """Restore the backup `source` into an empty, migrated database.

    Raises BackupUnreadable, NotEmpty; the database is unchanged then.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = _manifest(archive)
            copied = _restore_files(archive, store_of_files)
            rows = db.write(lambda uow: _restore_rows(uow, archive, manifest, progress))
    except (zipfile.BadZipFile, KeyError, orjson.JSONDecodeError) as fault:
        raise BackupUnreadable(f"{source} is no readable backup: {fault}") from fault
    if rows != manifest["rows"]:
        raise BackupUnreadable(f"{source} is damaged: {rows} rows instead of {manifest['rows']}")
    return Summary(len(manifest["tables"]), rows, copied)


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    manifest: dict[str, Any] = orjson.loads(archive.read("manifest.json"))
    if manifest.get("format") != FORMAT:
        raise BackupUnreadable(f"backup format {manifest.get('format')} is not known to this release")
    if manifest.get("revision") != head_revision():
        raise BackupUnreadable(
            f"the backup is of revision {manifest.get('revision')}, this release of {head_revision()}"
        )
    return manifest


def _all_tables(unit: ReadUnit) -> Iterator[Table]:
    yield from (table for table in system.sorted_tables if table.name not in _LEFT_OUT)
    for _form, *tables in _form_tables(unit):
        yield from tables


def _form_tables(unit: ReadUnit) -> Iterator[tuple[FormVersion, Table, *tuple[Table, ...]]]:
    """Yield each form's newest version with its tables as they physically are: columns of all versions."""
    owned = select(definitions.c.id).where(definitions.c.table_name.is_not(None)).order_by(definitions.c.id)
    for form_id in unit.conn.scalars(owned).all():
        built = store.built_versions(unit, form_id)
        yield built[0], form_tables.full_table(built), *form_tables.row_tables(built)


def _indexes(unit: ReadUnit) -> dict[str, list[str]]:
    """Return table → columns that have a plain index, for the forms' tables."""
    inspector = inspect(unit.conn)
    return {
        table.name: [
            str(found["column_names"][0])
            for found in inspector.get_indexes(table.name)
            if not found["unique"] and found["column_names"]
        ]
        for _form, table, *_rows_of in _form_tables(unit)
    }


def _rows(unit: ReadUnit, table: Table) -> Iterator[dict[str, Any]]:
    names = [column.name for column in table.columns]
    result = unit.conn.execution_options(yield_per=CHUNK).execute(select(table))
    for row in result:
        yield {str(name): _plain(value) for name, value in zip(names, row, strict=True)}


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _restore_rows(uow: UnitOfWork, archive: zipfile.ZipFile, manifest: dict[str, Any], progress: Progress) -> int:
    if uow.conn.execute(select(definitions.c.id).limit(1)).first() is not None:
        raise NotEmpty("restore needs an empty installation; point FORMLOOM_HOME or FORMLOOM_DATABASE_URL at one")
    _without_order(uow)
    total = 0
    for table in system.sorted_tables:
        if table.name not in _LEFT_OUT:
            uow.conn.execute(table.delete())
            total += _fill(uow, table, archive, progress)
    for form, table, *more in list(_form_tables(uow)):
        for one in (table, *more):
            one.create(uow.conn)
            total += _fill(uow, one, archive, progress)
        form_tables.settle_unique(uow, form)
        form_tables.index_columns(uow, table, manifest["indexes"].get(table.name, []))
    return total


def _without_order(uow: UnitOfWork) -> None:
    """Let rows refer to rows that come later in the same transaction (departments to their parents)."""
    if uow.dialect == "sqlite":
        uow.conn.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    else:
        uow.conn.exec_driver_sql("SET CONSTRAINTS ALL DEFERRED")


def _fill(uow: UnitOfWork, table: Table, archive: zipfile.ZipFile, progress: Progress) -> int:
    loaders = {column.name: _loader(column.type) for column in table.columns}
    count = 0
    for chunk in _chunks(archive, f"tables/{table.name}.jsonl"):
        uow.conn.execute(
            table.insert(),
            [{name: loaders[name](value) for name, value in row.items() if name in loaders} for row in chunk],
        )
        count += len(chunk)
    progress(table.name, count)
    return count


def _chunks(archive: zipfile.ZipFile, name: str) -> Iterator[list[dict[str, Any]]]:
    with archive.open(name) as lines:
        chunk: list[dict[str, Any]] = []
        for line in lines:
            chunk.append(orjson.loads(line))
            if len(chunk) == CHUNK:
                yield chunk
                chunk = []
        if chunk:
            yield chunk


def _loader(kind: Any) -> Callable[[Any], Any]:
    if isinstance(kind, (UtcDateTime, DateTime)):
        return lambda value: None if value is None else datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return lambda value: None if value is None else date.fromisoformat(value)
    if isinstance(kind, ScaledDecimal):
        return lambda value: None if value is None else Decimal(value)
    return lambda value: value


def _restore_files(archive: zipfile.ZipFile, store_of_files: FileStore) -> int:
    names = [name for name in archive.namelist() if name.startswith("files/")]
    for name in names:
        with archive.open(name) as stream:
            stored = store_of_files.put(stream, limit_bytes=1 << 40)  # type: ignore[arg-type]  # the archive member is a stream
        if stored.sha256 != name.removeprefix("files/"):
            raise BackupUnreadable(f"file {name} is damaged")
    return len(names)
