"""Every main page, in both languages, on a desk and on a phone: axe finds nothing serious, nothing overflows sideways,
no message key shows instead of words, and the console stays quiet."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, ViewportSize

from .conftest import EMAIL, PASSWORD, ROOT, Installation, setup_link

pytestmark = pytest.mark.browser
AXE = ROOT / "static/node_modules/axe-core/axe.min.js"
SIZES: Mapping[str, ViewportSize] = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
LOOKS = (("zh-CN", "desk", True), ("zh-CN", "phone", True), ("en", "phone", True), ("en", "desk", False))
"""Language, size, and whether axe looks too: on a desk it sees the same in both languages."""
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NAMESPACES = "|".join(sorted(file.stem for file in (ROOT / "static/src/locales/en").glob("*.json")))
KEY = re.compile(rf"\b(?:{NAMESPACES})\.[a-z][A-Za-z_]+(?:\.[A-Za-z_]+)*\b")
SETTINGS = ("profile", "people", "departments", "roles", "tokens", "mail", "failures", "system")
LOOK_MS, QUIET_LOOKS = 30, 3
OPENED = {
    r"/design/[0-9a-f-]{36}": ("[data-field=category]", ".sheet-keys .btn:last-of-type", ".tools .btn:not(.p)"),
    r"/rules/[0-9a-f-]{36}": (".branch .sentence", ".pick .btn"),
    r"/approvals/[0-9a-f-]{36}$": ("[data-type=approve]", "[role=tab]:last-of-type"),
    r"/blueprints/[0-9a-f-]{36}$": ("[data-transition] button",),
    r"/mailboxes/[0-9a-f-]{36}$": (".check .btn",),
    r"/received\?state=held$": ("[data-message]", "[data-join]"),
    r"\?record=": (".faces [role=tab]:nth-of-type(2)",),
    r"/pools$": (".chips .btn",),
    r"/runs$": ("li .line",),
    r"/settings/(skills|territories|shifts|absences)": (".bar .btn.p",),
}
"""What is clicked on a page, one after the other where it is there: panels are looked at like pages."""
OUTSIDE = ("/sign-in", "/forgot", "/invite/nothing")
TEXTS = """() => [document.body.innerText, ...[...document.querySelectorAll('[aria-label],[title],[placeholder]')]
  .flatMap((one) => ['aria-label', 'title', 'placeholder'].map((name) => one.getAttribute(name) ?? ''))].join('\\n')"""
CUT_OFF = """() => [...document.body.querySelectorAll('*')].filter((one) => {
  const box = one.getBoundingClientRect(), style = getComputedStyle(one)
  if (!box.width || !box.height || one.closest('svg svg, svg > *') || style.visibility === 'hidden') return false
  if (box.right <= innerWidth + 1 || box.left >= innerWidth) return false
  for (let around = one.parentElement; around; around = around.parentElement)
    if (/auto|scroll/.test(getComputedStyle(around).overflowX)) return false
  return true
}).map((one) => `${one.tagName.toLowerCase()}.${one.getAttribute('class') ?? ''}`)"""
"""What reaches over the right edge and can't be scrolled to: a frame that hides its overflow never gets wider itself."""
WIDTH = "() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"


@pytest.mark.slow
def test_every_page_can_be_used_by_everybody(installation: Installation, browser: Browser, tmp_path: Path) -> None:
    admin = browser.new_context(base_url=installation.url)
    token = setup_link(installation, tmp_path / "log").rsplit("=", 1)[1]
    addresses = furnish(admin, token)
    faults = []
    for language, size, is_examined in LOOKS:
        csrf = admin.request.get("/api/v1/session").json()["csrf_token"]
        admin.request.patch("/api/v1/session", data={"locale": language}, headers={"X-CSRF-Token": csrf})
        common: dict[str, Any] = {
            "base_url": installation.url, "viewport": SIZES[size], "locale": language, "bypass_csp": True,
            "reduced_motion": "reduce", "has_touch": size == "phone", "is_mobile": size == "phone",
        }  # fmt: skip
        for signed_in, paths in (({}, OUTSIDE), ({"storage_state": admin.storage_state()}, addresses)):
            context = browser.new_context(**common, **signed_in)
            for path, fault in visit(context, paths, is_examined=is_examined):
                faults.append(f"{language} {size} {path}: {fault}")
            context.close()
    assert faults == []


