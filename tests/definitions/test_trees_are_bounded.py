"""A tree of options has few levels and not too many options, however it was made."""

from typing import Any

import pytest
from marshmallow import ValidationError

from formloom.platform.definitions.fields.types.cascade import MAX_LEVELS, MAX_NODES, Tree


def chain(levels: int) -> list[dict[str, Any]]:
    options: list[dict[str, Any]] = []
    for _level in range(levels):
        options = [{"value": "a", "label": {"en": "A"}, **({"children": options} if options else {})}]
    return options


def test_five_levels_are_taken() -> None:
    assert Tree().load({"options": chain(MAX_LEVELS)})["options"]


@pytest.mark.parametrize("levels", [MAX_LEVELS + 1, 400])
def test_more_levels_are_refused(levels: int) -> None:
    with pytest.raises(ValidationError):
        Tree().load({"options": chain(levels)})


def test_too_many_options_are_refused() -> None:
    many = [{"value": str(place), "label": {"en": "A"}} for place in range(101)]
    tops = [{**one, "children": many} for one in many[: MAX_NODES // 100]]
    with pytest.raises(ValidationError):
        Tree().load({"options": tops})


def test_the_same_value_may_stand_in_two_branches_but_not_twice_in_one() -> None:
    twin = {"value": "other", "label": {"en": "Other"}}
    below = [{"value": name, "label": {"en": name}, "children": [twin]} for name in ("a", "b")]
    assert Tree().load({"options": below})["options"]
    with pytest.raises(ValidationError):
        Tree().load({"options": [{"value": "a", "label": {"en": "A"}, "children": [twin, twin]}]})
