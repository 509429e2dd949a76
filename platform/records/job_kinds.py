"""What can be done by a process of its own: kind of job → the function that does it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from formloom.platform.kernel.actors import Actor
from formloom.platform.records import conversions, jobs, recomputing
from formloom.platform.records.house import House
from formloom.platform.records.imports import running, undoing
from formloom.platform.records.queries import jobs as rows
from formloom.platform.records.queries.jobs import JobRow
from formloom.platform.storage.database import UnitOfWork


class Undo(Protocol):
    """Takes back what a job did, in one transaction, and returns the job. Raises NotFound, JobNotUndoable."""

    def __call__(self, uow: UnitOfWork, actor: Actor, house: House, job_id: str, *, now: datetime) -> JobRow: ...


KINDS: dict[str, Callable[[House, str], None]] = {
    "import": running.run,
    recomputing.KIND: recomputing.run,
    conversions.KIND: conversions.run,
}


UNDOS: dict[str, Undo] = {"import": undoing.undo}
TELLERS: dict[str, Callable[[JobRow], Mapping[str, Any]]] = {}
"""Kind of job → what is told of one beside its result, as JSON."""


def add(kinds: Mapping[str, Callable[[House, str], None]]) -> None:
    """Add the kinds of a higher floor; done once, when the installation is put together."""
    KINDS.update(kinds)


def add_undo(kind: str, undo: Undo) -> None:
    """Add how a job of a higher floor is taken back."""
    UNDOS[kind] = undo


def add_teller(kind: str, teller: Callable[[JobRow], Mapping[str, Any]]) -> None:
    """Add what a job of a higher floor tells of itself beside its result."""
    TELLERS[kind] = teller


def told(job: JobRow) -> dict[str, Any]:
    """Return what a job came to."""
    result = dict(job.result or {})
    return {**result, **TELLERS[job.kind](job)} if job.kind in TELLERS else result


def can_undo(job: JobRow) -> bool:
    """Tell whether a job has ended, can be taken back and left something to take back."""
    return job.kind in UNDOS and job.state in undoing.UNDOABLE and job.ok > 0


def undo(uow: UnitOfWork, actor: Actor, house: House, job_id: str, *, now: datetime) -> JobRow:
    """Take back what a job did. Raises NotFound, JobNotUndoable."""
    job = jobs.read(uow, actor, job_id)
    if job.kind not in UNDOS:
        raise undoing.JobNotUndoable
    return UNDOS[job.kind](uow, actor, house, job_id, now=now)


def run(house: House, job_id: str) -> None:
    """Do a waiting job."""
    with house.db.read() as unit:
        job = rows.find(unit, job_id)
    if job is not None:
        KINDS[job.kind](house, job_id)
