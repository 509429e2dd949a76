"""Fixtures that every room's tests share: a real database of each kind, a frozen clock."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from formloom.platform.kernel.clock import FrozenClock
from formloom.platform.storage.database import Database
from formloom.platform.storage.migrate import upgrade

POSTGRES = os.environ.get("FORMLOOM_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


def _postgres_answers() -> bool:
    try:
        psycopg.connect(POSTGRES, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


HAS_POSTGRES = _postgres_answers()
DATABASES = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.skipif(not HAS_POSTGRES, reason="PostgreSQL is not running here")),
]


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the URL of an empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'formloom.db'}"
        return
    name = f"formloom_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(POSTGRES, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    base = POSTGRES.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://")
    try:
        yield f"{base}/{name}"
    finally:
        with psycopg.connect(POSTGRES, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """Yield a database with the system tables of the newest revision."""
    database = Database(database_url)
    upgrade(database)
    yield database
    database.close()


@pytest.fixture
def clock() -> FrozenClock:
    """Return a clock that stands at 2026-11-23 06:00 UTC."""
    return FrozenClock()
