"""Sixty questions with branches, built in the designer, translated, published, and answered a thousand times.

    python -m tests.acceptance.questionnaire [how many answers] [--pictures FOLDER]

What a builder does is done in Chromium: typing questions, options, rules, the translation, publishing, sharing.
The answers come through HTTP and are then read back through the API: in each record stands what was asked of that
visitor, and nothing else. The process ends with 1 at the first difference.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.acceptance.questions import PAGES, QUESTIONS, SHOWN_WHEN, TITLE, Question
from tests.acceptance.visitors import Input, Visitor, answer_all, crowd
from tests.e2e.conftest import CHROMIUM, EMAIL, PASSWORD, Installation, serving, setup_link

SEED = 20261126


class Builder:
    """Somebody at the designer, which speaks English to him while he writes Chinese."""

    def __init__(self, browser: Browser, house: Installation, log: Path) -> None:
        size = {"width": 1440, "height": 900}
        self.context = browser.new_context(locale="en-GB", base_url=house.url, viewport=size)
        token = setup_link(house, log).rsplit("=", 1)[1]
        person = {"organisation": "Riverside", "locale": "en", "name": "Lead", "email": EMAIL, "password": PASSWORD}
        self.headers: dict[str, str] = {}
        self.headers = {"X-CSRF-Token": self.sent("POST", "/setup", {"token": token, **person})["csrf_token"]}
        title = {"zh-CN": TITLE[0], "en": TITLE[1]}
        self.sent("POST", "/apps", {"key": "survey", "title": title})
        made = self.sent(
            "POST", "/apps/survey/definitions",
            {"kind": "form", "key": "survey", "document": {"title": title, "fields": []}},
        )  # fmt: skip
        self.form_id = made["id"]
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.goto(f"/a/survey/design/{self.form_id}")
        self.props = self.page.get_by_role("complementary", name="Properties")
        self.page.get_by_role("radiogroup", name="Canvas language").get_by_text("中").click()

    def type_questions(self) -> None:
        """Put in every page and question: `/`, the type, Enter, the words, the options one a line."""
        for page in PAGES:
            self._add("tabs", page.zh)
            for question in page.questions:
                self._add(question.type, question.zh)
                if question.options:
                    self._give_options(question)
        self._saved()

    def demand_all(self) -> None:
        """Make every question required at once."""
        self.page.locator("[data-field] [role=button]").first.click()
        self.page.keyboard.press("Control+a")
        self.props.get_by_label("Required").select_option("Yes")
        self._saved()

    def branch(self) -> None:
        """Say in the Logic panel when which question, and which page, is shown."""
        self.props.get_by_role("tab", name="Logic").click()
        for shown, (other, how, value) in SHOWN_WHEN.items():
            self._rule(other, how, value, [shown])
        bought = "您是否买过我们的产品"
        self._rule(bought, "eq", "买过", [page.zh for page in PAGES[1:-2]])
        self._rule(bought, "eq", "没买过", [PAGES[-2].zh])
        self._saved()

    def translate(self) -> None:
        """Paste the English column into the translation table, then see that nothing is missing."""
        words = {TITLE[0]: TITLE[1]}
        for page in PAGES:
            words[page.zh] = page.en
            for question in page.questions:
                words[question.zh] = question.en
                words |= dict(question.options)
        self.page.get_by_role("button", name="Translate").first.click()
        dialog = self.page.get_by_role("dialog", name="Translat")
        cells = dialog.locator("tbody tr")
        pasted = "\n".join(words.get(row.locator("td, th").nth(1).inner_text().strip(), "") for row in cells.all())
        first = dialog.locator("textarea").first
        first.evaluate(
            """(box, text) => { const data = new DataTransfer(); data.setData('text/plain', text);
            box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })) }""",
            pasted,
        )
        expect(dialog.locator("[data-missing]")).to_contain_text("Complete", ignore_case=True)
        self.page.keyboard.press("Escape")
        self._saved()

    def publish(self) -> str:
        """Publish, share, and return the public link."""
        self.page.get_by_role("button", name="Publish", exact=True).click()
        self.page.get_by_role("dialog").get_by_role("button", name="Publish").click()
        self.page.get_by_role("button", name="Share it").last.click()
        self.page.get_by_role("button", name="Create public link").click()
        return self.page.get_by_label("Public link").input_value()

    def raise_rate(self) -> None:
        """Let one address answer as often as the test does."""
        self.page.keyboard.press("Escape")
        self.props.get_by_role("tab", name="Form").click()
        self.props.get_by_label("per hour").first.fill("100000")
        self.props.get_by_label("per hour").first.blur()
        self._saved()

    def inputs(self) -> dict[str, Input]:
        """Return where each question is answered, out of the published document."""
        document = self.sent("GET", f"/definitions/{self.form_id}/draft")["document"]
        return {
            entry["label"]["zh-CN"]: Input(
                entry["id"], {one["label"]["zh-CN"]: one["value"] for one in entry.get("options", ())}
            )
            for entry in document["fields"]
        }

    def records(self) -> list[dict[str, Any]]:
        """Return every record's values."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            tail = f"&cursor={cursor}" if cursor else ""
            answer = self.sent("GET", f"/forms/{self.form_id}/records?limit=200{tail}")
            found += [one["values"] for one in answer["records"]]
            cursor = answer["next"]
            if not cursor:
                return found

    def sent(self, method: str, path: str, body: object = None) -> Any:
        """Return what the HTTP interface answers."""
        answer = self.context.request.fetch(f"/api/v1{path}", method=method, data=body, headers=self.headers)
        assert answer.ok, answer.text()
        return answer.json()

    def _add(self, kind: str, words: str) -> None:
        count = self.page.locator("[data-field]").count()
        for key in ("Escape", "/"):
            self.page.keyboard.press(key)
        self.page.get_by_role("combobox", name="Search fields").fill(kind)
        self.page.keyboard.press("Enter")
        expect(self.page.locator("[data-field]")).to_have_count(count + 1)
        self.props.get_by_label("Label", exact=True).fill(words)

    def _give_options(self, question: Question) -> None:
        self.props.get_by_role("button", name="Edit all").or_(
            self.props.get_by_role("button", name="Bulk")
        ).first.click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("textbox").fill("\n".join(zh for zh, _en in question.options))
        dialog.locator("button.primary, [data-kind=primary]").or_(
            dialog.get_by_role("button", name="Apply")
        ).first.click()
        expect(dialog).to_have_count(0)

    def _rule(self, other: str, how: str, value: object, shown: Sequence[str]) -> None:
        self.props.get_by_role("button", name="Add rule").click()
        article = self.props.locator("article").last
        self.props.get_by_label("Field", exact=True).select_option(label=other)
        self.props.get_by_label("Comparison").select_option(how)
        field = self.props.get_by_label("Value", exact=True)
        if isinstance(value, str):
            field.select_option(label=value)
        else:
            field.fill(str(value))
            field.blur()
        for name in shown:
            entry = self.props.get_by_role("combobox", name="Then show")
            entry.click()
            self.page.keyboard.type(name)
            self.page.get_by_role("listbox", name="Then show").get_by_role("option", name=name, exact=True).click()
            self.page.keyboard.press("Escape")
        expect(article).to_contain_text(shown[-1])

    def _saved(self) -> None:
        expect(self.page.locator("[data-state=saved]")).to_be_visible(timeout=10_000)


