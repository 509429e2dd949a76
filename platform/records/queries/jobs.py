"""Rows of jobs and of the records that an import made."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, select, update

from formloom.platform.definitions.form import FormVersion
from formloom.platform.records.queries.plans import plan_of
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import import_records, jobs, record_history

_COLUMNS = (
    jobs.c.id, jobs.c.kind, jobs.c.state, jobs.c.form_id, jobs.c.payload, jobs.c.result, jobs.c.error, jobs.c.done,
    jobs.c.total, jobs.c.ok, jobs.c.failed, jobs.c.created_by, jobs.c.created_at, jobs.c.started_at,
    jobs.c.finished_at, jobs.c.heartbeat_at,
)  # fmt: skip
_INSERT_MADE = import_records.insert()


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job as stored."""

    id: str
    kind: str
    state: str
    form_id: str | None
    payload: Mapping[str, Any]
    result: Mapping[str, Any] | None
    error: Mapping[str, Any] | None
    done: int
    total: int | None
    ok: int
    failed: int
    created_by: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    heartbeat_at: datetime | None


def add(uow: UnitOfWork, values: Mapping[str, Any]) -> None:
    """Write down a job."""
    uow.conn.execute(jobs.insert().values(**values))


def find(unit: ReadUnit, job_id: str, *, lock: bool = False) -> JobRow | None:
    """Return a job, or None; with `lock` nobody else changes it until the unit ends."""
    statement = select(*_COLUMNS).where(jobs.c.id == job_id)
    if lock and unit.dialect == "postgresql":
        statement = statement.with_for_update()
    row = unit.conn.execute(statement).one_or_none()
    return None if row is None else _job(row)


def newest(unit: ReadUnit, *, created_by: str | None, kinds: Collection[str], limit: int) -> list[JobRow]:
    """Return jobs, newest first; those of one person, or with None of everybody."""
    statement = select(*_COLUMNS).where(jobs.c.kind.in_(list(kinds))).order_by(jobs.c.id.desc()).limit(limit)
    if created_by is not None:
        statement = statement.where(jobs.c.created_by == created_by)
    return [_job(row) for row in unit.conn.execute(statement)]


def change(uow: UnitOfWork, job_id: str, values: Mapping[str, Any], *, only_in: Collection[str] = ()) -> bool:
    """Change a job; False when it is in none of the states `only_in`."""
    statement = update(jobs).where(jobs.c.id == job_id).values(**values)
    if only_in:
        statement = statement.where(jobs.c.state.in_(list(only_in)))
    return uow.conn.execute(statement).rowcount == 1


def unfinished(unit: ReadUnit, kind: str, form_id: str) -> list[JobRow]:
    """Return the jobs of a kind about a form that wait or run, or broke off."""
    statement = select(*_COLUMNS).where(
        jobs.c.kind == kind, jobs.c.form_id == form_id, jobs.c.state.in_(("queued", "running"))
    )
    return [_job(row) for row in unit.conn.execute(statement)]


def silent(unit: ReadUnit, *, since: datetime) -> list[str]:
    """Return the ids of running jobs that gave no sign of life since then."""
    return list(unit.conn.scalars(select(jobs.c.id).where(jobs.c.state == "running", jobs.c.heartbeat_at < since)))


def queued(unit: ReadUnit, kinds: Collection[str]) -> list[str]:
    """Return the ids of waiting jobs, oldest first."""
    statement = select(jobs.c.id).where(jobs.c.state == "queued", jobs.c.kind.in_(list(kinds))).order_by(jobs.c.id)
    return list(unit.conn.scalars(statement))


def forget(uow: UnitOfWork, kind: str, *, before: datetime) -> None:
    """Remove the jobs of a kind that are older."""
    uow.conn.execute(delete(jobs).where(jobs.c.kind == kind, jobs.c.created_at < before))


def note_made(uow: UnitOfWork, job_id: str, form_id: str, record_ids: Collection[str]) -> None:
    """Write down which records a job made."""
    if record_ids:
        rows = [{"job_id": job_id, "record_id": made, "form_id": form_id} for made in record_ids]
        uow.conn.execute(_INSERT_MADE, rows)


def count_living(unit: ReadUnit, form: FormVersion, job_id: str) -> int:
    """Return how many of the records that a job made are not in the trash."""
    table = plan_of(form).table
    statement = (
        select(func.count())
        .select_from(import_records.join(table, import_records.c.record_id == table.c.id))
        .where(import_records.c.job_id == job_id, table.c.deleted_at.is_(None))
    )
    return int(unit.conn.scalar(statement) or 0)


def untouched(uow: UnitOfWork, form: FormVersion, job_id: str) -> list[tuple[str, int]]:
    """Return id and revision of a job's living records that no person changed since."""
    table = plan_of(form).table
    touched = exists().where(
        record_history.c.record_id == table.c.id, record_history.c.rev > 1, record_history.c.actor_kind != "system"
    )
    statement = (
        select(table.c.id, table.c.rev)
        .join(import_records, import_records.c.record_id == table.c.id)
        .where(import_records.c.job_id == job_id, table.c.deleted_at.is_(None), ~touched)
    )
    if uow.dialect == "postgresql":
        statement = statement.with_for_update(of=table)
    return [(row[0], row[1]) for row in uow.conn.execute(statement)]


def trash(uow: UnitOfWork, form: FormVersion, ids: Collection[str], *, by: str | None, now: datetime) -> None:
    """Put records into the trash, each one revision further."""
    table = plan_of(form).table
    wanted = list(ids)
    for start in range(0, len(wanted), 500):
        uow.conn.execute(
            update(table)
            .where(table.c.id.in_(wanted[start : start + 500]))
            .values(deleted_at=now, rev=table.c.rev + 1, updated_at=now, updated_by=by)
        )


def _job(row: Sequence[Any]) -> JobRow:
    return JobRow(*row)
