"""Group commit for SQLite: waiting units of work share one transaction and one fsync.

SQLite has one writer, and `synchronous=FULL` costs an fsync per commit. The first thread that wants to write
becomes the leader: it takes everything that waits, runs unit after unit in one transaction and commits once.
While the fsync runs the next group gathers, so no artificial wait is needed; a lone request runs in its own
thread. Units nearly always succeed, so they are first run without savepoints, each of which would let other
threads in between twice. When one fails, everything is undone and the group is run again with each unit in a
savepoint of its own: that one is rolled back alone. A commit that fails is tried again unit by unit, so that one
poisoned unit does not take the others with it; after an I/O error nothing is tried again.

Other processes that write to the same file get their turn between two groups (`turns`).

Consequences for a unit: it may run in another thread, may run twice, and must not wait for another writer.
"""

import collections
import contextvars
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine

from formloom.platform.storage.turns import Turn

MAX_GROUP = 64
_own = threading.local()
"""`.open` is true in a thread while it runs a group: only the leader may end that transaction."""


class NestedWrite(RuntimeError):
    """A unit of work tried to write through another one, or to end its own transaction."""


Unit = Callable[[Connection, dict[str, Any]], Any]
"""What is run: gets the connection, and what was asked in this transaction so far (see `ReadUnit.ask`)."""


class GroupWriter:
    """Runs units of work on one SQLite engine, many to a commit."""

    def __init__(self, engine: Engine, turn: Turn) -> None:
        self._engine = engine
        self._turn = turn
        self._lock = threading.Lock()
        self._queue: collections.deque[_Job] = collections.deque()
        self._busy = False
        self._kept: Connection | None = None
        """The leader's connection, kept for the next one: to check one out costs as much as an insert."""

    def run(self, unit: Unit) -> Any:
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

    def close(self) -> None:
        """Let go of the connection."""
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()

    def _lead(self) -> None:
        with self._lock:
            group = [self._queue.popleft() for _ in range(min(MAX_GROUP, len(self._queue)))]
        try:
            with self._turn:
                self._commit(group, apart=False)
        finally:
            with self._lock:
                self._busy = bool(self._queue)
                successors = group[1:]
                if self._busy:
                    self._queue[0].leads = True
                    successors.append(self._queue[0])
            for job in successors:
                job.wake.release()

    def _commit(self, group: "list[_Job]", *, apart: bool) -> None:
        """Run a group in one transaction, each unit in a savepoint of its own when they are to be kept `apart`."""
        done: list[_Job] = []
        worth_retrying = False
        try:
            with self._transaction() as (conn, raw):
                _own.open = True
                try:
                    for job in group:
                        job.error = None
                    answers: dict[str, Any] = {}
                    for job in group:
                        if apart and not _run_in_savepoint(job, conn, raw):
                            continue
                        if not apart:
                            job.run(conn, answers)
                        done.append(job)
                finally:
                    _own.open = False
                worth_retrying = True
                conn.commit()
        except BaseException as fault:  # noqa: BLE001 - handed to the units' own threads
            self._recover(group, done, fault, worth_retrying=worth_retrying, apart=apart)

    def _recover(
        self, group: "list[_Job]", done: "list[_Job]", fault: BaseException, *, worth_retrying: bool, apart: bool
    ) -> None:
        if len(group) > 1 and not apart and not worth_retrying and not _is_io_error(fault):
            self._commit(group, apart=True)
            return
        for job in group:
            if job.error is not None and job not in done:
                continue
            if worth_retrying and len(group) > 1 and not _is_io_error(fault):
                self._commit([job], apart=False)
            else:
                job.error = fault

    @contextmanager
    def _transaction(self) -> Iterator[tuple[Connection, Any]]:
        """Begin a transaction on the kept connection, and undo what is not committed in the end."""
        conn = self._kept or self._engine.connect()
        self._kept = None
        is_sound = False
        try:
            conn.begin()
            raw: Any = conn.connection.dbapi_connection
            try:
                yield conn, raw
                is_sound = True
            finally:
                if raw.in_transaction:  # SQLAlchemy forgets a failed COMMIT, SQLite does not
                    raw.rollback()
        finally:
            if is_sound:
                self._kept = conn
            else:
                conn.close()


def is_in_group() -> bool:
    """Tell whether this thread is running a group right now."""
    return getattr(_own, "open", False)


class _Job:
    __slots__ = ("context", "error", "leads", "result", "unit", "wake")

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.context = contextvars.copy_context()
        self.result: Any = None
        self.error: BaseException | None = None
        self.leads = False
        self.wake = threading.Lock()
        self.wake.acquire()

    def run(self, conn: Connection, answers: dict[str, Any]) -> None:
        try:
            self.result = self.context.run(self.unit, conn, answers)
        except BaseException as fault:
            self.error = fault
            raise


def _run_in_savepoint(job: _Job, conn: Connection, raw: Any) -> bool:
    raw.execute("SAVEPOINT unit")
    try:
        job.run(conn, {})
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
