"""A form inside a page of another site: it grows with its content, tells that site and is sent without a cookie."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from .conftest import Installation, free_port
from .desk import Desk

PAGE = """<!doctype html><html lang="en"><title>Riverside</title><body>
<div data-formloom="{url}" data-formloom-title="Repair"></div>
<button type="button" data-formloom-popup="{url}">Report</button>
<script>window.heard=[];for(const n of ['loaded','height','submitted'])addEventListener('formloom:'+n,e=>heard.push(n));
window.raw=[];addEventListener('message',e=>raw.push(e.data))</script>
<script async src="{house}/embed.js"></script></body></html>"""


@pytest.fixture
def site() -> Iterator[dict[str, Any]]:
    """Yield another origin: `localhost` beside the house's 127.0.0.1, so that browsers see another site."""
    served: dict[str, Any] = {"html": ""}

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(served["html"].encode())

        def log_message(self, *_arguments: Any) -> None:
            pass

    port = free_port()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    served["url"] = f"http://localhost:{port}"
    yield served
    server.shutdown()


def test_a_form_is_sent_from_another_site(
    installation: Installation, browser: Browser, tmp_path: Path, site: dict[str, Any]
) -> None:
    desk = Desk(installation, browser, tmp_path / "log")
    desk.post(f"/definitions/{desk.form}/publish", {})
    link = desk.post(f"/forms/{desk.form}/links", {})
    site["html"] = PAGE.format(url=link["url"], house=installation.url)
    page = browser.new_context(locale="en-GB").new_page()

    page.goto(site["url"])
    expect(page.locator("iframe")).to_have_count(1)
    page.wait_for_timeout(1500)
    assert page.evaluate("heard") == []  # nobody is named yet: the browser refuses the frame

    desk.post_patch = desk.context.request.patch(
        f"/api/v1/links/{link['token']}", data={"hosts": [site["url"]]}, headers=desk.headers
    )
    assert desk.post_patch.ok
    page.goto(site["url"])
    frame = page.frame_locator("iframe").first
    expect(frame.get_by_label("Subject")).to_be_visible()
    page.wait_for_function("heard.includes('height')")
    high = page.locator("iframe").bounding_box()
    inside = page.frames[1].evaluate("document.body.getBoundingClientRect().height")
    assert high and abs(high["height"] - inside) <= 2
    frame.get_by_label("Subject").fill("From afar")
    page.wait_for_timeout(3200)
    frame.get_by_role("button", name="Submit").click()
    expect(frame.locator("#number")).to_be_visible()
    page.wait_for_function("heard.includes('submitted')")
    assert page.evaluate("raw.every(one => !JSON.stringify(one).includes('afar'))")

    page.get_by_role("button", name="Report").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.frame_locator("dialog iframe").get_by_label("Subject")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    records = desk.context.request.get(f"/api/v1/forms/{desk.form}/records").json()["records"]
    assert [one["values"]["subject"] for one in records] == ["From afar"]
