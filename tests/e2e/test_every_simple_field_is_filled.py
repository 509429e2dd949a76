"""On a phone, in both languages, with and without a script: every field that is typed, slid, chosen or ranked reaches
the record as it was meant, and what does not fit is asked for again with nothing lost."""

import base64
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import EMAIL, PASSWORD, Installation, setup_link

pytestmark = pytest.mark.browser
PHONE: Any = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)  # fmt: skip


def words(chinese: str, english: str) -> dict[str, str]:
    return {"zh-CN": chinese, "en": english}


def option(value: str, chinese: str, english: str, **more: str) -> dict[str, Any]:
    return {"value": value, "label": words(chinese, english), **more}


PICTURE = {"image": f"data:image/png;base64,{PIXEL}"}
FORM: dict[str, Any] = {
    "title": words("设备登记", "Register a device"),
    "fields": [
        {"id": "discount", "type": "percent", "label": words("折扣", "Discount"), "max": "100", "width": "half"},
        {"id": "opens", "type": "time", "label": words("上门时间", "Visit at"), "min": "08:00", "width": "half"},
        {"id": "took", "type": "duration", "label": words("安装用时", "Time taken")},
        {"id": "noise", "type": "slider", "label": words("噪音", "Noise"), "step": 5, "unit": words("分贝", "dB"),
         "low": words("安静", "Quiet"), "high": words("吵", "Loud")},
        {"id": "paint", "type": "color", "label": words("外壳颜色", "Colour of the case")},
        {"id": "line", "type": "divider", "label": words("设备与用户", "Device and owner")},
        {"id": "code", "type": "barcode", "label": words("商品条码", "Product code"), "symbology": "ean_13"},
        {"id": "citizen", "type": "id_card", "label": words("身份证号", "ID card number"), "required": True},
        {"id": "company", "type": "credit_code", "label": words("信用代码", "Company code")},
        {"id": "story", "type": "richtext", "label": words("情况说明", "What happened")},
        {"id": "order", "type": "ranking", "label": words("看重什么", "What matters"), "options": [
            option("price", "价格", "Price"), option("speed", "速度", "Speed"), option("care", "服务", "Care")]},
        {"id": "look", "type": "image_choice", "label": words("款式", "Style"), "options": [
            option("oak", "橡木", "Oak", **PICTURE), option("ash", "白蜡木", "Ash", **PICTURE)]},
        {"id": "helpers", "type": "users", "label": words("协助人", "Helpers")},
        {"id": "teams", "type": "departments", "label": words("协办部门", "Teams")},
    ],
}  # fmt: skip
STORED = {
    "discount": "12.50", "opens": "09:30", "took": 5400, "noise": 45, "paint": "#3b48c4", "code": "6901234567892",
    "citizen": "11010519491231002X", "company": "91350100M000100Y43", "order": ["care", "price", "speed"],
    "look": ["ash"], "helpers": None, "teams": None,
}  # fmt: skip
SAYINGS = {
    "zh-CN": {"submit": "提交", "place": "第 {} 位", "bold": "加粗", "wrong": "校验位不符", "thanks": "已收到", "hours": "小时", "minutes": "分钟"},
    "en": {"submit": "Submit", "place": "Place {}", "bold": "Bold", "wrong": "check character", "thanks": "We have it", "hours": "hours", "minutes": "minutes"},
}  # fmt: skip


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no_script"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_field_reaches_the_record(
    installation: Installation, browser: Browser, tmp_path: Path, language: str, has_script: bool
) -> None:
    desk = browser.new_context(base_url=installation.url)
    link = publish(desk.request, setup_link(installation, tmp_path / "log").rsplit("=", 1)[1])
    page = browser.new_context(
        base_url=installation.url, locale=language, java_script_enabled=has_script, **PHONE
    ).new_page()
    said = SAYINGS[language]
    page.goto(f"{link}?locale={language}")
    if has_script:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    fill(page, language)
    (write_richly if has_script else write_plainly)(page, language)
    (rank_by_touch if has_script else rank_by_lists)(page, language)
    question(page, language, "citizen").fill("110105194912310021")
    page.wait_for_timeout(3_000)  # nobody fills a form faster
    page.get_by_role("button", name=said["submit"]).click()
    expect(page.locator("#e-citizen")).to_contain_text(said["wrong"])
    assert question(page, language, "paint").input_value().lower() == "#3b48c4"
    question(page, language, "citizen").fill("11010519491231002x")
    page.get_by_role("button", name=said["submit"]).click()
    expect(page.locator("h1")).to_contain_text(said["thanks"])
    values = desk.request.get("/api/v1/forms/yard.device/records").json()["records"][0]["values"]
    assert {name: values[name] for name in STORED} == STORED
    assert values["story"] == ("<p>one <b>two</b></p>" if has_script else "<p>one &lt;two&gt;</p><p>three</p>")


