"""An installation of its own with a browser in front of it, for benchmarks of what people see."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.e2e.conftest import CHROMIUM, Installation, Mailbox, _wait_until_ready, free_port
from tests.e2e.desk import Desk


@contextmanager
def workspace() -> Iterator[Desk]:
    """Start an installation, sign a person in, and take everything away afterwards."""
    home = Path(tempfile.mkdtemp())
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("FORMLOOM_")},
        "FORMLOOM_HOME": str(home / "home"), "FORMLOOM_BASE_URL": f"http://127.0.0.1:{port}", "FORMLOOM_LOG": "warning",
    }  # fmt: skip
    log = (home / "log").open("w+")
    root = Path(__file__).resolve().parents[2]
    server = subprocess.Popen(
        [sys.executable, str(root / "app.py"), "serve", "--port", str(port)], env=environment, stdout=log, stderr=log
    )
    try:
        house = Installation(f"http://127.0.0.1:{port}", Mailbox(), environment)
        _wait_until_ready(house.url)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            yield Desk(house, browser, home / "log")
            browser.close()
    finally:
        server.terminate()
        server.wait(40)
        shutil.rmtree(home, ignore_errors=True)
