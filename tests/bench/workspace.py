"""An installation of its own with a browser in front of it, for benchmarks of what people see."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.e2e.conftest import CHROMIUM, serving
from tests.e2e.desk import Desk


@contextmanager
def workspace() -> Iterator[Desk]:
    """Start an installation, sign a person in, and take everything away afterwards."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as house, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield Desk(house, browser, Path(folder) / "log")
        browser.close()
