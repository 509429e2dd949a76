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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from formloom.platform.storage.engines import postgresql_engine, sqlite_engine
from formloom.platform.storage.group_commit import GroupWriter
from formloom.platform.storage.turns import Turn

T = TypeVar("T")
Dialect = Literal["sqlite", "postgresql"]
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


class AssumptionWrong(Exception):
    """What was believed when the work began has changed; the work is to be begun again."""


@dataclass(slots=True)
class Assumption:
    """Something believed without having asked. `prove` raises AssumptionWrong when it does not hold."""

    prove: "Callable[[ReadUnit], None]"
    is_proved: bool = False


@dataclass(slots=True)
class ReadUnit:
    """One look at the database: on SQLite one snapshot, on PostgreSQL one connection.

    `memory` keeps what was read once and can't change while the unit lasts, such as the access epoch.
    """

    conn: Connection
    dialect: Dialect
    memory: dict[str, Any] = field(default_factory=dict)

    def ask(self, sql: str) -> Any:
        """Return the one value that `sql` (a constant of ours, without parameters) gives, or None.

        For what every request asks: on SQLite the driver answers faster than SQLAlchemy can hand the question on.
        """
        if self.dialect == "postgresql":
            return self.conn.exec_driver_sql(sql).scalar()
        if not self.conn.in_transaction():
            self.conn.begin()
        raw: Any = self.conn.connection.dbapi_connection
        row = raw.execute(sql).fetchone()
        return None if row is None else row[0]


@dataclass(slots=True)
class UnitOfWork(ReadUnit):
    """One transaction that writes."""

    _afterwards: list[Callable[[], None]] = field(default_factory=list)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Undo what is done within, and only that, when it raises; the unit goes on."""
        savepoint = self.conn.begin_nested()
        try:
            yield
        except BaseException:
            savepoint.rollback()
            raise
        savepoint.commit()

    def after_commit(self, act: Callable[[], None]) -> None:
        """Run `act` once the transaction is durable; never if it fails. Must not raise."""
        self._afterwards.append(act)


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

    def write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Run `work` in one transaction and return its result once it is durable.

        Raises whatever `work` raises, with nothing written.
        """
        afterwards: list[Callable[[], None]] = []

        def unit(conn: Connection) -> T:
            afterwards.clear()
            uow = UnitOfWork(conn, self.dialect, _afterwards=afterwards)
            token = _open.set(_open.get() + 1)
            try:
                _prove(uow)
                return work(uow)
            finally:
                _open.reset(token)

        result: T = self._group.run(unit) if self.dialect == "sqlite" else self._write_directly(unit)
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
                _prove(unit)
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

    def close(self) -> None:
        """Close every connection."""
        self.writer_engine.dispose()
        self._reader_engine.dispose()
        if self.dialect == "sqlite":
            self._turn.close()

    def _write_directly(self, unit: Callable[[Connection], T]) -> T:
        for attempt in range(1, _MAX_TRIES + 1):
            try:
                with self.writer_engine.begin() as conn:
                    return unit(conn)
            except DBAPIError as fault:
                if getattr(fault.orig, "sqlstate", None) not in _RETRIED_STATES or attempt == _MAX_TRIES:
                    raise
                _log.info("transaction tried again", extra={"attempt": attempt})
        raise AssertionError("unreachable")


def _prove(unit: ReadUnit) -> None:
    assumption = _assumed.get()
    if assumption is not None and not assumption.is_proved:
        assumption.prove(unit)
        assumption.is_proved = True


def ensure_no_transaction() -> None:
    """Refuse to go on while a transaction is open. Raises TransactionOpen."""
    if _open.get():
        raise TransactionOpen("no network call while a transaction is open")
