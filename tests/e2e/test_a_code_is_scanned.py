"""A code held before the camera comes into its field: on a public page, in a row of a sub-form, and in the workspace. The
camera is a film of a QR code that Chromium plays; the browser on this system has no reader of its own, so ours is fetched."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from playwright.sync_api import Browser, BrowserType, Page, expect

from .conftest import CHROMIUM, Installation, be_patient
from .desk import Desk

pytestmark = pytest.mark.browser
CODE = "SN-0042/织"
FORM = {
    "title": {"zh-CN": "盘点", "en": "Stocktaking"},
    "fields": [
        {"id": "device", "type": "barcode", "label": {"zh-CN": "设备", "en": "Device"}},
        {"id": "parts", "type": "subform", "label": {"zh-CN": "配件", "en": "Parts"}, "columns": [
            {"id": "code", "type": "barcode", "label": {"zh-CN": "条码", "en": "Code"}}]},
        {"id": "signed", "type": "signature", "label": {"zh-CN": "签名", "en": "Signature"}},
    ],
}  # fmt: skip


def film(path: Path, text: str) -> None:
    """Write an uncompressed film of one picture, a QR code on white, 640 by 480."""
    rows = [list(row) for row in segno.make(text, micro=False).matrix_iter(scale=9, border=4)]
    left, top = (640 - len(rows[0])) // 2, (480 - len(rows)) // 2
    light = bytearray(b"\xeb" * (640 * 480))
    for y, row in enumerate(rows):
        for x, is_dark in enumerate(row):
            light[(top + y) * 640 + left + x] = 16 if is_dark else 235
    frame = b"FRAME\n" + bytes(light) + b"\x80" * (640 * 480 // 2)
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + frame * 3)


@pytest.fixture
def camera(chromium: BrowserType, tmp_path: Path) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed here")
    film(tmp_path / "code.y4m", CODE)
    found = chromium.launch(executable_path=CHROMIUM, args=[
        "--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={tmp_path / 'code.y4m'}",
    ])  # fmt: skip
    found.on("context", be_patient)
    yield found
    found.close()


@pytest.fixture
def desk(installation: Installation, camera: Browser, tmp_path: Path) -> Desk:
    found = Desk(installation, camera, tmp_path / "log")
    made = found.post("/apps/repairs/definitions", {"kind": "form", "key": "stock", "document": FORM})
    found.post(f"/definitions/{made['id']}/publish", {})
    return found


def faults_of(page: Page) -> list[str]:
    found: list[str] = []
    page.on("console", lambda told: found.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda told: found.append(str(told)))
    return found


def test_a_visitor_scans_into_a_field_and_a_row(camera: Browser, desk: Desk, tmp_path: Path) -> None:
    page = camera.new_context(viewport={"width": 390, "height": 844}, locale="en-GB").new_page()
    faults = faults_of(page)
    page.goto(f"{desk.post('/forms/repairs.stock/links', {})['url']}?locale=en")
    page.get_by_role("button", name="Scan · Device").click()
    expect(page.locator("[name=device]")).to_have_value(CODE)
    page.get_by_role("button", name="Add a row").click()
    page.get_by_role("button", name="Scan · Code").last.click()
    expect(page.locator("[name='parts.1.code']")).to_have_value(CODE)
    page.screenshot(path=tmp_path / "scanned.png", full_page=True)
    assert faults == []


def test_a_member_scans_and_signs(desk: Desk, tmp_path: Path) -> None:
    page = desk.context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    faults = faults_of(page)
    page.goto("/a/repairs/f/stock?new=1")
    page.locator("#new-device").get_by_role("button", name="Scan a code").click()
    expect(page.get_by_role("textbox", name="Device")).to_have_value(CODE)
    pad = page.get_by_role("img", name="Sign in this box")
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 30 + step * 20, box["y"] + 60 + (step % 3) * 20)
    page.mouse.up()
    with page.expect_response(lambda answer: answer.url.endswith("/api/v1/files")) as sent:
        page.screenshot(path=tmp_path / "signed.png")
    assert sent.value.ok
    page.get_by_role("button", name="Create", exact=False).last.click()
    expect(page.get_by_text(CODE).first).to_be_visible()
    page.screenshot(path=tmp_path / "stored.png")
    values = desk.context.request.get("/api/v1/forms/repairs.stock/records").json()["records"][0]["values"]
    assert (values["device"], values["signed"][0]["type"]) == (CODE, "image/png")
    assert faults == []
