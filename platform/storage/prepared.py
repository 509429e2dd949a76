"""Inserts compiled once: for the rows that every write leaves behind.

SQLAlchemy looks up its compiled form, builds a context and processes parameters on each execution; for an insert of
known columns that is more work than the insert. A `PreparedInsert` keeps the SQL and the columns' bind processors
per dialect and hands plain tuples to the driver. Values still only ever travel as bind parameters.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.exc import DBAPIError

from formloom.platform.storage.engines import told_by

Processor = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    into: str
    marks: str
    names: tuple[str, ...]
    processors: tuple[tuple[int, Processor], ...]
    """Place and processor of the columns whose values the driver does not take as they are."""


class PreparedInsert:
    """An INSERT into `table` of exactly `columns` (all of them when not given)."""

    def __init__(self, table: Table, columns: Iterable[str] | None = None) -> None:
        self._table = table
        self._names = tuple(columns) if columns is not None else tuple(column.name for column in table.columns)
        self._compiled: dict[str, _Compiled] = {}

    def compiled(self, dialect: Dialect) -> _Compiled:
        """Return what is the same for all rows: the SQL in two parts and how values are converted."""
        return self._compiled.get(dialect.name) or self._compile(dialect)

    def _compile(self, dialect: Dialect) -> _Compiled:
        quote = dialect.identifier_preparer.quote
        mark = "?" if dialect.paramstyle == "qmark" else "%s"
        columns = ", ".join(quote(name) for name in self._names)
        kinds = [self._table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in self._names]
        compiled = _Compiled(
            f"INSERT INTO {quote(self._table.name)} ({columns})", ", ".join(mark for _ in self._names), self._names,
            tuple((place, process) for place, process in enumerate(kinds) if process is not None),
        )  # fmt: skip
        self._compiled[dialect.name] = compiled
        return compiled


Insertion = tuple[PreparedInsert, Sequence[Mapping[str, Any]]]


def insert(conn: Connection, *insertions: Insertion) -> None:
    """Run insertions in their order; on PostgreSQL, single rows together in one round trip."""
    bound = [_bound(one, conn.dialect, rows) for one, rows in insertions if rows]
    if not bound:
        return
    if conn.dialect.name == "sqlite":
        _insert_by_driver(conn, bound)
        return
    if len(bound) > 1 and all(len(many) == 1 for _compiled, many in bound):
        parts = [f"{one.into} VALUES ({one.marks})" for one, _many in bound]
        conn.exec_driver_sql(_together([], parts), _values(bound))
        return
    for compiled, many in bound:
        conn.exec_driver_sql(f"{compiled.into} VALUES ({compiled.marks})", many[0] if len(many) == 1 else many)


def insert_alone(conn: Connection, insertions: Sequence[Insertion], proof: tuple[str, str] | None) -> bool:
    """Insert one row into each of several tables of PostgreSQL by one statement that is its own transaction.

    Nothing is written, and False returned, unless the question of the proof (SQL for one value, under the name
    `value`) has the answer that stands beside it.
    """
    bound = [_bound(one, conn.dialect, rows) for one, rows in insertions]
    parts = [f"{one.into} SELECT {one.marks} FROM proof" for one, _many in bound]  # noqa: S608 - names of ours, quoted
    asked = f"({proof[0]}) AS asked WHERE asked.value = %s" if proof else "(VALUES (1)) AS asked"
    sql = _together([f"proof AS (SELECT 1 FROM {asked})"], parts)  # noqa: S608 - the question is a constant of ours
    raw: Any = conn.connection.dbapi_connection
    with told_by(conn, sql), raw.cursor() as cursor:
        cursor.execute(sql, ((proof[1],) if proof else ()) + _values(bound))
        return bool(cursor.rowcount)


_Bound = tuple[_Compiled, list[tuple[Any, ...]]]


def _bound(prepared: PreparedInsert, dialect: Dialect, rows: Iterable[Mapping[str, Any]]) -> _Bound:
    """Return the parameters of `rows`; a column that a row does not name is NULL."""
    compiled = prepared.compiled(dialect)
    many: list[tuple[Any, ...]] = []
    for row in rows:
        values = [row.get(name) for name in compiled.names]
        for place, process in compiled.processors:
            if values[place] is not None:
                values[place] = process(values[place])
        many.append(tuple(values))
    return compiled, many


def _together(before: Sequence[str], parts: Sequence[str]) -> str:
    first = [*before, *(f"i{place} AS ({sql})" for place, sql in enumerate(parts[:-1]))]
    return f"WITH {', '.join(first)} {parts[-1]}" if first else parts[-1]


def _values(bound: Iterable[_Bound]) -> tuple[Any, ...]:
    return tuple(value for _compiled, many in bound for value in many[0])


def _insert_by_driver(conn: Connection, bound: Iterable[_Bound]) -> None:
    """Hand rows to SQLite's driver, which takes less time for an insert than SQLAlchemy to hand it on."""
    raw: Any = conn.connection.dbapi_connection
    for compiled, many in bound:
        sql = f"{compiled.into} VALUES ({compiled.marks})"
        try:
            raw.execute(sql, many[0]) if len(many) == 1 else raw.executemany(sql, many)
        except sqlite3.Error as fault:
            raise DBAPIError.instance(sql, None, fault, sqlite3.Error) from fault