def differences(
    visitors: Sequence[Visitor], records: Sequence[Mapping[str, Any]], inputs: Mapping[str, Input]
) -> list[str]:
    """Return what is not as it should be, in words."""
    name = inputs[QUESTIONS[0].zh].name
    by_name = {record[name]: record for record in records}
    found = [f"{one.number}: answered with {one.status}: {one.answer[:300]}" for one in visitors if one.status != 303]
    if len(records) != len(visitors):
        found.append(f"{len(records)} records of {len(visitors)} visitors")
    for one in visitors:
        record = by_name.get(one.answers[QUESTIONS[0].zh])
        if record is None:
            found.append(f"{one.number}: no record")
            continue
        for question in QUESTIONS:
            entry = inputs[question.zh]
            expected = _plain(entry.stored(one.said[question.zh])) if question.zh in one.said else None
            if _plain(record[entry.name]) != expected:
                found.append(f"{one.number}: {question.zh}: {record[entry.name]!r} instead of {expected!r}")
    return found


def _plain(value: Any) -> Any:
    """Return a value for comparing: numbers and their texts alike, chosen options in any order."""
    if isinstance(value, list):
        return sorted(value)
    text = "" if value is None else str(value).replace("\r\n", "\n").removeprefix("+86").lower()
    return text.removesuffix(".00") or None


def main() -> int:
    """Build, answer, compare; print figures. Returns the process's exit status."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("count", nargs="?", type=int, default=1_000)
    asked.add_argument("--pictures", type=Path, help="a folder for pictures of what was built")
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as house, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        begun = time.perf_counter()
        builder = Builder(browser, house, Path(folder) / "log")
        for step in ("type_questions", "demand_all", "branch", "raise_rate", "translate"):
            getattr(builder, step)()
            print(f"{step}: after {time.perf_counter() - begun:.0f} s", flush=True)
        link = builder.publish()
        if wanted.pictures:
            take_pictures(browser, builder, link, wanted.pictures)
        visitors, inputs = crowd(wanted.count, SEED), builder.inputs()
        took_s = answer_all(visitors, link, inputs)
        wrong = differences(visitors, builder.records(), inputs)
        print(
            f"{wanted.count} answers posted in {took_s:.1f} s ({wanted.count / took_s:.0f}/s); {len(wrong)} differences"
        )
        print("\n".join(wrong[:20]))
        browser.close()
    return 1 if wrong else 0


def take_pictures(browser: Browser, builder: Builder, link: str, folder: Path) -> None:
    """Take pictures of the designer and of the public page, in both languages and both widths."""
    folder.mkdir(parents=True, exist_ok=True)
    builder.page.screenshot(path=folder / "share.png")
    for locale in ("zh-CN", "en"):
        for width in (1440, 390):
            page = browser.new_page(locale=locale, viewport={"width": width, "height": 900})
            page.goto(f"{link}?locale={locale}")
            page.screenshot(path=folder / f"page-{locale}-{width}.png")
            page.close()


if __name__ == "__main__":
    sys.exit(main())
