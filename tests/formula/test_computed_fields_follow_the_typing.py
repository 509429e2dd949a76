"""What a page computes while somebody types is what the server computes; vitest runs the same file in the browser."""

from datetime import UTC, datetime
from typing import Any

import pytest

from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.form import FormVersion

from . import exchange

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
BOOK = exchange.read(exchange.COMPUTED)


def test_the_shared_file_is_whole() -> None:
    assert exchange.with_trees(BOOK) == BOOK, "run: python -m tests.formula.exchange"


@pytest.mark.parametrize("case", BOOK["cases"], ids=lambda case: str(case["about"]))
def test_it_is_shown_alike(case: dict[str, Any]) -> None:
    form = exchange.form_of(case)
    values = form.clean(case["values"], ctx=CleanContext(now=NOW)).values
    for name, said in case["shown"].items():
        assert {locale: form.display(name, values[name], locale) for locale in said} == said, name


def _form(*fields: dict[str, Any]) -> FormVersion:
    return exchange.form_of({"fields": list(fields)})


def test_what_depends_on_a_field_that_is_not_seen_is_not_handed_out() -> None:
    form = _form(
        {"id": "cost", "type": "number"},
        {"id": "price", "type": "number"},
        {"id": "margin", "type": "formula", "formula": "price-cost"},
        {"id": "said", "type": "formula", "formula": "margin&price", "result": "text"},
        {"id": "gross", "type": "formula", "formula": "price*1.13"},
    )
    seen = {"price", "margin", "said", "gross"}
    assert [*form.live_formulas(seen)] == ["gross"]
    assert [*form.live_formulas({"cost", "price", "said"})] == []
    assert {*form.live_formulas(seen | {"cost"})} == {"margin", "said", "gross"}


def test_an_address_is_read_by_its_names() -> None:
    form = _form(
        {"id": "home", "type": "address"},
        {"id": "where", "type": "formula", "formula": 'TEXTLOCATION(home)&"/"&TEXTLOCATION(home,"district")', "result": "text"},
    )  # fmt: skip
    home = {"province": "330000", "city": "330100", "district": "330106", "detail": "1 号"}
    values = form.clean({"home": home}, ctx=CleanContext(now=NOW)).values
    assert values["where"] == "浙江省杭州市西湖区1 号/西湖区"
    assert [*form.live_formulas({"home", "where"})] == [], "its codes are typed, its names are read"