def publish(request: Any, token: str) -> str:
    """Set the installation up with the form; return its public link."""
    person = {"organisation": "Riverside", "locale": "en", "name": "Lead", "email": EMAIL, "password": PASSWORD}
    csrf = request.post("/api/v1/setup", data={"token": token, **person}).json()["csrf_token"]

    def post(path: str, body: object) -> dict[str, str]:
        answer = request.post(f"/api/v1{path}", data=body, headers={"X-CSRF-Token": csrf})
        assert answer.ok, answer.text()
        return dict(answer.json())

    post("/apps", {"key": "yard", "title": words("设备", "Devices")})
    made = post("/apps/yard/definitions", {"kind": "form", "key": "device", "document": FORM})
    post(f"/definitions/{made['id']}/publish", {})
    return post("/forms/yard.device/links", {})["url"]


def label(language: str, name: str) -> str:
    return str(next(one for one in FORM["fields"] if one["id"] == name)["label"][language])


def question(page: Page, language: str, name: str) -> Any:
    """Return the text input of a question, found by its label as people find it."""
    return page.locator(f"[data-field={name}]").get_by_role("textbox", name=label(language, name)).first


def fill(page: Page, language: str) -> None:
    said = SAYINGS[language]
    question(page, language, "discount").fill("12.5")
    page.get_by_label(label(language, "opens")).fill("09:30")
    took = page.get_by_role("group", name=label(language, "took"))
    took.get_by_label(said["hours"]).fill("1")
    took.get_by_label(said["minutes"]).fill("30")
    question(page, language, "noise").fill("45")
    question(page, language, "paint").fill("#3B48C4")
    question(page, language, "code").fill("690 1234567892")
    question(page, language, "company").fill("91350100m000100y43")
    picture = page.get_by_role("radio", name="Ash" if language == "en" else "白蜡木")
    picture.check(force=True)
    shown = page.request.get(page.locator(".picture img").first.get_attribute("src") or "")
    assert (shown.headers["content-type"], shown.body()) == ("image/png", base64.b64decode(PIXEL))
    for name, keyboard in (("discount", "decimal"), ("noise", "numeric"), ("code", "numeric")):
        assert question(page, language, name).get_attribute("inputmode") == keyboard


def write_plainly(page: Page, language: str) -> None:
    question(page, language, "story").fill("one <two>\n\nthree")


def write_richly(page: Page, language: str) -> None:
    area = question(page, language, "story")
    area.click()
    area.press_sequentially("one ")
    page.get_by_role("button", name=SAYINGS[language]["bold"]).click()
    page.keyboard.type("two")


def rank_by_lists(page: Page, language: str) -> None:
    for place, value in enumerate(("care", "price", "speed"), 1):
        page.get_by_label(SAYINGS[language]["place"].format(place), exact=True).select_option(value)


def rank_by_touch(page: Page, language: str) -> None:
    names = {one["value"]: one["label"][language] for one in FORM["fields"][10]["options"]}
    for value in ("speed", "care", "price"):
        page.get_by_role("button", name=names[value]).click()
    page.get_by_role("button", name=names["speed"]).click()  # gives its place back …
    page.get_by_role("button", name=names["speed"]).click()  # … and takes the last one
    expect(page.get_by_role("button", name=names["care"])).to_have_attribute("aria-pressed", "true")
