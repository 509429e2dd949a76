"""Questions whose answers have parts, on a phone, with and without a script, in both languages: what is filled in is
what is stored."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import EMAIL, PASSWORD, Installation, setup_link

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def l10n(zh: str, en: str) -> dict[str, str]:
    return {"zh-CN": zh, "en": en}


def option(value: str, zh: str, en: str, *below: dict[str, Any]) -> dict[str, Any]:
    return {"value": value, "label": l10n(zh, en), **({"children": list(below)} if below else {})}


ROWS = [option("speed", "响应速度", "Speed"), option("care", "服务态度", "Care")]
COLUMNS = [option("good", "满意", "Good"), option("fair", "一般", "Fair"), option("bad", "不满意", "Bad")]
FORM: dict[str, Any] = {
    "title": l10n("上门服务反馈", "Home visit feedback"),
    "fields": [
        {"id": "product", "type": "cascade", "label": l10n("产品型号", "Product"), "required": True, "options": [
            option("phone", "手机", "Phones", option("x1", "X1", "X1", option("64", "64 GB", "64 GB")), option("x2", "X2", "X2")),
            option("pad", "平板", "Tablets", option("p1", "P1", "P1"))]},
        {"id": "home", "type": "address", "label": l10n("上门地址", "Address"), "required": True, "with_postcode": True},
        {"id": "spot", "type": "location", "label": l10n("签到位置", "Where you are"), "decimals": 4},
        {"id": "second", "type": "tabs", "label": l10n("评价", "Your view"), "help": l10n("只需一分钟", "One minute")},
        {"id": "view", "type": "matrix", "label": l10n("您对服务满意吗？", "How was it?"), "rows": ROWS, "columns": COLUMNS,
         "each_row": True, "required": True},
        {"id": "marks", "type": "matrix", "label": l10n("打分", "Marks"), "rows": ROWS, "columns": COLUMNS[:1], "answer": "rating"},
        {"id": "unhappy", "type": "tabs", "label": l10n("哪里不满意", "What went wrong")},
        {"id": "why", "type": "textarea", "label": l10n("原因", "Why"), "required": True},
        {"id": "third", "type": "tabs", "label": l10n("确认", "Confirm")},
        {"id": "signed", "type": "signature", "label": l10n("签名", "Signature"), "required": True},
        {"id": "mark", "type": "signature", "label": l10n("陪同人签名", "Companion"), "typed": False},
    ],
    "rules": [{"id": "r1", "when": {"field": "product", "op": "contains", "value": "pad"}, "show": ["unhappy"]}],
}  # fmt: skip
STORED = {
    "product": ["phone", "x1", "64"],
    "home": {
        "province": "330000",
        "city": "330100",
        "district": "330106",
        "detail": "文三路 1 号",
        "postcode": "310012",
    },
    "view": {"speed": "good", "care": "bad"},
    "marks": {"speed": {"good": 4}},
}


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no_script"])
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_every_part_arrives(
    installation: Installation, browser: Browser, tmp_path: Path, locale: str, has_script: bool
) -> None:
    desk, link = _publish(installation, browser, tmp_path)
    page = browser.new_context(
        locale=locale, viewport=PHONE, java_script_enabled=has_script,
        geolocation={"latitude": 30.27412, "longitude": 120.15508, "accuracy": 8}, permissions=["geolocation"],
    ).new_page()  # fmt: skip
    page.goto(f"{link}?locale={locale}")
    if has_script:
        _fill_in_steps(page, locale, tmp_path)
        expect(page.locator("h1")).to_contain_text("已收到" if locale == "zh-CN" else "We have it")
    else:
        _fill_in_one(page, locale, tmp_path)
    stored = desk.request.get("/api/v1/forms/visits.feedback/records").json()["records"][0]["values"]
    assert {name: stored[name] for name in STORED} == STORED
    assert (stored["spot"]["lat"], stored["spot"]["lng"]) == (30.2741, 120.1551)
    if has_script:
        assert stored["spot"]["accuracy"] == 8
        assert (stored["signed"][0]["type"], stored["mark"]) == ("image/png", None)
    else:
        assert stored["signed"] == [{"typed": "王芳", "name": "王芳"}]
        assert stored["mark"][0]["name"] == "mark.png"


def _publish(house: Installation, browser: Browser, tmp_path: Path) -> tuple[Any, str]:
    desk = browser.new_context(base_url=house.url, locale="en-GB")
    token = setup_link(house, tmp_path / "log").rsplit("=", 1)[1]
    person = {"organisation": "Riverside", "locale": "en", "name": "Lead", "email": EMAIL, "password": PASSWORD}
    csrf = desk.request.post("/api/v1/setup", data={"token": token, **person}).json()["csrf_token"]

    def post(path: str, body: object) -> dict[str, str]:
        answer = desk.request.post(f"/api/v1{path}", data=json.dumps(body), headers={
            "X-CSRF-Token": csrf, "Content-Type": "application/json",
        })  # fmt: skip
        assert answer.ok, answer.text()
        return dict(answer.json())

    post("/apps", {"key": "visits", "title": l10n("上门", "Visits")})
    made = post("/apps/visits/definitions", {"kind": "form", "key": "feedback", "document": FORM})
    post(f"/definitions/{made['id']}/publish", {})
    return desk, post("/forms/visits.feedback/links", {})["url"]


def _fill_in_steps(page: Page, locale: str, tmp_path: Path) -> None:
    zh = locale == "zh-CN"
    step = page.locator(".step-words")
    onward = page.get_by_role("button", name="下一步" if zh else "Next")
    expect(step).to_have_text("第 1 步，共 3 步" if zh else "Step 1 of 3")
    onward.click()
    expect(page.locator(".summary li")).to_have_count(2)  # product and address; the other pages are not judged yet
    product = page.locator("[data-field=product] select.level")
    product.nth(0).select_option("pad")
    product.nth(1).select_option("p1")
    expect(step).to_have_text("第 1 步，共 4 步" if zh else "Step 1 of 4")  # a page that only applies to tablets
    for place, value in enumerate(("phone", "x1", "64")):
        product.nth(place).select_option(value)
    expect(step).to_have_text("第 1 步，共 3 步" if zh else "Step 1 of 3")
    page.locator("[name='home.province']").select_option("330000")
    page.locator("[name='home.city']").select_option("330100")
    page.locator("select[name='home.district']").select_option(label="西湖区")
    page.locator("[name='home.detail']").fill("文三路 1 号")
    page.locator("[name='home.postcode']").fill("310012")
    page.get_by_role("button", name="获取当前位置" if zh else "Use my location").click()
    expect(page.locator("[name='spot.lat']")).to_have_value("30.27412")
    _picture(page, tmp_path, f"{locale}-script-1")
    onward.click()
    expect(page.locator("h2:visible")).to_have_text("评价" if zh else "Your view")
    page.locator("[name='view.speed'][value=good]").check()
    onward.click()
    _sign(page)
    page.get_by_role("button", name="提交" if zh else "Submit").click()
    expect(page.locator("#e-view")).to_contain_text("请回答“服务态度”" if zh else "Answer 'Care'")  # back on its page
    page.locator("[name='view.care'][value=bad]").check()
    page.locator("[name='marks.speed.good']").select_option("4")
    _picture(page, tmp_path, f"{locale}-script-2")
    onward.click()
    _picture(page, tmp_path, f"{locale}-script-3")
    page.get_by_role("button", name="提交" if zh else "Submit").click()


def _sign(page: Page) -> None:
    pad = page.locator("[data-field=signed] canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 40 + step * 20, box["y"] + 60 + (step % 3) * 25)
    page.mouse.up()
    page.locator("[data-field=signed] .kept input").wait_for(state="attached")


def _fill_in_one(page: Page, locale: str, tmp_path: Path) -> None:
    zh = locale == "zh-CN"
    page.locator("[name=product]").select_option('["phone","x1","64"]')
    page.locator("[name='home.city']").select_option("330100")
    page.locator("[name='home.district']").fill("西湖")
    page.locator("[name='home.detail']").fill("文三路 1 号")
    page.locator("[name='home.postcode']").fill("310012")
    page.locator("[name='spot.lat']").fill("30.27412")
    page.locator("[name='spot.lng']").fill("120.15508")
    page.locator("[name='view.speed'][value=good]").check()
    page.locator("[name='marks.speed.good']").select_option("4")
    page.locator("[name='signed.typed']").fill("王芳")
    page.locator("[name=mark]").set_input_files({"name": "mark.png", "mimeType": "image/png", "buffer": PNG})
    page.wait_for_timeout(3_000)  # nobody fills a form faster
    page.get_by_role("button", name="提交" if zh else "Submit").click()
    expect(page.locator("#e-view")).to_contain_text("请回答“服务态度”" if zh else "Answer 'Care'")
    _picture(page, tmp_path, f"{locale}-plain")
    page.locator("[name='view.care'][value=bad]").check()
    page.get_by_role("button", name="提交" if zh else "Submit").click()
    expect(page.locator("h1")).to_contain_text("已收到" if zh else "We have it")


def _picture(page: Page, tmp_path: Path, name: str) -> None:
    page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
    sideways = page.evaluate("document.documentElement.scrollWidth > innerWidth") if "script" in name else False
    assert not sideways, name
