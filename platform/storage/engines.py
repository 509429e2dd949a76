"""How connections are opened: the settings that durability and correctness rest on.

SQLite: WAL, `synchronous=FULL`, foreign keys on, the driver's own transaction handling off
(`isolation_level=None`), readers begin with BEGIN and can't write (`query_only`), writers with BEGIN IMMEDIATE.
With the driver's defaults DDL would survive a rollback. PostgreSQL: readers can't write either, and are without a
transaction, which would cost two round trips and, at READ COMMITTED, hold nothing together; pool = threads.
Writers send their BEGIN themselves (the driver is left in its autocommit mode), so that what a unit has to ask first
can go along with it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from formloom.platform.storage.group_commit import NestedWrite, is_in_group

BEGIN = "BEGIN"
POOL_SIZE = 16
READ_TIMEOUT_MS = 15_000


def sqlite_engine(path: Path, *, writes: bool) -> Engine:
    """Return an engine on the SQLite file `path`; one that may only read unless `writes`."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        pool_size=1 if writes else POOL_SIZE,
        max_overflow=1 if writes else 0,
        pool_timeout=10,
        connect_args={"isolation_level": None, "timeout": 5, "cached_statements": 512, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: object) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "wal_autocheckpoint=1000",
            "journal_size_limit=67108864",
            f"query_only={int(not writes)}",
        ):
            raw.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        if writes and is_in_group():
            raise NestedWrite("this unit of work already writes")
        raw: Any = conn.connection.dbapi_connection
        begin = "BEGIN IMMEDIATE" if writes else "BEGIN"
        try:
            raw.execute(begin)
        except sqlite3.Error as fault:  # the file is locked, say
            raise DBAPIError.instance(begin, None, fault, sqlite3.Error) from fault

    def _guard_end(_conn: Connection) -> None:
        if writes and is_in_group():
            raise NestedWrite("only the unit of work ends its transaction")

    event.listen(engine, "commit", _guard_end)
    event.listen(engine, "rollback", _guard_end)
    return engine


def postgresql_engine(url: str, *, writes: bool, pool_size: int = POOL_SIZE) -> Engine:
    """Return an engine on PostgreSQL; one that may only read unless `writes`. As many connections as threads."""
    options = "-c timezone=UTC -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000"
    if not writes:
        options += f" -c default_transaction_read_only=on -c statement_timeout={READ_TIMEOUT_MS}"
    engine = create_engine(
        url, pool_size=pool_size, max_overflow=4, pool_timeout=10, connect_args={"options": options},
        isolation_level="AUTOCOMMIT",
    )  # fmt: skip
    if writes:
        event.listen(engine, "begin", _begin_and_ask)
    return engine


def begin_asking(conn: Connection, question: str | None) -> Any:
    """Begin a transaction of a PostgreSQL writer, send `question` along, and return its answer (or None)."""
    answers: list[Any] = []
    if question is not None:
        conn.info[_ASKED] = (question, answers)
    conn.begin()
    return answers[0] if answers else None


_ASKED = "formloom.asked"


def _begin_and_ask(conn: Connection) -> None:
    question, answers = conn.info.pop(_ASKED, (None, None))
    raw: Any = conn.connection.dbapi_connection
    with told_by(conn, BEGIN), raw.cursor() as cursor:
        if question is None:
            cursor.execute(BEGIN, prepare=False)
            return
        cursor.execute(f"{BEGIN}; {question}", prepare=False)  # without parameters several statements may go together
        cursor.nextset()
        row = cursor.fetchone()
        answers.append(None if row is None else row[0])


@contextmanager
def told_by(conn: Connection, statement: str) -> Iterator[None]:
    """Raise a fault of PostgreSQL's driver as SQLAlchemy would, and have a dead connection replaced."""
    try:
        yield
    except psycopg.Error as fault:
        raw: Any = conn.connection.dbapi_connection
        is_lost = isinstance(fault, psycopg.OperationalError) and raw.closed
        if is_lost:
            conn.invalidate(fault)
            conn.engine.dispose()  # a server that went away took the others along
        raise DBAPIError.instance(statement, None, fault, psycopg.Error, connection_invalidated=is_lost) from fault