def furnish(admin: BrowserContext, token: str) -> list[str]:
    """Set the installation up with a help desk; return the addresses of the pages to look at."""
    answer = admin.request.post(
        "/api/v1/setup",
        data={
            "token": token, "organisation": "Riverside", "locale": "en", "name": "Lead", "email": EMAIL,
            "password": PASSWORD,
        },
    )  # fmt: skip
    assert answer.ok, answer.text()
    headers = {"X-CSRF-Token": answer.json()["csrf_token"]}
    installed = admin.request.post("/api/v1/templates/ticketing/install", data={"sample_data": True}, headers=headers)
    assert installed.status == 201, installed.text()
    form = "/api/v1/forms/ticketing.ticket"
    record = admin.request.get(f"{form}/records?limit=1").json()["records"][0]["id"]
    me = admin.request.get("/api/v1/session").json()["user"]["id"]
    told = admin.request.patch(f"{form}/records/{record}", data={"values": {"assignee": me}}, headers=headers)
    assert told.ok, told.text()
    public = admin.request.get(f"{form}/links").json()["links"][0]["url"]
    grid = "/a/ticketing/f/ticket"
    known = admin.request.get("/api/v1/apps/ticketing/definitions").json()["definitions"]
    ids = {one["key"]: one["id"] for one in known if one["kind"] in {"form", "flow"}}
    design, rules = "/a/ticketing/design", "/a/ticketing/rules"
    return [
        "/", "/gallery", "/gallery/ticketing", "/gallery/survey", "/notifications", *(f"/settings/{part}" for part in SETTINGS),
        "/a/ticketing/d/service", grid, f"{grid}?record={record}", f"{grid}?new=1", f"{grid}?trash=1", f"{grid}/import", f"{grid}?q=nothing+at+all",
        f"{design}/{ids['ticket']}", f"{design}/nothing", rules, f"{rules}/runs", f"{rules}/nothing",
        *(f"{rules}/{ids[key]}" for key in ("ticket_intake", "ticket_escalate", "ticket_waiting", "ticket_close")),
        "/a/ticketing/permissions/ticket", "/a/ticketing/links/ticket", "/a/nobody/knows/this", public,
    ]  # fmt: skip


def visit(context: BrowserContext, paths: Iterable[str], *, is_examined: bool) -> Iterator[tuple[str, str]]:
    """Open one page after the other; yield what is wrong with each."""
    page = context.new_page()
    heard: list[str] = []
    under_way: set[Request] = set()
    page.on("pageerror", lambda fault: heard.append(f"script: {fault}"))
    page.on("console", lambda line: heard.append(f"console: {line.text}") if is_fault(line.type, line.text) else None)
    page.on("request", lambda request: under_way.add(request))
    page.on("requestfinished", lambda request: under_way.discard(request))
    page.on("requestfailed", lambda request: under_way.discard(request))
    for path in paths:
        under_way.clear()
        page.goto(path)
        for place in ("", *(one for pattern, all_ in OPENED.items() if re.search(pattern, path) for one in all_)):
            if place and not (found := page.locator(place).first).is_visible():
                continue
            if place:
                found.click()
            quiet = 0
            while quiet < QUIET_LOOKS:
                page.wait_for_timeout(LOOK_MS)
                quiet = 0 if under_way else quiet + 1
            faults = [*heard, *plain_faults(page), *(violations(page) if is_examined else ())]
            heard.clear()
            yield from ((f"{path} {place}".strip(), fault) for fault in faults)


def plain_faults(page: Page) -> list[str]:
    beyond = page.evaluate(WIDTH) - page.viewport_size["width"] if page.viewport_size else 0
    keys = sorted(set(KEY.findall(page.evaluate(TEXTS))))
    cut_off = page.evaluate(CUT_OFF)[:3]
    return [
        *([f"{beyond} px wider than the screen"] if beyond > 0 else []), *(f"cut off: {one}" for one in cut_off),
        *(f"message key {key}" for key in keys),
    ]  # fmt: skip


def is_fault(kind: str, text: str) -> bool:
    """Whether a console line is a fault; a refusal that the page itself tells about is none."""
    return kind == "error" and not re.search(r"status of (401|404)", text)


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("(tags) => axe.run(document, { runOnly: tags })", STANDARD)
    assert found["passes"], "axe looked at nothing"
    return [
        f"{one['id']}: {', '.join(str(node['target'][0]) for node in one['nodes'][:3])}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
