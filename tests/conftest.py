"""Fixtures that every room's tests share: a real database of each kind, a frozen clock."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from formloom.platform.kernel.clock import FrozenClock
from formloom.platform.storage.database import Database
from formloom.platform.storage.migrate import upgrade
from tests.databases import POSTGRES, Kept

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
"""How long an example takes says more about the machine than about us."""


def _postgres_answers() -> bool:
    try:
        psycopg.connect(POSTGRES, connect_timeout=60).close()
    except psycopg.OperationalError:
        return False
    return True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the browser tests: they take longest, and what is left at the end can't be shared out any more."""
    items.sort(key=lambda item: "e2e" not in item.path.parts)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what asks for a database once on SQLite and once on PostgreSQL; `one_database` says that SQLite will do.

    That is for tests of pages and guards, whose statements others run on both.
    """
    if "database_kind" in metafunc.fixturenames and not _is_chosen(metafunc):
        is_one = metafunc.definition.get_closest_marker("one_database") is not None
        metafunc.parametrize("database_kind", DATABASES[:1] if is_one else DATABASES, indirect=True)


def _is_chosen(metafunc: pytest.Metafunc) -> bool:
    return any(mark.args[0] == "database_kind" for mark in metafunc.definition.iter_markers("parametrize"))


HAS_POSTGRES = _postgres_answers()
DATABASES = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.skipif(not HAS_POSTGRES, reason="PostgreSQL is not running here")),
]


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return which database the test runs on; see `pytest_generate_tests`."""
    return str(request.param)


@pytest.fixture(scope="session")
def sqlite_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with the system tables and nothing else, for tests to copy."""
    path = tmp_path_factory.mktemp("model") / "formloom.db"
    _upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def kept() -> Iterator[dict[str, Kept]]:
    """Yield a place for the PostgreSQL databases of this process, by what stands in them."""
    databases: dict[str, Kept] = {}
    yield databases
    for one in databases.values():
        one.drop()


@pytest.fixture
def database_url(database_kind: str, tmp_path: Path, sqlite_model: Path, kept: dict[str, Kept]) -> Iterator[str]:
    """Yield the URL of a database with the system tables of the newest revision and nothing in them."""
    if database_kind == "sqlite":
        yield f"sqlite:///{shutil.copy(sqlite_model, tmp_path / 'formloom.db')}"
        return
    if "system" not in kept:
        made = Kept.made(is_hasty=True)
        _upgrade(made.url)
        made.remember()
        kept["system"] = made
    yield kept["system"].url
    give_back(kept, "system")


def give_back(kept: dict[str, Kept], name: str) -> None:
    """Put a database back for the next test, or let go of it where that can't be done."""
    if not kept[name].put_back():
        kept.pop(name).drop()


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """Yield a database with the system tables of the newest revision."""
    database = Database(database_url)
    yield database
    database.close()


def _upgrade(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.close()


@pytest.fixture
def clock() -> FrozenClock:
    """Return a clock that stands at 2026-11-23 06:00 UTC."""
    return FrozenClock()
