"""The pictures in the README: a throw-away installation with sample data, looked at by Chromium, in both languages.

    make screenshots

Writes docs/pictures/<language>/<name>.png. Dates follow today's; all else stays the same.
"""

import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
EMAIL, PASSWORD = "lead@example.com", "correct-horse-battery"
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 780}
HEIGHTS = {"gallery": 480}
SETTLED_MS = 900


def main() -> None:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for language, locale, organisation, name in (
            ("zh-CN", "zh-CN", "云杉净水", "陈敏"), ("en", "en-GB", "Riverside Water", "Mary Chen"),
        ):  # fmt: skip
            with installation(language, organisation, name) as url:
                draw(browser, url, language, locale)
        browser.close()


@contextmanager
def installation(language: str, organisation: str, name: str) -> Iterator[str]:
    """Yield the address of a running installation with the help desk in it."""
    with tempfile.TemporaryDirectory() as home, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        url = f"http://127.0.0.1:{port}"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FORMLOOM_")}
        environment |= {"FORMLOOM_HOME": home, "FORMLOOM_BASE_URL": url, "FORMLOOM_LOG": "warning"}
        command = [sys.executable, str(ROOT / "app.py")]

        def run(*arguments: str) -> None:
            subprocess.run([*command, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ourselves

        run(
            "init", "--admin-email", EMAIL, "--admin-password", PASSWORD, "--admin-name", name,
            "--organisation", organisation, "--locale", language,
        )  # fmt: skip
        run("templates", "install", "ticketing")
        server = subprocess.Popen(  # noqa: S603 - ourselves
            [*command, "serve", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL
        )
        try:
            wait_for(f"{url}/readyz")
            yield url
        finally:
            server.terminate()
            server.wait(40)


def wait_for(url: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own server
                return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"{url} did not come up")


def draw(browser: Browser, url: str, language: str, locale: str) -> None:
    """Take the six pictures of one language."""
    desk = context(browser, url, locale, DESK)
    answer = desk.request.post("/api/v1/session", data={"email": EMAIL, "password": PASSWORD})
    if not answer.ok:
        sys.exit(f"{answer.url}: {answer.status} {answer.text()}")
    api = Api(desk)
    folder = PICTURES / language
    folder.mkdir(parents=True, exist_ok=True)
    form, flows = api.get("/forms/ticketing.ticket")["id"], api.get("/apps/ticketing/definitions?kind=flow")
    flow = next(one["id"] for one in flows["definitions"] if one["key"] == "ticket_intake")
    records = api.get("/forms/ticketing.ticket/records?limit=4")["records"]
    page = desk.new_page()
    for name, path in (
        ("gallery", "/gallery"), ("designer", f"/a/ticketing/design/{form}"),
        ("rule", f"/a/ticketing/rules/{flow}"), ("records", f"/a/ticketing/f/ticket?record={records[3]['id']}"),
        ("dashboard", "/a/ticketing/d/service"),
    ):  # fmt: skip
        page.set_viewport_size({**DESK, "height": HEIGHTS.get(name, DESK["height"])})
        page.goto(path)
        take(page, folder / f"{name}.png", SHOWN.get(name))
    phone = context(browser, url, locale, PHONE, 2)
    visitor = phone.new_page()
    visitor.goto(api.get("/forms/ticketing.ticket/links")["links"][0]["url"])
    take(visitor, folder / "public-form.png", None)
    phone.close()
    desk.close()


def context(browser: Browser, url: str, locale: str, size: ViewportSize, scale: int = 1) -> BrowserContext:
    return browser.new_context(
        base_url=url, locale=locale, viewport=size, device_scale_factor=scale,
        reduced_motion="reduce", color_scheme="light",
        timezone_id="Asia/Shanghai" if locale == "zh-CN" else "Europe/London",
    )  # fmt: skip


def choose_field(page: Page) -> None:
    """Show the properties of a field beside the canvas."""
    page.locator("[data-field=category]").first.click()


SHOWN: Mapping[str, Callable[[Page], None]] = {"designer": choose_field}
"""What to do on a page before its picture is taken."""


def take(page: Page, file: Path, prepare: Callable[[Page], None] | None) -> None:
    page.wait_for_load_state("networkidle")
    if prepare:
        prepare(page)
    page.wait_for_timeout(SETTLED_MS)
    drawn = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide")))
    drawn.convert("RGB").save(file, optimize=True)
    sys.stdout.write(f"{file.relative_to(ROOT)}  {file.stat().st_size // 1024} kB\n")


class Api:
    """The HTTP interface, as whoever is signed in."""

    def __init__(self, signed_in: BrowserContext) -> None:
        self.wire = signed_in.request

    def get(self, path: str) -> Any:
        answer = self.wire.get(f"/api/v1{path}")
        if not answer.ok:
            sys.exit(f"{answer.url}: {answer.status} {answer.text()}")
        return answer.json()


if __name__ == "__main__":
    main()
