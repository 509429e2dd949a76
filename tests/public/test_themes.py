"""How a form looks: every page takes the theme, whatever was chosen stays readable, and nothing else gets in."""

import base64
import itertools
import re
from typing import Any

import pytest

from formloom.platform.definitions.colours import contrast, text_on
from formloom.platform.definitions.kinds.looks import PRESETS, VARIABLES, theme_of
from formloom.platform.web.public.theming import DARK, contrasts

from .conftest import ENTRY, PNG, Publish, l10n
from .test_page_weight import TOKENS

pytestmark = pytest.mark.one_database

PICTURE = "data:image/png;base64," + base64.b64encode(PNG).decode()
AWKWARD = ("#f2b705", "#ffffff", "#000000", "#777777", "#ff00ff", "#00ff7f")


@pytest.mark.parametrize("dark", [False, True])
def test_text_is_readable_in_every_theme_and_with_awkward_colours(dark: bool) -> None:
    ready = [theme_of({"theme": {"preset": name}}) for name in PRESETS]
    own = [{"accent": one, "background": other} for one, other in itertools.product(AWKWARD, AWKWARD)]
    for theme in [*ready, *own]:
        worst = min(contrasts(theme, dark=dark).items(), key=lambda pair: pair[1])
        assert worst[1] >= 4.5, (theme, worst)


def test_text_on_any_colour_is_black_or_white_and_readable() -> None:
    for red, green, blue in itertools.product(range(0, 256, 51), repeat=3):
        colour = f"#{red:02x}{green:02x}{blue:02x}"
        assert contrast(text_on(colour), colour) >= 4.5


def test_dark_colours_are_those_of_the_token_sheet() -> None:
    sheet = TOKENS.read_text(encoding="utf-8").split('[data-theme="dark"] {')[1].split("}")[0]
    meant = dict(re.findall(r"(--fl-[\w-]+):\s*([^;]+);", sheet))
    assert {name: meant[name] for name in DARK} == dict(DARK)


def test_every_page_takes_the_theme(form: Publish) -> None:
    theme = {"preset": "celadon", "logo": PICTURE, "cover_image": PICTURE, "labels": "left"}
    house = form(ENTRY["line"], settings={"theme": theme})
    opened = house.open()
    receipt = house.browser.get(house.send({"line": "x"}).headers["Location"])
    house.made("PATCH", f"/links/{house.token}", {"password": "weaving-42"})
    locked = house.open()
    house.made("PATCH", f"/links/{house.token}", {"open": False})
    closed = house.open()
    for page in (opened, receipt, locked, closed):
        assert "--fl-brand:#1f6f63" in page.text
        assert 'class="logo"' in page.text
        assert "lay-top labels-left" in page.text
    address = re.search(r'class="weave" src="([^"]+)"', opened.text)
    assert address
    picture = house.browser.get(address[1])
    assert (picture.data, picture.content_type) == (PNG, "image/png")
    assert house.browser.get(f"{house.path}/look/secret").status_code == 404


def test_pages_of_forms_without_a_theme_stay_as_they_were(form: Publish) -> None:
    page = form(ENTRY["line"]).open()
    style = page.text.split("<style", 1)[1].split("</style>", 1)[0]
    assert style.count(":root{") == 1
    assert 'content="light"' in page.text


def test_a_dark_and_an_automatic_theme_say_so(form: Publish) -> None:
    house = form(ENTRY["line"], settings={"theme": {"scheme": "dark"}})
    assert 'name="color-scheme" content="dark"' in house.open().text
    house.change({"fields": [ENTRY["line"]], "settings": {"theme": {"scheme": "auto"}}})
    assert "@media(prefers-color-scheme:dark){:root" in house.open().text


@pytest.mark.parametrize(
    ("theme", "code"),
    [
        ({"variables": {"--f-gapp": "12px"}}, "unknown_variable"),
        ({"variables": {"--f-gap": "url(x)"}}, "bad_variable"),
        ({"variables": {"--f-gap": "12px;color:red"}}, "bad_variable"),
        ({"variables": {"--f-gap": "400px"}}, "bad_variable"),
        ({"variables": {"--f-text": "red"}}, "bad_variable"),
        ({"preset": "celladon"}, "unknown_theme"),
    ],
)  # fmt: skip
def test_variables_are_names_and_values_that_we_know(form: Publish, theme: dict[str, Any], code: str) -> None:
    house = form(ENTRY["line"])
    document = {"title": l10n("Repair"), "fields": [ENTRY["line"]], "settings": {"theme": theme}}
    house.made("PUT", f"/definitions/{house.form_id}/draft", {"document": document})
    refused = house.api("POST", f"/definitions/{house.form_id}/publish", {})
    assert refused.status_code == 422
    assert code in {one["code"] for one in refused.json["errors"]}
    drawn = house.api("POST", f"/definitions/{house.form_id}/preview", {"document": document, "locale": "en"})
    assert drawn.status_code == 200
    assert not any(text in drawn.text for text in ("url(x)", "color:red", "400px}", "--f-gapp"))


@pytest.mark.parametrize("accent", ["crimson", "#FFF", "#ffffff;}", "url(#a)", "#12345g"])
def test_colours_are_six_digits(form: Publish, accent: str) -> None:
    house = form(ENTRY["line"])
    document = {"title": l10n("Repair"), "fields": [ENTRY["line"]], "settings": {"theme": {"accent": accent}}}
    drawn = house.api("POST", f"/definitions/{house.form_id}/preview", {"document": document, "locale": "en"})
    assert accent not in drawn.text.split("</style>")[0]


def test_a_faint_accent_is_told_but_not_refused(form: Publish) -> None:
    house = form(ENTRY["line"], settings={"theme": {"preset": "sun"}})
    draft = house.made("GET", f"/definitions/{house.form_id}/draft")
    assert {"accent_is_light", "accent_is_faint"} <= {one["code"] for one in draft["findings"]}


def test_every_variable_reaches_the_page(form: Publish) -> None:
    values = {name: "#123456" if one.kind == "colour" else f"{one.least}{one.unit}" for name, one in VARIABLES.items()}
    page = form(ENTRY["line"], settings={"theme": {"variables": values}}).open()
    own = page.text.split(":root,:root:lang(en){", 1)[1].split("}", 1)[0]
    for name, one in VARIABLES.items():
        assert f"{one.token}:{values[name]}" in own, name
