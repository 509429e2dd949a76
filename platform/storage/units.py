"""Units of work: one look at the database, or one transaction that writes.

A unit asks through `conn`. What it leaves behind for others (a record, its history, its event) it hands to `leave`:
on PostgreSQL such rows are gathered and go in one statement, at the latest before the unit asks for `conn` again or
ends. A unit that does nothing else never opens a transaction of its own: its one statement is one, and carries the
proof of what was assumed with it. That is one round trip instead of four.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection

from formloom.platform.storage.engines import begin_asking
from formloom.platform.storage.prepared import Insertion, insert, insert_alone

Dialect = Literal["sqlite", "postgresql"]


class AssumptionWrong(Exception):
    """What was believed when the work began has changed; the work is to be begun again."""


@dataclass(slots=True)
class Assumption:
    """Something believed without having asked: that `question` still has the answer `expected`.

    The question is a constant of ours, SQL for one value under the name `value`, so that it can be sent along with
    the first statement.
    """

    question: str
    expected: str
    is_proved: bool = False

    def compare(self, answer: object) -> None:
        """Take the answer. Raises AssumptionWrong."""
        if answer != self.expected:
            raise AssumptionWrong
        self.is_proved = True


class ReadUnit:
    """One look at the database: on SQLite one snapshot, on PostgreSQL one connection."""

    __slots__ = ("_answers", "_conn", "dialect")

    def __init__(self, conn: Connection, dialect: Dialect, answers: dict[str, Any] | None = None) -> None:
        self._conn = conn
        self.dialect = dialect
        self._answers = {} if answers is None else answers

    @property
    def conn(self) -> Connection:
        """Return the connection, to ask something."""
        return self._conn

    def ask(self, question: str) -> Any:
        """Return the one value that `question` (a constant of ours, without parameters) gives, or None.

        For what every request asks: it is asked once in a transaction, and who changes the answer calls `forget`.
        On SQLite the driver answers faster than SQLAlchemy can hand the question on.
        """
        if question not in self._answers:
            self._answers[question] = self._asked(question)
        return self._answers[question]

    def forget(self, question: str) -> None:
        """Ask anew next time, because this unit changes the answer."""
        self._answers.pop(question, None)

    def _asked(self, question: str) -> Any:
        conn = self.conn
        if self.dialect == "postgresql":
            return conn.exec_driver_sql(question).scalar()
        if not conn.in_transaction():
            conn.begin()
        raw: Any = conn.connection.dbapi_connection
        row = raw.execute(question).fetchone()
        return None if row is None else row[0]


class UnitOfWork(ReadUnit):
    """One transaction that writes; see `Database.write`."""

    __slots__ = ("_afterwards", "_left")

    def __init__(
        self, conn: Connection, dialect: Dialect, afterwards: list[Callable[[], None]],
        answers: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(conn, dialect, answers)
        self._afterwards = afterwards
        self._left: list[Insertion] = []

    def leave(self, *insertions: Insertion) -> None:
        """Insert rows that this unit has no further questions about, in their order, before it ends."""
        insert(self._conn, *insertions)

    def settle(self) -> None:
        """Let the database have what was left so far, so that it refuses now what it does not take."""
        _ = self.conn

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Undo what is done within, and only that, when it raises; the unit goes on."""
        savepoint = self.conn.begin_nested()
        try:
            yield
        except BaseException:
            self._left.clear()
            savepoint.rollback()
            raise
        savepoint.commit()

    def after_commit(self, act: Callable[[], None]) -> None:
        """Run `act` once the transaction is durable; never if it fails. Must not raise."""
        self._afterwards.append(act)


class LazyUnitOfWork(UnitOfWork):
    """One on PostgreSQL, which begins its transaction when it first needs one."""

    __slots__ = ("_assumption", "_is_begun")

    def __init__(self, conn: Connection, afterwards: list[Callable[[], None]], assumption: Assumption | None) -> None:
        super().__init__(conn, "postgresql", afterwards)
        self._assumption = assumption
        self._is_begun = False
        if assumption is not None:
            self._answers[assumption.question] = assumption.expected

    @property
    def conn(self) -> Connection:
        """Return the connection, inside a transaction that holds what was left so far. Raises AssumptionWrong."""
        self._begin()
        left, self._left = self._left, []
        insert(self._conn, *left)
        return self._conn

    def leave(self, *insertions: Insertion) -> None:
        self._left += [(one, rows) for one, rows in insertions if rows]

    def commit(self) -> None:
        """Make everything durable. Raises AssumptionWrong, with nothing written."""
        if not self._is_begun and self._left and all(len(rows) == 1 for _one, rows in self._left):
            proof = (self._assumption.question, self._assumption.expected) if self._assumption else None
            if not insert_alone(self._conn, self._left, proof):
                raise AssumptionWrong
            if self._assumption is not None:
                self._assumption.is_proved = True
        elif self._is_begun or self._left or self._assumption is not None:
            self.conn.commit()

    def _begin(self) -> None:
        if self._is_begun:
            return
        self._is_begun = True
        answer = begin_asking(self._conn, self._assumption.question if self._assumption else None)
        if self._assumption is not None:
            self._assumption.compare(answer)
