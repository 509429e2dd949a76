"""`docs/formula.md` lists every function as it is registered, and every error value."""

from formloom.platform.definitions.formula.registry import FUNCTIONS
from formloom.platform.definitions.formula.values import FAULTS

from .reference import FAMILIES, PATH, replaced

PAGE = PATH.read_text(encoding="utf-8")


def test_the_list_is_that_of_the_registry() -> None:
    assert replaced(PAGE) == PAGE, "run: python -m tests.formula.reference"
    assert {one.family for one in FUNCTIONS} == set(FAMILIES)


def test_every_error_is_explained() -> None:
    assert [code for code in FAULTS if f"`{code}`" not in PAGE] == []
