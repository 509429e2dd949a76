"""Somebody who has a form elsewhere chooses its file, sees what came of it, and designs on."""

import io
import os
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Browser, expect

from .conftest import EMAIL, PASSWORD, Installation, setup_link

pytestmark = pytest.mark.browser
SURVEY = [
    ["type", "name", "label::English (en)", "label::中文 (zh)", "relevant"],
    ["text", "full_name", "Name", "姓名", ""],
    ["select_one yn", "again", "Would you come again?", "还会再来吗？", ""],
    ["text", "why", "Why not?", "为什么？", "${again} = 'no'"],
    ["geotrace", "way", "Your way here", "路线", ""],
]  # fmt: skip
CHOICES = [
    ["list_name", "name", "label::English (en)", "label::中文 (zh)"],
    ["yn", "yes", "Yes", "会"],
    ["yn", "no", "No", "不会"],
]
WORDS = {
    "en": ("New form", "From a file", "Choose a file", "3 fields read", "1 thing could not be carried over", "Create and design"),
    "zh-CN": ("新建表单", "从文件", "选择文件", "读出 3 个字段", "1 处无法带过来", "创建并设计"),
}  # fmt: skip


def xlsform() -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as workbook:
        for name, rows in (("survey", SURVEY), ("choices", CHOICES), ("settings", [["form_title"], ["Visit"]])):
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return made.getvalue()


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
@pytest.mark.parametrize("width", [1440, 390])
def test_a_file_becomes_a_form(
    installation: Installation, browser: Browser, tmp_path: Path, locale: str, width: int
) -> None:
    new, way, choose, read, left, create = WORDS[locale]
    context = browser.new_context(
        base_url=installation.url, locale=locale, viewport={"width": width, "height": 844}, has_touch=width < 500
    )
    token = setup_link(installation, tmp_path / "log").rsplit("=", 1)[1]
    person = {"organisation": "Riverside", "locale": locale, "name": "Lead", "email": EMAIL, "password": PASSWORD}
    headers = {
        "X-CSRF-Token": context.request.post("/api/v1/setup", data={"token": token, **person}).json()["csrf_token"]
    }
    app = {"key": "visits", "title": {"zh-CN": "访问", "en": "Visits"}}
    assert context.request.post("/api/v1/apps", data=app, headers=headers).ok
    draft = {"kind": "form", "key": "other", "document": {"title": {"zh-CN": "其他", "en": "Other"}, "fields": []}}
    assert context.request.post("/api/v1/apps/visits/definitions", data=draft, headers=headers).ok
    page = context.new_page()
    page.goto("/a/visits")
    page.locator("main, .page").get_by_role("button", name=new).first.click()
    page.get_by_text(way, exact=True).click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=choose).click()
    chooser.value.set_files({"name": "broken.json", "mimeType": "application/json", "buffer": b"{nonsense"})
    expect(page.get_by_role("alert")).to_contain_text("broken.json")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=choose).click()
    chooser.value.set_files({"name": "visit.xlsx", "mimeType": "application/octet-stream", "buffer": xlsform()})
    expect(page.get_by_text(read)).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_text(left).click()
    expect(page.get_by_text("way", exact=True)).to_be_visible()
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shots}/intake-{locale}-{width}.png")
    page.get_by_role("button", name=create).click()
    expect(page.locator("[data-field=why]")).to_be_visible()
    expect(page.locator("[data-field]")).to_have_count(3)
    if shots:
        page.screenshot(path=f"{shots}/intake-designer-{locale}-{width}.png")
    context.close()
