"""Long work: a row that says what is to be done, how far it is and how it ended.

A job is worked off by a process of its own. Its row is the only thing that both sides know: the worker writes how far
it is together with what it wrote, and reads whether it should stop; whoever asks reads the row. A worker that dies
gives no sign of life any more; the first who asks after that finds the job failed.

    queued → running → done | failed | cancelled → undone
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from formloom.platform.access.policy import Act, requires
from formloom.platform.kernel.actors import Actor, Member, System
from formloom.platform.kernel.errors import Conflict, FormloomError, NotFound
from formloom.platform.kernel.ids import is_id, new_id
from formloom.platform.records.house import House
from formloom.platform.records.queries import jobs as rows
from formloom.platform.records.queries.jobs import JobRow
from formloom.platform.storage.database import ReadUnit, UnitOfWork

Part = Callable[[House, UnitOfWork, JobRow, datetime], bool]
State = Literal["queued", "running", "done", "failed", "cancelled", "undone"]
LONGEST_SILENCE = timedelta(seconds=60)
SHOWN = ("import", "recompute", "conversion", "assignment_trial", "rebalance")
"""The kinds that a person sees; others are notes of the house."""
RESUMABLE = ("recompute", "conversion")
"""The kinds that go on where they stopped when their process is gone."""
NEEDED = ("conversion",)
"""The kinds that would leave things half done, so nobody stops them."""
_ATTEMPTS = 5
_DIED = {
    "code": "job_died",
    "message": {
        "zh-CN": "处理进程意外中止，已导入的行保留，可以撤销",
        "en": "The process that did it ended unexpectedly; what was imported stays and can be undone",
    },
}

_STOPPED = {
    "zh-CN": "处理进程多次意外中止，尚未处理的记录保持原样",
    "en": "The process ended unexpectedly several times; records that it did not reach stay as they were",
}


class JobNotRunning(Conflict):
    """Only what waits or runs can be cancelled."""

    code = "job_not_running"
    message = {"zh-CN": "任务已结束", "en": "This job has ended already"}


class JobGoesOn(Conflict):
    """A job that would leave things half done can't be cancelled."""

    code = "job_goes_on"
    message = {"zh-CN": "这项任务不能中途停止", "en": "This job can't be stopped half way"}


def enqueue(
    uow: UnitOfWork, actor: Actor, kind: str, payload: Mapping[str, Any], *, form_id: str, total: int | None,
    now: datetime, state: State = "queued",
) -> str:  # fmt: skip
    """Write down a job and return its id."""
    made = new_id()
    rows.add(uow, {
        "id": made, "kind": kind, "state": state, "form_id": form_id, "payload": dict(payload), "total": total,
        "created_by": author_of(actor), "created_at": now,
    })  # fmt: skip
    return made


@requires(Act.JOB_READ)
def listing(unit: ReadUnit, actor: Actor, *, limit: int = 50) -> list[JobRow]:
    """Return the newest jobs that the actor started; an administrator sees everybody's."""
    return rows.newest(unit, created_by=_limit_of(actor), kinds=SHOWN, limit=limit)


@requires(Act.JOB_READ)
def read(unit: ReadUnit, actor: Actor, job_id: str) -> JobRow:
    """Return one job. Raises NotFound, also for one that is somebody else's."""
    return _own(unit, actor, job_id)


@requires(Act.JOB_CHANGE)
def cancel(uow: UnitOfWork, actor: Actor, job_id: str, *, now: datetime) -> JobRow:
    """Stop a job; what it wrote stays. Raises NotFound, JobNotRunning, JobGoesOn."""
    if _own(uow, actor, job_id, lock=True).kind in NEEDED:
        raise JobGoesOn
    if not rows.change(uow, job_id, {"state": "cancelled", "finished_at": now}, only_in=("queued", "running")):
        raise JobNotRunning
    return _own(uow, actor, job_id)


def claim(uow: UnitOfWork, job_id: str, *, now: datetime) -> JobRow | None:
    """Begin a waiting job; None when somebody else did or it was cancelled."""
    began = {"state": "running", "started_at": now, "heartbeat_at": now}
    return rows.find(uow, job_id) if rows.change(uow, job_id, began, only_in=("queued",)) else None


def work_off(house: House, job_id: str, part: Part, *, broke: Mapping[str, Any]) -> None:
    """Work off a waiting job part by part and write down how it ended; nothing happens when it does not wait any more.

    `part` does the next few within one transaction, writes down how far the job is, and tells whether there may be
    more. `broke` is the error of a job that ended by a fault that has no words of its own.
    """
    if house.db.write(lambda uow: claim(uow, job_id, now=house.clock.now())) is None:
        return
    ended: dict[str, Any] = {"state": "failed", "error": broke}
    try:
        while house.db.write(lambda uow: _part(house, uow, job_id, part)):
            pass
        ended = {"state": "done"}
    except FormloomError as fault:
        ended["error"] = {"code": fault.code, "message": {one: fault.words(one) for one in fault.message}}
    finally:
        house.db.write(
            lambda uow: rows.change(uow, job_id, {**ended, "finished_at": house.clock.now()}, only_in=("running",))
        )


def bury(uow: UnitOfWork, job_id: str, *, now: datetime) -> bool:
    """Mark a job failed whose process is gone, unless it has ended; tell whether it waits to go on instead."""
    job = rows.find(uow, job_id, lock=True)
    if job is None or job.state not in {"queued", "running"}:
        return False
    attempts = int(job.payload.get("attempts", 0)) + 1
    if job.kind in RESUMABLE and attempts < _ATTEMPTS:
        return rows.change(uow, job_id, {"state": "queued", "payload": {**job.payload, "attempts": attempts}})
    error = {**_DIED, "message": _STOPPED} if job.kind in RESUMABLE else _DIED
    rows.change(uow, job_id, {"state": "failed", "error": error, "finished_at": now})
    return False


def bury_silent(uow: UnitOfWork, *, now: datetime) -> list[str]:
    """Mark every running job failed that has been silent for too long; return those that wait to go on instead."""
    return [job_id for job_id in rows.silent(uow, since=now - LONGEST_SILENCE) if bury(uow, job_id, now=now)]


def waiting(unit: ReadUnit) -> list[str]:
    """Return the ids of jobs that nobody has begun, oldest first: what a stopped server left behind."""
    return rows.queued(unit, SHOWN)


def is_silent(job: JobRow, now: datetime) -> bool:
    """Tell whether a running job has given no sign of life for too long."""
    return job.state == "running" and job.heartbeat_at is not None and job.heartbeat_at < now - LONGEST_SILENCE


def author_of(actor: Actor) -> str | None:
    """Return under whose name a job stands."""
    return actor.user_id if isinstance(actor, Member) else None


def _part(house: House, uow: UnitOfWork, job_id: str, part: Part) -> bool:
    job = rows.find(uow, job_id, lock=True)
    return job is not None and job.state == "running" and part(house, uow, job, house.clock.now())


def _own(unit: ReadUnit, actor: Actor, job_id: str, *, lock: bool = False) -> JobRow:
    found = rows.find(unit, job_id, lock=lock) if is_id(job_id) else None
    limit = _limit_of(actor)
    if found is None or found.kind not in SHOWN or (limit is not None and found.created_by != limit):
        raise NotFound
    return found


def _limit_of(actor: Actor) -> str | None:
    if isinstance(actor, System) or (isinstance(actor, Member) and actor.is_admin):
        return None
    return author_of(actor) or ""
