"""Databases for tests: a PostgreSQL database that is put back to how it was, since making one costs half a second.

    kept = Kept.made()          # an empty database of this process
    …                           # set it up once
    kept.remember()
    …                           # a test does with it what it likes
    kept.put_back()             # every row, table and sequence as remembered
    kept.drop()

What a test added is dropped, rows come back by COPY. When a test changed a remembered table itself (a column more, a
constraint less), the rows can't come back: `put_back` says so by returning False, and the caller makes another.
"""

import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

POSTGRES = os.environ.get("FORMLOOM_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
_SHAPE = """
    SELECT c.relkind::text || ' ' || c.relname || ' ' || coalesce(
        (SELECT string_agg(a.attname || ':' || format_type(a.atttypid, a.atttypmod) || ':' || a.attnotnull, ',' ORDER BY a.attnum)
         FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '')
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'i', 'S')
    UNION ALL
    SELECT 'c ' || conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
"""
_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@dataclass
class Kept:
    """See the module."""

    name: str
    _shape: frozenset[str] = frozenset()
    _rows: dict[str, bytes] = field(default_factory=dict)
    _counters: dict[str, tuple[int, bool]] = field(default_factory=dict)

    @classmethod
    def made(cls, *, is_hasty: bool = False) -> "Kept":
        """Make an empty database; a hasty one does not wait for the disk, for tests in which no server falls over."""
        made = cls(f"formloom_test_{uuid.uuid4().hex[:12]}")
        administer(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(made.name)))
        if is_hasty:
            administer(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(made.name)))
        return made

    @property
    def url(self) -> str:
        """Return the address by which Formloom opens it."""
        return f"{POSTGRES.rsplit('/', 1)[0].replace('postgresql://', 'postgresql+psycopg://')}/{self.name}"

    def remember(self) -> None:
        """Take what stands in the database as what it is put back to."""
        with self._open() as conn:
            self._shape = self._shape_now(conn)
            self._rows = {table: _taken(conn, table) for table in _called(self._shape, "r")}
            for name in _called(self._shape, "S"):
                query = sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(name))
                self._counters[name] = conn.execute(query).fetchone() or (1, False)

    def put_back(self) -> bool:
        """Put everything back; return whether that could be done."""
        with self._open() as conn:
            conn.execute(_OTHERS)
            for kind, command in (("r", "DROP TABLE {} CASCADE"), ("i", "DROP INDEX {}")):
                for name in _called(self._shape_now(conn) - self._shape, kind):
                    if name not in self._rows:
                        conn.execute(sql.SQL(command).format(sql.Identifier(name)))
            if self._shape_now(conn) != self._shape:
                return False
            # Keys between tables would ask for an order of tables that a test may have filled in any other.
            conn.execute("SET session_replication_role = replica")
            conn.execute(
                sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(sql.Identifier(one)) for one in self._rows)
            )
            for table, content in self._rows.items():
                if content:
                    with conn.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                        copy.write(content)
            for name, (last, is_called) in self._counters.items():
                conn.execute("SELECT setval(%s::regclass, %s, %s)", (f'"{name}"', last, is_called))
        return True

    def drop(self) -> None:
        """Remove the database, whoever is still connected."""
        administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name)))

    def _shape_now(self, conn: psycopg.Connection) -> frozenset[str]:
        return frozenset(row[0] for row in conn.execute(_SHAPE))

    @contextmanager
    def _open(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(POSTGRES.rsplit("/", 1)[0] + f"/{self.name}", autocommit=True) as conn:
            yield conn


def administer(*statements: sql.Composable) -> None:
    """Run statements that stand in no transaction, outside of any test's database."""
    with psycopg.connect(POSTGRES, autocommit=True) as admin:
        for statement in statements:
            admin.execute(statement)


def _called(shape: Iterable[str], kind: str) -> list[str]:
    return [entry.split()[1] for entry in sorted(shape) if entry.startswith(f"{kind} ")]


def _taken(conn: psycopg.Connection, table: str) -> bytes:
    with conn.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
        return b"".join(bytes(part) for part in copy)
