"""A phone on a bad network: the whole first load of a form with thirty fields stays below 60 kB, gzipped."""

import gzip
import re
from pathlib import Path

import pytest

from formloom.app import bundle_folder
from formloom.platform.definitions.kinds.looks import PRESETS, VARIABLES
from formloom.platform.web.public import framing

from .conftest import EVERY_TYPE, Publish

pytestmark = pytest.mark.one_database

ROOT = Path(__file__).resolve().parents[2]
WHOLE, SCRIPT, PAGE = 60_000, 18_000, 22_000
BUILT = bundle_folder() / "public-form.json"
TOKENS = ROOT / "static" / "src" / "theme" / "tokens.css"
STYLE = ROOT / "platform" / "web" / "public" / "templates" / "public.css"

VARIABLES_SET = {
    name: "#123456" if one.kind == "colour" else f"{one.least}{one.unit}" for name, one in VARIABLES.items()
}


def zipped(data: bytes) -> int:
    return len(gzip.compress(data, 6))


@pytest.mark.skipif(not BUILT.is_file(), reason="the browser side is not built")
def test_the_first_load_of_thirty_fields_is_small_in_every_theme(form: Publish) -> None:
    fields = [{**EVERY_TYPE[number % 16], "id": f"f{number}"} for number in range(30)]
    house = form(*fields)
    for theme in (None, *({"preset": name, "variables": VARIABLES_SET} for name in PRESETS)):
        if theme:
            house.change({"fields": fields, "settings": {"theme": theme}})
        page = house.open()
        assets = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
        loaded = [page.data, *((bundle_folder() / path.removeprefix("/static/")).read_bytes() for path in assets)]
        assert len(loaded) == 3, "page, script and icon"
        assert zipped(page.data) <= PAGE, theme
        assert sum(map(zipped, loaded)) <= WHOLE, theme


@pytest.mark.skipif(not BUILT.is_file(), reason="the browser side is not built")
def test_pages_that_do_more_stay_small_too(form: Publish) -> None:
    fields = [{**EVERY_TYPE[number % 16], "id": f"f{number}"} for number in range(30)]
    house = form(*fields, settings={"mode": "cards", "offline": True, "theme": {"preset": "night"}})
    page = house.open()
    assets = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    loaded = [page.data, *((bundle_folder() / path.removeprefix("/static/")).read_bytes() for path in assets)]
    assert len(loaded) == 5, "page, icon, the page's script and those of its two modes"
    assert sum(map(zipped, loaded)) <= WHOLE


@pytest.mark.skipif(not BUILT.is_file(), reason="the browser side is not built")
def test_the_script_is_one_small_file() -> None:
    path = framing.bundle_path()
    script = (bundle_folder() / path.removeprefix("/static/")).read_bytes()
    assert zipped(script) <= SCRIPT
    assert b"import(" not in script
    assert not re.search(rb"https?://(?!www\.w3\.org)", script)


def test_colours_are_those_of_the_token_sheet() -> None:
    """The page carries its few tokens itself; each must be what the sheet says."""
    sheet = TOKENS.read_text(encoding="utf-8").split('[data-density="compact"]')[0]
    raw = dict(re.findall(r"(--fl-[\w-]+):\s*([^;]+);", sheet))
    own = dict(re.findall(r"(--fl-[\w-]+):([^;]+)[;}]", STYLE.read_text(encoding="utf-8").split("}")[0]))
    assert len(own) > 20
    for name, value in own.items():
        meant = raw[name]
        while (inner := re.fullmatch(r"var\((--fl-[\w-]+)\)", meant.strip())) is not None:
            meant = raw[inner[1]]
        assert re.sub(r"\s", "", value) == re.sub(r"\s", "", meant), name
    used = set(re.findall(r"var\((--fl-[\w-]+)\)", STYLE.read_text(encoding="utf-8")))
    assert used == own.keys()


def test_a_page_travels_compressed_to_who_takes_that(form: Publish) -> None:
    house = form(*({**EVERY_TYPE[number % 16], "id": f"f{number}"} for number in range(30)))
    plain = house.open()
    answer = house.browser.get(f"/f/{house.token}", headers={"Accept-Encoding": "gzip, br", "Accept": "text/html"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert len(answer.data) < len(plain.data) / 3
    assert b'name="f29"' in gzip.decompress(answer.data)
    assert "Content-Encoding" not in plain.headers


def test_only_pages_that_scan_load_the_scanner_and_may_compile_it(form: Publish) -> None:
    name = {"id": "name", "type": "text", "label": {"en": "Name"}}
    code = {"id": "code", "type": "barcode", "label": {"en": "Code"}}
    house = form(name)
    assert "wasm" not in house.open().headers["Content-Security-Policy"]
    for fields in ([name, code], [name, {"id": "rows", "type": "subform", "label": {"en": "Rows"}, "columns": [code]}]):
        house.change({"fields": fields})
        page = house.open()
        assert "'wasm-unsafe-eval'" in page.headers["Content-Security-Policy"]
        assert framing.bundle_path("scan") in page.text
    house.change({"fields": [name, {**code, "public": False}]})
    assert "wasm" not in house.open().headers["Content-Security-Policy"]
