"""The result of a quiz on the page of thanks; before that, nothing that tells what is right."""

import pytest

from .conftest import Publish, l10n

pytestmark = pytest.mark.one_database

OPTIONS = [
    {"value": "red", "label": l10n("Red"), "score": 7}, {"value": "blue", "label": l10n("Blue"), "score": 0},
]  # fmt: skip
SKY = {
    "id": "sky", "type": "radio", "label": l10n("The sky"), "options": OPTIONS,
    "quiz": {"answer": ["blue"], "points": 3, "explanation": l10n("Rayleigh scattering")},
}  # fmt: skip
SUM = {"id": "sum", "type": "number", "decimals": 0, "label": l10n("2+2"), "quiz": {"answer": ["4"]}}
TOTAL = {"id": "total", "type": "formula", "formula": "SCORE(sky)+SCORE(sum)", "label": l10n("Total")}


@pytest.mark.parametrize(
    ("show", "says", "hides"),
    [
        ("score", ["<b>1</b> / 4", "Not passed"], ["Rayleigh", "Right answer"]),
        ("answers", ["<b>1</b> / 4", "Rayleigh scattering", "Right answer: Blue", "Your answer: Red"], []),
        ("nothing", [], ["/ 4", "Not passed", "Rayleigh"]),
    ],
)
def test_as_much_is_told_as_the_builder_allows(form: Publish, show: str, says: list[str], hides: list[str]) -> None:
    house = form(SKY, SUM, TOTAL, settings={"quiz": {"show": show, "pass_mark": 2}})
    page = house.open().text
    assert (
        "Rayleigh" not in page and '"score"' not in page and "total" not in house.data(house.open()).get("formulas", ())
    )
    sent = house.send({"sky": "red", "sum": "4"})
    thanks = house.browser.get(sent.headers["Location"], headers={"Accept": "text/html"}).text
    for words in says:
        assert words in thanks
    for words in hides:
        assert words not in thanks
    assert house.records()[0]["values"]["total"] == "1.00"
