"""The registries, as every process has them; an installation on SQLite and on PostgreSQL.

Setting one up takes a second, so it is done once for each database; every test gets a copy.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from formloom.platform.kernel.clock import FrozenClock
from formloom.workflows import registries
from formloom.workflows.channels import http, smtp
from tests.conftest import give_back
from tests.databases import Kept
from tests.waiting import PATIENCE_S

from .house import House, Open, copy_of, set_up

registries.discover()


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no call and no mail fail because this machine stood still for a while."""
    monkeypatch.setattr(http, "TOTAL_S", PATIENCE_S)
    for name in ("TIMEOUT_S", "TOTAL_S"):
        monkeypatch.setattr(smtp, name, PATIENCE_S)


@pytest.fixture(scope="session")
def prepared() -> dict[str, House]:
    """Return a place for one installation of each kind of database, made when first asked for."""
    return {}


@pytest.fixture
def opened(
    database_kind: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, clock: FrozenClock,
    prepared: dict[str, House], kept: dict[str, Kept],
) -> Iterator[Open]:  # fmt: skip
    """Yield a function that opens the installation with further settings, such as a mail server."""
    made: list[House] = []
    home = tmp_path / "home"

    def open_with(**environ: Any) -> House:
        if database_kind == "sqlite":
            if "sqlite" not in prepared:
                folder = tmp_path_factory.mktemp("prepared")
                prepared["sqlite"] = _prepare(f"sqlite:///{folder / 'formloom.db'}", folder)
            url = f"sqlite:///{shutil.copy(prepared['sqlite'].database, tmp_path / 'formloom.db')}"
        else:
            if "house" not in kept:
                kept["house"] = Kept.made(is_hasty=True)
                prepared["postgresql"] = _prepare(kept["house"].url, tmp_path_factory.mktemp("prepared"))
                kept["house"].remember()
            url = kept["house"].url
        model = prepared[database_kind]
        shutil.copytree(model.home, home, dirs_exist_ok=True)
        made.append(copy_of(model, url, home, clock, environ))
        return made[-1]

    yield open_with
    for house in made:
        house.close()
    if database_kind == "postgresql" and made:
        give_back(kept, "house")


@pytest.fixture
def house(opened: Open) -> House:
    """Return an installation without a mail server."""
    return opened()


@pytest.fixture
def office(house: House) -> House:
    """Return an installation with four more people."""
    for name in ("bob", "cyd", "dan", "eve"):
        house.person(name)
    return house


def _prepare(url: str, folder: Path) -> House:
    model = set_up(url, folder / "home")
    model.close()
    return model
