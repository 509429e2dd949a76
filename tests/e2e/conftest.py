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
import time
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
from playwright.sync_api import Browser, BrowserType, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
PASSWORD = "correct-horse-battery"
EMAIL = "lead@example.com"


class Mailbox:
    """A mail server that keeps what it took."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        await asyncio.sleep(0)
        return "250 taken"

    def wait_for(self, to: str, number: int = 1, *, seconds: float = 30) -> list[EmailMessage]:
        """Return the mails to an address once there are `number` of them."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = [mail for mail in self.mails if to in str(mail["To"])]
            if len(found) >= number:
                return found
            time.sleep(0.1)
        raise AssertionError(f"{number} mails to {to} did not come; {[str(mail['To']) for mail in self.mails]} did")


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
def serving(folder: Path) -> Iterator[Installation]:
    """Run an empty installation in the folder, whose `log` then tells the set-up address."""
    mailbox, port = Mailbox(), free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("FORMLOOM_")},
        "FORMLOOM_HOME": str(folder / "home"), "FORMLOOM_SMTP_URL": f"smtp://127.0.0.1:{controller.port}",
        "FORMLOOM_BASE_URL": f"http://127.0.0.1:{port}", "FORMLOOM_LOG": "warning",
    }  # fmt: skip
    house = Installation(f"http://127.0.0.1:{port}", mailbox, environment)
    process = _nursery().fork(environment, ["serve", "--port", str(port)], folder / "log")
    try:
        _wait_until_ready(house.url)
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


def _end(process: int, *, seconds: float = 40) -> None:
    os.kill(process, signal.SIGTERM)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    raise AssertionError("the server did not stop")


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
    yield found
    found.close()


def setup_link(house: Installation, log: Path) -> str:
    """Return the one-time set-up address that the server printed."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        found = re.search(r"http://\S+/setup\?token=\S+", log.read_text())
        if found:
            return found.group(0)
        time.sleep(0.1)
    raise AssertionError("no set-up link was printed")


def _wait_until_ready(url: str) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:  # noqa: S310 - our own server
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not come up")
