"""Group commit for SQLite: waiting units of work share one transaction and one fsync.

SQLite has one writer, and `synchronous=FULL` costs an fsync per commit. The first thread that wants to write
becomes the leader: it takes everything that waits, runs each unit in a savepoint of one transaction and
commits once. While the fsync runs the next group gathers, so no artificial wait is needed; a lone request runs
in its own thread. A unit that fails is rolled back alone. A commit that fails is tried again unit by unit, so
that one poisoned unit does not take the others with it; after an I/O error nothing is tried again.

Other processes that write to the same file get their turn between two groups (`turns`).

Consequences for a unit: it may run in another thread, may run twice, and must not wait for another writer.
"""

import collections
import contextvars
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine

from formloom.platform.storage.turns import Turn

MAX_GROUP = 64
_own = threading.local()
"""`.open` is true in a thread while it runs a group: only the leader may end that transaction."""


class NestedWrite(RuntimeError):
    """A unit of work tried to write through another one, or to end its own transaction."""


class GroupWriter:
    """Runs units of work on one SQLite engine, many to a commit."""

    def __init__(self, engine: Engine, turn: Turn) -> None:
        self._engine = engine
        self._turn = turn
        self._lock = threading.Lock()
        self._queue: collections.deque[_Job] = collections.deque()
        self._busy = False

    def run(self, unit: Callable[[Connection], Any]) -> Any:
        """Return what `unit` returns once its effects are durable; raise what it raises."""
        if is_in_group():
            raise NestedWrite("a unit of work can't start another one")
        job = _Job(unit)
        with self._lock:
            self._queue.append(job)
            leads, self._busy = not self._busy, True
        if not leads:
            job.wake.acquire()
            leads = job.leads
        if leads:
            self._lead()
        if job.error is not None:
            raise job.error
        return job.result

    def _lead(self) -> None:
        with self._lock:
            group = [self._queue.popleft() for _ in range(min(MAX_GROUP, len(self._queue)))]
        try:
            self._commit(group)
        finally:
            with self._lock:
                self._busy = bool(self._queue)
                successors = group[1:]
                if self._busy:
                    self._queue[0].leads = True
                    successors.append(self._queue[0])
            for job in successors:
                job.wake.release()

    def _commit(self, group: "list[_Job]") -> None:
        done: list[_Job] = []
        worth_retrying = False
        try:
            with self._turn, self._engine.connect() as conn:
                conn.begin()
                raw: Any = conn.connection.dbapi_connection
                _own.open = True
                try:
                    for job in group:
                        if _run_alone(job, conn) if len(group) == 1 else _run_in_savepoint(job, conn, raw):
                            done.append(job)  # noqa: PERF401 - what was done before a failure must be known
                    _own.open = False
                    worth_retrying = True
                    conn.commit()
                finally:
                    _own.open = False
                    if raw.in_transaction:  # SQLAlchemy forgets a failed COMMIT, SQLite does not
                        raw.rollback()
        except BaseException as fault:  # noqa: BLE001 - handed to the units' own threads
            self._recover(group, done, fault, worth_retrying)

    def _recover(self, group: "list[_Job]", done: "list[_Job]", fault: BaseException, worth_retrying: bool) -> None:
        for job in group:
            if job.error is not None and job not in done:
                continue
            if worth_retrying and len(group) > 1 and not _is_io_error(fault):
                self._commit([job])
            else:
                job.error = fault


def is_in_group() -> bool:
    """Tell whether this thread is running a group right now."""
    return getattr(_own, "open", False)


class _Job:
    __slots__ = ("context", "error", "leads", "result", "unit", "wake")

    def __init__(self, unit: Callable[[Connection], Any]) -> None:
        self.unit = unit
        self.context = contextvars.copy_context()
        self.result: Any = None
        self.error: BaseException | None = None
        self.leads = False
        self.wake = threading.Lock()
        self.wake.acquire()


def _run_alone(job: _Job, conn: Connection) -> bool:
    """Run the only unit of a group, whose failure undoes the whole transaction."""
    try:
        job.result = job.context.run(job.unit, conn)
    except BaseException as fault:
        job.error = fault
        raise
    return True


def _run_in_savepoint(job: _Job, conn: Connection, raw: Any) -> bool:
    raw.execute("SAVEPOINT unit")
    try:
        job.result = job.context.run(job.unit, conn)
        raw.execute("RELEASE unit")
    except BaseException as fault:
        job.error = fault
        if not (raw.in_transaction and conn.in_transaction()):
            raise  # disk full or I/O error: SQLite undid everything
        raw.execute("ROLLBACK TO unit")
        raw.execute("RELEASE unit")
        return False
    return True


def _is_io_error(fault: BaseException) -> bool:
    return getattr(getattr(fault, "orig", fault), "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_IOERR
