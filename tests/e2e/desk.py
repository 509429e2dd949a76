"""A builder at work: his browser, and the HTTP interface beside it."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from .conftest import EMAIL, PASSWORD, Installation, setup_link

FORM = {"title": {"zh-CN": "报修", "en": "Repair"}, "fields": [
    {"id": "subject", "type": "text", "label": {"zh-CN": "主题", "en": "Subject"}},
    {"id": "cost", "type": "number", "label": {"zh-CN": "费用", "en": "Cost"}},
]}  # fmt: skip


class Desk:
    """The HTTP interface of a builder, beside his browser."""

    def __init__(self, house: Installation, browser: Browser, log: Path) -> None:
        self.context: BrowserContext = browser.new_context(
            base_url=house.url, locale="en-GB", viewport={"width": 1440, "height": 900}
        )
        token = setup_link(house, log).rsplit("=", 1)[1]
        person = {"organisation": "Riverside", "locale": "en", "name": "Lead", "email": EMAIL, "password": PASSWORD}
        answer = self.context.request.post("/api/v1/setup", data={"token": token, **person})
        self.headers = {"X-CSRF-Token": answer.json()["csrf_token"]}
        self.post("/apps", {"key": "repairs", "title": FORM["title"]})
        self.form = self.post("/apps/repairs/definitions", {"kind": "form", "key": "repair", "document": FORM})["id"]

    def post(self, path: str, body: object) -> Any:
        answer = self.context.request.post(f"/api/v1{path}", data=body, headers=self.headers)
        assert answer.ok, answer.text()
        return answer.json()

    def labels(self) -> list[str]:
        answer = self.context.request.get(f"/api/v1/definitions/{self.form}/draft").json()
        return [field["label"]["en"] for field in answer["document"]["fields"]]

    def rename(self, field: int, words: str) -> None:
        """Write as somebody else does."""
        path = f"/api/v1/definitions/{self.form}/draft"
        document = self.context.request.get(path).json()["document"]
        document["fields"][field]["label"]["en"] = words
        answer = self.context.request.put(path, data={"document": document}, headers=self.headers)
        assert answer.ok, answer.text()

    def designer(self) -> Page:
        page = self.context.new_page()
        page.goto(f"/a/repairs/design/{self.form}")
        expect(page.locator("[data-field=cost]")).to_be_visible()
        return page
