"""On a phone, in both languages, with and without a script: what people are asked every day reaches the record as it was
meant, with the keyboard and the autofill that a phone has for it, and what does not fit is asked for again with nothing lost."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from .conftest import EMAIL, PASSWORD, Installation, setup_link

pytestmark = pytest.mark.browser
PHONE: Any = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def words(chinese: str, english: str) -> dict[str, str]:
    return {"zh-CN": chinese, "en": english}


def option(value: str, chinese: str, english: str) -> dict[str, Any]:
    return {"value": value, "label": words(chinese, english)}


KINDS = [option("fix", "维修", "Repair"), option("buy", "购买", "Purchase"), option("ask", "咨询", "Question")]
PRODUCT: dict[str, Any] = {
    "title": words("产品", "Product"), "title_field": "name",
    "fields": [{"id": "name", "type": "text", "label": words("名称", "Name")}],
}  # fmt: skip
FORM: dict[str, Any] = {
    "title": words("服务预约", "Book a visit"),
    "fields": [
        {"id": "you", "type": "section", "label": words("联系人", "About you")},
        {"id": "name", "type": "text", "label": words("姓名", "Name"), "required": True, "autofill": "name"},
        {"id": "mail", "type": "email", "label": words("邮箱", "Email"), "required": True},
        {"id": "phone", "type": "phone", "label": words("手机", "Phone")},
        {"id": "site", "type": "url", "label": words("网站", "Website")},
        {"id": "what", "type": "section", "label": words("需求", "What you need")},
        {"id": "kind", "type": "select", "label": words("类型", "Kind"), "options": KINDS},
        {"id": "also", "type": "multiselect", "label": words("另外还要", "Also"), "options": KINDS},
        {"id": "way", "type": "radio", "label": words("怎样联系", "How to reach you"), "options": KINDS},
        {"id": "ticks", "type": "checkboxes", "label": words("请勾选", "Tick what holds"), "options": KINDS},
        {"id": "bought", "type": "boolean", "label": words("是否在保", "Under warranty")},
        {"id": "story", "type": "textarea", "label": words("说明", "Details")},
        {"id": "product", "type": "link", "label": words("产品", "Product"), "form": "product", "show": ["name"], "visitors": True},
        {"id": "pieces", "type": "number", "label": words("件数", "Pieces"), "decimals": 0, "min": 1},
        {"id": "price", "type": "currency", "label": words("预算", "Budget"), "currency": "CNY"},
        {"id": "sum", "type": "formula", "label": words("合计", "Total"), "formula": "pieces*price", "result": "number"},
        {"id": "since", "type": "date", "label": words("购买日期", "Bought on")},
        {"id": "from", "type": "datetime", "label": words("几点以后", "Any time from")},
        {"id": "visit", "type": "slot", "label": words("预约时段", "Appointment"), "starts": "09:00", "ends": "11:00", "minutes": 60,
         "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "capacity": 5, "timezone": "UTC"},
        {"id": "parts", "type": "subform", "label": words("配件", "Parts"), "totals": {"number": "sum"}, "columns": [
            {"id": "part", "type": "text", "label": words("名称", "Part")},
            {"id": "number", "type": "number", "label": words("数量", "Number"), "decimals": 0}]},
        {"id": "proof", "type": "file", "label": words("发票", "Invoice")},
        {"id": "photo", "type": "image", "label": words("照片", "Photo")},
        {"id": "stars", "type": "rating", "label": words("上次服务", "Last visit")},
        {"id": "again", "type": "nps", "label": words("愿意推荐吗", "Would you recommend us"), "required": True},
        {"id": "shop", "type": "button", "label": words("看配件商店", "See the shop"), "url": "https://example.com/"},
        {"id": "hint", "type": "note", "label": words("", ""), "text": words("我们一个工作日内联系您。", "We call within one working day.")},
        {"id": "source", "type": "hidden", "label": words("来源", "Source")},
        {"id": "number", "type": "serial", "label": words("编号", "Number")},
    ],
}  # fmt: skip
TYPED = {
    "name": "林安", "mail": "lin.an@example.com", "phone": "13800138000", "site": "https://example.com/", "story": "第一行\n第二行",
    "pieces": "3", "price": "19.90", "since": "2026-01-05", "from": "2026-03-01T13:30",
}  # fmt: skip
STORED: dict[str, Any] = {
    **TYPED, "phone": "+8613800138000", "kind": "fix", "also": ["buy", "ask"], "way": "ask", "ticks": ["fix"], "bought": True,
    "sum": "59.70", "from": "2026-03-01T05:30:00Z", "stars": 4, "again": 9, "source": "poster",
}  # fmt: skip
KEYBOARDS = {
    "name": ("autocomplete", "name"), "mail": ("type", "email"), "phone": ("type", "tel"), "site": ("type", "url"),
    "pieces": ("inputmode", "numeric"), "price": ("inputmode", "decimal"), "since": ("type", "date"),
    "from": ("type", "datetime-local"),
}  # fmt: skip
SAYINGS = {
    "zh-CN": {"submit": "提交", "thanks": "已收到", "add": "添加"},
    "en": {"submit": "Submit", "thanks": "We have it", "add": "Add"},
}
INK = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no_script"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_answer_reaches_the_record(
    installation: Installation, browser: Browser, tmp_path: Path, language: str, has_script: bool
) -> None:
    desk = browser.new_context(base_url=installation.url)
    link, product = publish(desk.request, setup_link(installation, tmp_path / "log").rsplit("=", 1)[1])
    page = browser.new_context(
        base_url=installation.url, locale=language, timezone_id="Asia/Shanghai", java_script_enabled=has_script, **PHONE
    ).new_page()
    page.goto(f"{link}?locale={language}&source=poster")
    for name, (attribute, value) in KEYBOARDS.items():
        assert control(page, name).get_attribute(attribute) == value, name
    fill(page, language, product)
    if has_script:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        expect(page.locator("[data-field=sum] output")).to_have_text(re.compile("59.70"))
    page.screenshot(path=tmp_path / "filled.png", full_page=True)
    page.wait_for_timeout(3_000)  # nobody fills a form faster
    page.get_by_role("button", name=SAYINGS[language]["submit"]).click()
    expect(page.locator("#e-mail")).to_be_visible()
    expect(page.locator("#e-again")).to_be_visible()
    page.screenshot(path=tmp_path / "refused.png", full_page=True)
    assert control(page, "story").input_value() == TYPED["story"]
    control(page, "mail").fill(TYPED["mail"])
    page.locator("[name=again][value='9']").check(force=True)
    page.get_by_role("button", name=SAYINGS[language]["submit"]).click()
    expect(page.locator("h1")).to_contain_text(SAYINGS[language]["thanks"])
    page.screenshot(path=tmp_path / "thanks.png", full_page=True)
    values = desk.request.get("/api/v1/forms/yard.visit/records").json()["records"][0]["values"]
    assert {name: values[name] for name in STORED} == STORED
    assert (values["product"], values["number"] is None) == (product, False)
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT(09|10):00:00Z", values["visit"])
    assert [(row["part"], row["number"]) for row in values["parts"]] == [("滤芯", "2"), ("软管", "5")]
    assert (values["proof"][0]["name"], values["photo"][0]["type"]) == ("bill.pdf", "image/png")


def publish(request: Any, token: str) -> tuple[str, str]:
    """Set the installation up with both forms; return the public link and the product that can be chosen."""
    person = {"organisation": "Riverside", "locale": "en", "name": "Lead", "email": EMAIL, "password": PASSWORD}
    csrf = request.post("/api/v1/setup", data={"token": token, **person}).json()["csrf_token"]

    def post(path: str, body: object) -> Any:
        answer = request.post(f"/api/v1{path}", data=body, headers={"X-CSRF-Token": csrf})
        assert answer.ok, answer.text()
        return answer.json()

    post("/apps", {"key": "yard", "title": words("服务", "Service")})
    for key, document in (("product", PRODUCT), ("visit", FORM)):
        made = post("/apps/yard/definitions", {"kind": "form", "key": key, "document": document})
        post(f"/definitions/{made['id']}/publish", {})
    product = post("/forms/yard.product/records", {"values": {"name": "净水器 X1"}})["id"]
    return str(post("/forms/yard.visit/links", {})["url"]), str(product)


def control(page: Page, name: str) -> Locator:
    return page.locator(f"[name={name}]").first


def fill(page: Page, language: str, product: str) -> None:
    """Answer everything but the last required question, and that with a mail address that is none."""
    for name, text in {**TYPED, "mail": "lin.an@"}.items():
        control(page, name).fill(text)
    control(page, "kind").select_option("fix")
    control(page, "product").select_option(product)
    for name, value in (
        ("also", "buy"),
        ("also", "ask"),
        ("way", "ask"),
        ("ticks", "fix"),
        ("bought", "true"),
        ("stars", "4"),
    ):
        page.locator(f"[name={name}][value='{value}']").check(force=True)
    page.locator("[data-field=visit] details").nth(1).locator("summary").click()
    page.locator("[data-field=visit] details[open] input:enabled").first.check(force=True)
    page.locator("[name='parts.0.part']").fill("滤芯")
    page.locator("[name='parts.0.number']").fill("2")
    page.locator("[data-field=parts]").get_by_role("button", name=SAYINGS[language]["add"]).click()
    page.locator("[name='parts.1.part']").fill("软管")
    page.locator("[name='parts.1.number']").fill("5")
    for name, file, kind, content in (
        ("proof", "bill.pdf", "application/pdf", b"%PDF-1.4 bill"),
        ("photo", "x.png", "image/png", INK),
    ):
        control(page, name).set_input_files({"name": file, "mimeType": kind, "buffer": content})
