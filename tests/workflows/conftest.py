"""The registries, as every process has them; an installation on SQLite and on PostgreSQL.

Setting one up takes a second, so it is done once for each database; every test gets a copy.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from formloom.platform.kernel.clock import FrozenClock
from formloom.workflows import registries

from .house import House, Open, copy_of, set_up

POSTGRES = os.environ.get("FORMLOOM_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
registries.discover()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, House]]:
    """Yield a place for one installation of each kind of database, made when first asked for."""
    made: dict[str, House] = {}
    yield made
    if "postgresql" in made:
        _administer(f'DROP DATABASE "{made["postgresql"].database}" WITH (FORCE)')


@pytest.fixture
def opened(database_url: str, tmp_path: Path, clock: FrozenClock, prepared: dict[str, House]) -> Iterator[Open]:
    """Yield a function that opens the installation with further settings, such as a mail server."""
    made: list[House] = []
    kind = database_url.partition(":")[0].partition("+")[0]
    home = tmp_path / "home"

    def open_with(**environ: Any) -> House:
        if kind not in prepared:
            prepared[kind] = _prepare(database_url, tmp_path.parent / f"prepared-{kind}")
        model = prepared[kind]
        shutil.copytree(model.home, home, dirs_exist_ok=True)
        if kind == "sqlite":
            shutil.copy(model.database, database_url.removeprefix("sqlite:///"))
        elif not made:
            name = database_url.rpartition("/")[2]
            _administer(f'DROP DATABASE "{name}"', f'CREATE DATABASE "{name}" TEMPLATE "{model.database}"')
        made.append(copy_of(model, database_url, home, clock, environ))
        return made[-1]

    yield open_with
    for house in made:
        house.close()


@pytest.fixture
def house(opened: Open) -> House:
    """Return an installation without a mail server."""
    return opened()


def _prepare(database_url: str, folder: Path) -> House:
    folder.mkdir()
    if database_url.startswith("sqlite"):
        url = f"sqlite:///{folder / 'formloom.db'}"
    else:
        url = f"{database_url}_model"
        _administer(f'CREATE DATABASE "{url.rpartition("/")[2]}"')
    model = set_up(url, folder / "home")
    model.close()
    return model


def _administer(*statements: str) -> None:
    with psycopg.connect(POSTGRES, autocommit=True) as admin:
        for statement in statements:
            admin.execute(statement)
