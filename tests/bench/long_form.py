"""`python -m tests.bench.long_form`: a public form of 500 fields with 200 conditions, over HTTP and in Chromium.

Three figures: how long the server takes for the page, how long from a key to the updated page, how long a submission
takes. Each key changes what one rule looks at, so that a field appears or goes with it.
"""

import re
import time
from statistics import median, quantiles
from urllib.parse import urlencode

from playwright.sync_api import APIRequestContext, Page

from tests.bench.workspace import workspace

FIELDS, RULES, TIMES = 500, 200, 40
RATE_PER_HOUR = 100_000
TIME_TRAP_MS = 3_200
KEY = """async ([id, text, shown]) => {
  const input = document.getElementById('q-' + id)
  const away = () => document.querySelector(`[data-field="${shown}"]`).checkVisibility() === false
  const before = away()
  const from = performance.now()
  input.value = text
  input.dispatchEvent(new Event('input', { bubbles: true }))
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
  const took = performance.now() - from
  if (away() === before) throw new Error('the rule did nothing')
  return took
}"""
"""From the key to the painted page, one frame of waiting included."""
WORK = KEY.replace(
    "await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))", "document.body.offsetHeight"
)
"""From the key to the page laid out anew, without waiting for the next frame."""


def document() -> dict[str, object]:
    """Return the form: two fields of every five belong to a rule, one decides and one is shown."""
    fields = [
        {"id": f"f{at}", "type": "text", "label": {"zh-CN": f"问题{at}", "en": f"Question {at}"}}
        for at in range(FIELDS)
    ]
    rules = [
        {"id": f"r{at}", "when": {"field": f"f{2 * at}", "op": "eq", "value": "yes"}, "show": [f"f{2 * at + 1}"]}
        for at in range(RULES)
    ]
    settings = {"rate_per_hour": RATE_PER_HOUR}
    return {"title": {"zh-CN": "长表单", "en": "Long"}, "fields": fields, "rules": rules, "settings": settings}


def page_times(client: APIRequestContext, link: str) -> list[float]:
    """Return the milliseconds of each page."""
    found = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        assert client.get(link).ok
        found.append((time.perf_counter() - begun) * 1_000)
    return found


def key_times(page: Page, link: str, script: str) -> list[float]:
    """Return the milliseconds of each key."""
    page.goto(link)
    page.locator("#q-f0").fill("no")
    return [
        page.evaluate(script, [f"f{2 * (at // 2)}", "yes" if at % 2 == 0 else "no", f"f{2 * (at // 2) + 1}"])
        for at in range(TIMES)
    ]


def submit_times(client: APIRequestContext, page: Page, link: str) -> list[float]:
    """Return the milliseconds of each submission of a page with 300 answers."""
    tokens = []
    for _ in range(TIMES):
        found = re.search(r'name="_token" value="([^"]+)"', client.get(link).text())
        assert found
        tokens.append(found[1])
    page.wait_for_timeout(TIME_TRAP_MS)
    answers = {f"f{at}": "yes" if at % 2 == 0 else f"answer {at}" for at in range(300)}
    times = []
    for token in tokens:
        begun = time.perf_counter()
        answer = client.post(
            link, data=urlencode({"_token": token, **answers}), max_redirects=0,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
        times.append((time.perf_counter() - begun) * 1_000)
        assert answer.status == 303, answer.text()
    return times


def main() -> None:
    """Start an installation of its own, measure, print."""
    with workspace() as desk:
        made = desk.post("/apps/repairs/definitions", {"kind": "form", "key": "long", "document": document()})
        desk.post(f"/definitions/{made['id']}/publish", {})
        link = desk.post(f"/forms/{made['id']}/links", {})["url"]
        page, client = desk.context.new_page(), desk.context.request
        page_times(client, link)
        figures = {
            "page from the server": page_times(client, link),
            "key to page laid out": key_times(page, link, WORK),
            "key to painted frame": key_times(page, link, KEY),
            "submission": submit_times(client, page, link),
        }
    for name, found in figures.items():
        print(f"{name}: median {median(found):.1f} ms, p95 {quantiles(found, n=20)[-1]:.1f} ms, {len(found)} times")


if __name__ == "__main__":
    main()
