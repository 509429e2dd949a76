"""The unit of work: the only place where a transaction begins and ends.

When to use it: every use case that writes takes a `UnitOfWork`; the outermost caller (a request, the worker,
a command) passes a function to `Database.write`, which runs it, commits, and only then does what was left for
`after_commit`. Reading use cases take the `ReadUnit` of `Database.read()`, or the unit of work they run in.

    record = db.write(lambda uow: create(uow, actor, form, values, now=clock.now()))

What the caller believes from memory (who sends the request) is an `Assumption`: the first unit that is opened within
`assuming` proves it before anything else, in its own transaction, which is cheaper than to ask in one more.

When not: never keep a unit, never start a thread or wait for anything inside one, never talk to the network
(the guarded clients refuse while a transaction is open). On SQLite the function may run in another thread and
may run twice (see `group_commit`); on PostgreSQL it is run again after a deadlock or a serialization failure.
So it must not change anything outside the database; what must happen once, after success, is `after_commit`.
"""

import contextvars
import logging
import os
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from formloom.platform.storage.engines import BEGIN, postgresql_engine, sqlite_engine
from formloom.platform.storage.group_commit import GroupWriter
from formloom.platform.storage.turns import Turn
from formloom.platform.storage.units import Assumption, AssumptionWrong, Dialect, LazyUnitOfWork, ReadUnit, UnitOfWork

__all__ = ["Assumption", "AssumptionWrong", "Database", "DatabaseTroubled", "ReadUnit", "TransactionOpen", "UnitOfWork"]

T = TypeVar("T")
_RETRIED_STATES = frozenset({"40001", "40P01"})
_MAX_TRIES = 4
_open: contextvars.ContextVar[int] = contextvars.ContextVar("open_transactions", default=0)
_shared: contextvars.ContextVar["tuple[Database, ReadUnit] | None"] = contextvars.ContextVar("shared", default=None)
_assumed: contextvars.ContextVar["Assumption | None"] = contextvars.ContextVar("assumed", default=None)
_log = logging.getLogger(__name__)


DatabaseTroubled = OperationalError
"""What the database raises for its own reasons (a deadlock, a full disk, no connection), whatever the work was."""


class TransactionOpen(RuntimeError):
    """Something that may wait (network, sleep) was tried while a transaction was open."""


class Database:
    """One database, SQLite or PostgreSQL, given by its URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        parsed = make_url(url)
        self.dialect: Dialect = "sqlite" if parsed.get_backend_name() == "sqlite" else "postgresql"
        if self.dialect == "sqlite":
            self.path: Path | None = Path(parsed.database or "formloom.db")
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.writer_engine: Engine = sqlite_engine(self.path, writes=True)
            self._reader_engine = sqlite_engine(self.path, writes=False)
            self._turn = Turn(self.path)
            self._group = GroupWriter(self.writer_engine, self._turn)
        else:
            self.path = None
            self.writer_engine = postgresql_engine(url, writes=True)
            self._reader_engine = postgresql_engine(url, writes=False)
            _leave_to_parent(self)

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run `work` in one transaction and return its result once it is durable.

        Raises whatever `work` raises, with nothing written.
        """
        afterwards: list[Callable[[], None]] = []
        unproved = _unproved()

        def unit(conn: Connection, answers: dict[str, Any]) -> T:
            afterwards.clear()
            uow = UnitOfWork(conn, self.dialect, afterwards, answers)
            token = _open.set(_open.get() + 1)
            try:
                _prove(unproved, uow)
                return work(uow)
            finally:
                _open.reset(token)

        def lazy_unit(conn: Connection) -> T:
            afterwards.clear()
            uow = LazyUnitOfWork(conn, afterwards, unproved)
            token = _open.set(_open.get() + 1)
            try:
                result = work(uow)
                uow.commit()
            finally:
                _open.reset(token)
            return result

        result: T = self._group.run(unit) if self.dialect == "sqlite" else self._write_directly(lazy_unit)
        for act in afterwards:
            act()
        return result

    @contextmanager
    def read(self) -> Iterator[ReadUnit]:
        """Open a look at the database; inside `reading`, the one that is open there."""
        shared = _shared.get()
        if shared is not None and shared[0] is self:
            yield shared[1]
            return
        token = _open.set(_open.get() + 1)
        try:
            with self._reader_engine.connect() as conn:
                unit = ReadUnit(conn, self.dialect)
                _prove(_unproved(), unit)
                yield unit
        finally:
            _open.reset(token)

    @contextmanager
    def snapshot(self) -> Iterator[ReadUnit]:
        """Open a look at the database in which nothing changes however long it lasts: for a backup."""
        if self.dialect == "sqlite":
            with self.read() as unit:
                yield unit
            return
        with self.writer_engine.connect() as conn:
            conn.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield ReadUnit(conn, self.dialect)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let every `read` within share one look: a request that only reads."""
        with self.read() as unit:
            token = _shared.set((self, unit))
            try:
                yield
            finally:
                _shared.reset(token)

    @contextmanager
    def assuming(self, assumption: Assumption) -> Iterator[None]:
        """Let every unit within prove `assumption` first; when none was opened, prove it in the end.

        Raises AssumptionWrong, with nothing written.
        """
        token = _assumed.set(assumption)
        try:
            yield
        except AssumptionWrong:
            raise
        except BaseException:
            self._prove_late(assumption)
            raise
        else:
            self._prove_late(assumption)
        finally:
            _assumed.reset(token)

    def _prove_late(self, assumption: Assumption) -> None:
        if not assumption.is_proved:
            with self.read():
                pass

    def let_go(self) -> None:
        """Forget every connection without closing it: in a forked process they are the parent's."""
        self.writer_engine.dispose(close=False)
        self._reader_engine.dispose(close=False)

    def close(self) -> None:
        """Close every connection."""
        if self.dialect == "sqlite":
            self._group.close()
            self._turn.close()
        self.writer_engine.dispose()
        self._reader_engine.dispose()

    def _write_directly(self, unit: Callable[[Connection], T]) -> T:
        for attempt in range(1, _MAX_TRIES + 1):
            try:
                with self.writer_engine.connect() as conn:
                    return unit(conn)
            except DBAPIError as fault:
                if not _may_be_repeated(fault) or attempt == _MAX_TRIES:
                    raise
                _log.info("transaction tried again", extra={"attempt": attempt})
        raise AssertionError("unreachable")


def _leave_to_parent(db: Database) -> None:
    """Let processes that are forked from this one open connections of their own (servers that load the app first)."""
    found = weakref.ref(db)

    def let_go() -> None:
        if (inherited := found()) is not None:
            inherited.let_go()

    os.register_at_fork(after_in_child=let_go)


def _may_be_repeated(fault: DBAPIError) -> bool:
    """Tell whether the database undid everything and another try may succeed, or nothing had begun yet."""
    never_began = fault.connection_invalidated and fault.statement == BEGIN
    return never_began or getattr(fault.orig, "sqlstate", None) in _RETRIED_STATES


def _unproved() -> Assumption | None:
    assumption = _assumed.get()
    return None if assumption is None or assumption.is_proved else assumption


def _prove(assumption: Assumption | None, unit: ReadUnit) -> None:
    """Prove it in this unit, each time that the unit is run. Raises AssumptionWrong."""
    if assumption is not None:
        assumption.compare(unit.ask(assumption.question))


def ensure_no_transaction() -> None:
    """Refuse to go on while a transaction is open. Raises TransactionOpen."""
    if _open.get():
        raise TransactionOpen("no network call while a transaction is open")
