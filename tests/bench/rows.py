"""`python -m tests.bench.rows`: a sub-form of 1,000 rows in the workspace: from a key to the painted cell, in Chromium.

A key is typed into the cell that is being edited; a commit is Enter, which stores the value in the table, computes the
row, adds the totals up and goes on to the cell below.
"""

from statistics import median, quantiles

from playwright.sync_api import Page

from tests.bench.workspace import workspace

ROWS, EDITS = 1_000, 60
PAINTED = "await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
MEASURE = f"""async (edits) => {{
  const editor = () => document.querySelector('dialog .editor input')
  const press = (target, key) => target.dispatchEvent(new KeyboardEvent('keydown', {{ key, bubbles: true }}))
  const found = {{ keys: [], commits: [] }}
  document.querySelector('dialog [data-row="2"][data-column="0"]').focus()
  for (let edit = 0; edit < edits; edit += 1) {{
    press(document.activeElement, 'F2')
    {PAINTED}
    let from = performance.now()
    editor().value += 'x'
    editor().dispatchEvent(new Event('input', {{ bubbles: true }}))
    {PAINTED}
    found.keys.push(performance.now() - from)
    from = performance.now()
    press(editor(), 'Enter')
    {PAINTED}
    found.commits.push(performance.now() - from)
    {PAINTED}
  }}
  return found
}}"""


def words(text: str) -> dict[str, str]:
    """Return a text in both languages."""
    return {"zh-CN": text, "en": text}


def document() -> dict[str, object]:
    """Return a form with a sub-form of five columns, one of them computed, and two totals."""
    columns = [
        {"id": "product", "type": "text", "label": words("Product")},
        {"id": "day", "type": "date", "label": words("Day")},
        {"id": "price", "type": "currency", "label": words("Price")},
        {"id": "quantity", "type": "number", "decimals": 0, "label": words("Quantity")},
        {"id": "amount", "type": "formula", "formula": "price*quantity", "label": words("Amount")},
    ]
    items = {
        "id": "items",
        "type": "subform",
        "label": words("Items"),
        "columns": columns,
        "totals": {"quantity": "sum", "amount": "sum"},
    }
    total = {"id": "total", "type": "formula", "formula": "SUM(items.amount)", "label": words("Total")}
    return {"title": words("Order"), "fields": [{"id": "name", "type": "text", "label": words("Name")}, items, total]}


def opened(page: Page, url: str) -> None:
    """Open the rows of the record at `url` for editing."""
    page.goto(url)
    page.locator("dd .lines").first.click()
    page.locator('dialog [data-row="2"]').first.wait_for()


def main() -> None:
    """Measure and print."""
    with workspace() as desk:
        made = desk.post("/apps/repairs/definitions", {"kind": "form", "key": "order", "document": document()})
        desk.post(f"/definitions/{made['id']}/publish", {})
        rows = [{"product": f"Item {n}", "day": "2026-11-26", "price": n % 90, "quantity": n % 7} for n in range(ROWS)]
        record = desk.post("/forms/repairs.order/records", {"values": {"name": "a", "items": rows}})
        page = desk.context.new_page()
        opened(page, f"/a/repairs/f/order?record={record['id']}")
        for name, figures in page.evaluate(MEASURE, EDITS).items():
            p95 = quantiles(figures, n=20)[-1]
            print(f"{name}: median {median(figures):.0f} ms, p95 {p95:.0f} ms, {len(figures)} edits, {ROWS} rows")


if __name__ == "__main__":
    main()
