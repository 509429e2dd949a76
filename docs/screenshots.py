"""The pictures in the README: a throw-away installation with sample data, looked at by Chromium, in both languages.

    make screenshots

Writes docs/pictures/<language>/<name>.png. The sample data is Chinese; for the English pictures its texts are
replaced by those of english_sample.json before anything is drawn. Dates follow today's; all else stays the same.
"""

import io
import json
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
ENGLISH = json.loads((ROOT / "docs" / "english_sample.json").read_text(encoding="utf-8"))
EMAIL, PASSWORD = "lead@example.com", "correct-horse-battery"
DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 780}
HEIGHTS = {"gallery": 480}
SETTLED_MS = 900
TEXTS = ("subject", "product", "rating_comment")


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
    api = Api(desk, answer.json()["csrf_token"])
    if language == "en":
        in_english(api)
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

    def __init__(self, signed_in: BrowserContext, csrf_token: str) -> None:
        self.wire = signed_in.request
        self.headers = {"X-CSRF-Token": csrf_token}

    def get(self, path: str) -> Any:
        return self._read(self.wire.get(f"/api/v1{path}"))

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._read(self.wire.patch(f"/api/v1{path}", data=dict(body), headers=self.headers))

    def _read(self, answer: Any) -> Any:
        if not answer.ok:
            sys.exit(f"{answer.url}: {answer.status} {answer.text()}")
        return answer.json()


def in_english(api: Api) -> None:
    """Give the sample records and people English texts."""
    for person in api.get("/users?limit=200")["users"]:
        if person["name"] in ENGLISH["people"]:
            api.patch(f"/users/{person['id']}", {"name": ENGLISH["people"][person["name"]]})
    first, last = ENGLISH["first"], ENGLISH["last"]
    query, at = "limit=100", 0
    while query:
        answer = api.get(f"/forms/ticketing.ticket/records?{query}")
        for record in answer["records"]:
            values = record["values"]
            english = {key: ENGLISH[key][values[key]] for key in TEXTS if values.get(key)}
            english["name"] = f"{first[at % len(first)]} {last[at % len(last)]}"
            english["description"] = ENGLISH["description"]
            api.patch(f"/forms/ticketing.ticket/records/{record['id']}", {"values": english})
            at += 1
        query = f"limit=100&cursor={answer['next']}" if answer.get("next") else ""


if __name__ == "__main__":
    main()
