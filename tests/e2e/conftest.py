"""A running installation with a real mail server, and a real browser."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, expect, sync_playwright

from tests.waiting import PATIENCE_S, until

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
PASSWORD = "correct-horse-battery"
EMAIL = "lead@example.com"
WAITS_MS = 60_000
"""How long a page is waited for; not before that is something missing."""
TOASTS_STAY = """(() => {
  const wait = window.setTimeout
  window.setTimeout = (act, ms, ...more) => wait(act, [5000, 8000, 10000].includes(ms) ? 30000 : ms, ...more)
})()"""
"""Short messages stay long enough for a browser that stands still meanwhile."""
expect.set_options(timeout=WAITS_MS)


class Mailbox:
    """A mail server that keeps what it took."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        await asyncio.sleep(0)
        return "250 taken"

    def wait_for(self, to: str, number: int = 1) -> list[EmailMessage]:
        """Return the mails to an address once there are `number` of them."""

        def found() -> list[EmailMessage]:
            came = [mail for mail in self.mails if to in str(mail["To"])]
            return came if len(came) >= number else []

        return until(
            found, lambda: f"{number} mails to {to}; to these some came: {[str(one['To']) for one in self.mails]}"
        )


@dataclass
class Installation:
    """A server that runs."""

    url: str
    mailbox: Mailbox
    environment: dict[str, str] = field(repr=False)

    def command(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, str(ROOT / "app.py"), *arguments],
            env=self.environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout


def look(page: Page, name: str) -> None:
    """Take a picture for somebody to look at, where FORMLOOM_LOOK names a folder for them."""
    if folder := os.environ.get("FORMLOOM_LOOK"):
        page.wait_for_timeout(400)  # what moves has come to rest
        page.screenshot(path=f"{folder}/{name}.png")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """Yield an empty installation that serves, with its mails going to a real SMTP server."""
    with serving(tmp_path) as house:
        yield house


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[Installation]:
    """Run an empty installation in the folder, whose `log` then tells the set-up address; `settings` are of its environment."""
    mailbox, port = Mailbox(), free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port(), ready_timeout=PATIENCE_S)
    controller.start()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("FORMLOOM_")},
        "FORMLOOM_HOME": str(folder / "home"), "FORMLOOM_SMTP_URL": f"smtp://127.0.0.1:{controller.port}",
        "FORMLOOM_BASE_URL": f"http://127.0.0.1:{port}", "FORMLOOM_LOG": "warning",
        **settings,
    }  # fmt: skip
    house = Installation(f"http://127.0.0.1:{port}", mailbox, environment)
    process = _nursery().fork(environment, ["serve", "--port", str(port)], folder / "log")
    try:
        until(lambda: _is_ready(house.url), "the server did not come up")
        yield house
    finally:
        _end(process)
        controller.stop()


class Nursery:
    """Forks servers; see the module `nursery`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def fork(self, environ: Mapping[str, str], arguments: Sequence[str], log: Path) -> int:
        """Start what `app.py` does with these arguments and return the number of its process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"environ": dict(environ), "arguments": list(arguments), "log": str(log)}
        self._process.stdin.write(f"{json.dumps(asked)}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@cache
def _nursery() -> Nursery:
    """Return the one of this process, which ends with it: its input ends then."""
    return Nursery()


def _end(process: int) -> None:
    os.kill(process, signal.SIGTERM)
    until(lambda: not Path(f"/proc/{process}").exists(), "the server did not stop")


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserType]:
    """Yield what starts browsers; there can be only one in a process."""
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="session")
def browser(chromium: BrowserType) -> Iterator[Browser]:
    """Yield a real Chromium."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed here")
    found = chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
    found.on("context", be_patient)
    yield found
    found.close()


def be_patient(context: BrowserContext) -> None:
    """Let what happens in a new context take its time."""
    context.set_default_timeout(WAITS_MS)
    context.add_init_script(TOASTS_STAY)


def setup_link(house: Installation, log: Path) -> str:
    """Return the one-time set-up address that the server printed."""
    return until(lambda: re.search(r"http://\S+/setup\?token=\S+", log.read_text()), "no set-up link was printed")[0]


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=PATIENCE_S) as answer:  # noqa: S310 - our own server
            return bool(answer.status == 200)
    except OSError:
        return False
