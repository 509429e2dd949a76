"""Sheets of QR labels: they fit on the page, say what the caller may see, and are read back from the drawn page."""

import io
from typing import Any

import pytest

from formloom.platform.records.label_sheets import SIZES, Label, draw, size_of
from formloom.platform.records.pdf import fitted, width_mm

from .conftest import ENTRY, House, Publish, l10n

pytestmark = pytest.mark.one_database

pdfium = pytest.importorskip("pypdfium2", reason="no renderer of PDF is installed")
zxing = pytest.importorskip("zxingcpp", reason="no reader of codes is installed")


def read(data: bytes) -> tuple[int, list[str], str]:
    """Return the number of pages, what the codes of all say, and the text."""
    document = pdfium.PdfDocument(io.BytesIO(data))
    codes: list[str] = []
    text = ""
    for page in document:
        codes += [one.text for one in zxing.read_barcodes(page.render(scale=3).to_pil())]
        text += page.get_textpage().get_text_bounded()
    return len(document), codes, text


@pytest.mark.parametrize("name", SIZES)
def test_every_label_of_every_size_is_read_back(name: str) -> None:
    labels = [
        Label(f"https://forms.example.com/f/Abc{n}?room={n}", [f"会议室 {n} 号", "Room", "x" * 90]) for n in range(26)
    ]
    size = size_of({"size": name})
    places = size.columns * size.rows
    pages, codes, text = read(draw(labels, size, title="标签", skip=2))
    assert pages == -(-28 // places)
    assert sorted(codes) == sorted(label.code for label in labels)
    assert "会议室 25 号" in text
    assert size.left + size.columns * size.width + (size.columns - 1) * size.gap_x <= size.page_width
    assert size.top + size.rows * size.height + (size.rows - 1) * size.gap_y <= size.page_height


def test_a_line_that_is_too_long_is_cut() -> None:
    shown = fitted("标签 label " * 20, 9, 40)
    assert shown.endswith("...")
    assert width_mm(shown, 9) <= 40


@pytest.fixture
def rooms(form: Publish) -> House:
    house = form(
        ENTRY["line"], {"id": "secret", "type": "text", "label": l10n("Secret"), "public": False}, ENTRY["boxes"]
    )
    for name in ("Loom room", "织造间"):
        house.made(
            "POST", f"/forms/{house.form_id}/records", {"values": {"line": name, "secret": "s3", "boxes": ["a", "b"]}}
        )
    return house


def test_labels_of_records_lead_to_the_record_or_to_a_filled_form(rooms: House) -> None:
    ids = [one["id"] for one in rooms.records()]
    asked: dict[str, Any] = {"records": ids, "lines": ["line"], "size": "a4_2x7"}
    answer = rooms.api("POST", f"/forms/{rooms.form_id}/labels/records", asked)
    assert answer.content_type == "application/pdf"
    _pages, codes, text = read(answer.data)
    assert sorted(codes) == sorted(f"http://127.0.0.1:8000/a/desk/f/ticket?record={one}" for one in ids)
    assert "织造间" in text
    filled = asked | {"link": rooms.token, "prefill": ["line", "secret", "boxes"]}
    codes = read(rooms.api("POST", f"/forms/{rooms.form_id}/labels/records", filled).data)[1]
    base = f"http://127.0.0.1:8000/f/{rooms.token}"
    assert f"{base}?line=Loom+room&boxes=a&boxes=b" in codes
    assert "s3" not in "".join(codes)


def test_labels_of_links_have_their_own_codes_and_names(rooms: House) -> None:
    other = rooms.made("POST", f"/forms/{rooms.form_id}/links", {"name": "大厅海报", "source": "poster"})["token"]
    asked = {"links": [rooms.token, other], "lines": ["name", "source"], "copies": 2}
    _pages, codes, text = read(rooms.api("POST", f"/forms/{rooms.form_id}/labels/links", asked).data)
    assert sorted(codes) == sorted([f"http://127.0.0.1:8000/f/{one}" for one in (rooms.token, other)] * 2)
    assert text.count("大厅海报") == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": "a5"}, {"size": "custom"}, {"copies": 51}, {"skip": -1}, {"lines": ["nothing"]}, {"lines": ["id"]},
        {"size": "custom", "custom": {"columns": 4, "rows": 8, "width": 70, "height": 30}},
        {"size": "custom", "custom": {"columns": 1, "rows": 1, "width": "NaN", "height": 30}},
        {"prefill": ["nothing"]}, {"records": []}, {"records": ["x"] * 301}, {"records": ["x"], "copies": "many"},
    ],
)  # fmt: skip
def test_what_cannot_be_printed_is_refused(rooms: House, wrong: dict[str, Any]) -> None:
    asked = {"records": [rooms.records()[0]["id"]], "lines": ["line"]} | wrong
    assert rooms.api("POST", f"/forms/{rooms.form_id}/labels/records", asked).status_code == 422


def test_records_that_are_not_there_are_left_out(rooms: House) -> None:
    path = f"/forms/{rooms.form_id}/labels/records"
    asked = {"records": ["00000000-0000-7000-8000-000000000000", "what"], "lines": ["line"]}
    assert rooms.api("POST", path, asked).status_code in {404, 422}
    other = {"records": [rooms.records()[0]["id"]], "lines": ["line"], "link": "nothere"}
    assert rooms.api("POST", path, other).status_code == 404
