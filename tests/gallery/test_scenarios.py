"""The story of each package, played on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest

from formloom.app import build
from formloom.builders.gallery import shelf
from formloom.platform.kernel.clock import FrozenClock

from .scenario import Story


@pytest.mark.slow
@pytest.mark.parametrize("slug", shelf.slugs())
def test_the_story_of_the_package_comes_true(slug: str, database_url: str, tmp_path: Path, clock: FrozenClock) -> None:
    environ = {"FORMLOOM_HOME": str(tmp_path / "home"), "FORMLOOM_DATABASE_URL": database_url}
    formloom = build(environ, clock=clock)
    try:
        Story(formloom, clock, shelf.get(slug)).play()
    finally:
        formloom.close()
