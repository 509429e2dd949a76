"""Inserts compiled once: for the rows that every write leaves behind.

SQLAlchemy looks up its compiled form, builds a context and processes parameters on each execution; for an insert of
known columns that is more work than the insert. A `PreparedInsert` keeps the SQL and the columns' bind processors
per dialect and hands plain tuples to the driver. Values still only ever travel as bind parameters.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.exc import DBAPIError

Processor = Callable[[Any], Any] | None


class PreparedInsert:
    """An INSERT into `table` of exactly `columns` (all of them when not given)."""

    def __init__(self, table: Table, columns: Iterable[str] | None = None) -> None:
        self._table = table
        self._names = list(columns) if columns is not None else [column.name for column in table.columns]
        self._compiled: dict[str, tuple[str, list[tuple[str, Processor]]]] = {}

    def bound(self, dialect: Dialect, rows: Iterable[Mapping[str, Any]]) -> tuple[str, list[tuple[Any, ...]]]:
        """Return the SQL and the parameters of `rows`; a column that a row does not name is NULL."""
        sql, processors = self._compiled.get(dialect.name) or self._compile(dialect)
        return sql, [
            tuple(
                value if (value := row.get(name)) is None or process is None else process(value)
                for name, process in processors
            )
            for row in rows
        ]

    def _compile(self, dialect: Dialect) -> tuple[str, list[tuple[str, Processor]]]:
        quote = dialect.identifier_preparer.quote
        mark = "?" if dialect.paramstyle == "qmark" else "%s"
        columns = ", ".join(quote(name) for name in self._names)
        marks = ", ".join(mark for _ in self._names)
        sql = f"INSERT INTO {quote(self._table.name)} ({columns}) VALUES ({marks})"  # noqa: S608 - names of ours, quoted
        kinds = [self._table.c[name].type.dialect_impl(dialect) for name in self._names]
        processors: list[tuple[str, Processor]] = [
            (name, kind.bind_processor(dialect)) for name, kind in zip(self._names, kinds, strict=True)
        ]
        self._compiled[dialect.name] = (sql, processors)
        return self._compiled[dialect.name]


Insertion = tuple[PreparedInsert, Sequence[Mapping[str, Any]]]


def insert(conn: Connection, *insertions: Insertion) -> None:
    """Run insertions in their order; on PostgreSQL, single rows together in one round trip."""
    bound = [one.bound(conn.dialect, rows) for one, rows in insertions if rows]
    if len(bound) > 1 and conn.dialect.name == "postgresql" and all(len(many) == 1 for _sql, many in bound):
        first = ", ".join(f"i{place} AS ({sql})" for place, (sql, _many) in enumerate(bound[:-1]))
        conn.exec_driver_sql(f"WITH {first} {bound[-1][0]}", tuple(value for _sql, many in bound for value in many[0]))
        return
    if conn.dialect.name == "sqlite":
        _insert_by_driver(conn, bound)
        return
    for sql, many in bound:
        conn.exec_driver_sql(sql, many[0] if len(many) == 1 else many)


def _insert_by_driver(conn: Connection, bound: Iterable[tuple[str, list[tuple[Any, ...]]]]) -> None:
    """Hand rows to SQLite's driver, which takes less time for an insert than SQLAlchemy to hand it on."""
    raw: Any = conn.connection.dbapi_connection
    for sql, many in bound:
        try:
            raw.execute(sql, many[0]) if len(many) == 1 else raw.executemany(sql, many)
        except sqlite3.Error as fault:
            raise DBAPIError.instance(sql, None, fault, sqlite3.Error) from fault
