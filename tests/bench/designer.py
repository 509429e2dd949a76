"""`python -m tests.bench.designer`: from an edit to the redrawn preview, in Chromium, for a form of 100 fields.

Measured between the marks that the page itself sets: `formloom.edit` when the document changed, `formloom.preview`
when the frame with the new page has come to the front. Also from a key in the label to the next painted canvas.
"""

from statistics import median, quantiles

from playwright.sync_api import Page

from tests.bench.workspace import workspace

FIELDS, EDITS = 100, 30
TYPES = ("text", "number", "date", "select", "textarea")
OPTIONS = [{"value": f"o{at}", "label": {"zh-CN": f"选项{at}", "en": f"Option {at}"}} for at in range(5)]
PREVIEW = """async () => {
  const at = (name) => performance.getEntriesByName(name).at(-1)?.startTime
  while (!(at('formloom.preview') > at('formloom.edit'))) await new Promise((done) => setTimeout(done, 10))
  return at('formloom.preview') - at('formloom.edit')
}"""
PAINT = """async (text) => {
  const input = document.querySelector('[data-label-input] input')
  const from = performance.now()
  input.value = text
  input.dispatchEvent(new Event('input', { bubbles: true }))
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
  return performance.now() - from
}"""


def document() -> dict[str, object]:
    """Return a form of 100 fields, every fifth shown by a rule."""
    fields = [
        {"id": f"f{at}", "type": TYPES[at % len(TYPES)], "label": {"zh-CN": f"字段{at}", "en": f"Field {at}"},
         **({"options": OPTIONS} if TYPES[at % len(TYPES)] == "select" else {})}
        for at in range(FIELDS)
    ]  # fmt: skip
    rules = [
        {"id": f"r{at}", "when": {"field": f"f{at}", "op": "not_empty"}, "show": [f"f{at + 1}"]}
        for at in range(0, FIELDS - 1, 5)
    ]
    return {"title": {"zh-CN": "长表单", "en": "Long"}, "fields": fields, "rules": rules}


def measured(page: Page) -> tuple[list[float], list[float]]:
    """Return the milliseconds of each edit to the preview and to the canvas."""
    page.locator("[data-field=f3]").click()
    page.get_by_role("button", name="Preview", exact=True).first.click()
    page.frame_locator("iframe:not(.behind)").locator("form").first.wait_for()
    previews, paints = [], []
    for number in range(EDITS):
        paints.append(page.evaluate(PAINT, f"Label {number}"))
        previews.append(page.evaluate(PREVIEW))
        page.wait_for_timeout(1_000)  # the draft is saved meanwhile, as it is between two thoughts
    return previews, paints


def main() -> None:
    """Start an installation of its own, measure, print."""
    with workspace() as desk:
        made = desk.post("/apps/repairs/definitions", {"kind": "form", "key": "long", "document": document()})
        page = desk.context.new_page()
        page.goto(f"/a/repairs/design/{made['id']}")
        page.locator("[data-field=f99]").wait_for()
        for name, figures in zip(("edit to preview", "key to canvas"), measured(page), strict=True):
            p95 = quantiles(figures, n=20)[-1]
            print(f"{name}: median {median(figures):.0f} ms, p95 {p95:.0f} ms, {len(figures)} edits, {FIELDS} fields")


if __name__ == "__main__":
    main()
