"""Texts that quote answers are warned about where the answer will not be there."""

from typing import Any

import pytest

from formloom.platform.definitions.kinds.base import World
from formloom.platform.definitions.kinds.registry import KINDS

CODES = {"quotes_unknown", "quotes_later", "not_public", "cannot_be_quoted"}
FIELDS: list[dict[str, Any]] = [
    {"id": "name", "type": "text", "label": {"en": "Name"}},
    {"id": "inner", "type": "text", "label": {"en": "Inner"}, "public": False},
    {"id": "owner", "type": "user", "label": {"en": "Owner"}},
    {"id": "papers", "type": "file", "label": {"en": "Papers"}},
    {"id": "no", "type": "serial", "label": {"en": "No"}},
    {"id": "sum", "type": "formula", "label": {"en": "Sum"}, "formula": "1 + 1", "result": "number"},
]


def found(label: str, *later: dict[str, Any], **more: Any) -> list[tuple[str, str | None]]:
    asked = {"id": "asked", "type": "text", "label": {"en": label}, **more}
    document = {"title": {"en": "T"}, "fields": [*FIELDS, asked, *later]}
    return [(one.code, one.field) for one in KINDS.get("form").check(document, World()) if one.code in CODES]


@pytest.mark.parametrize(
    ("label", "codes"),
    [
        ("Hello {name}, {sum}", []), ("Hello {nmae}", ["quotes_unknown"]), ("{inner}", ["not_public"]), ("{owner}", ["not_public"]),
        ("{papers}", ["cannot_be_quoted"]), ("{no}", ["cannot_be_quoted"]), ("{asked}", ["quotes_later"]), ("{name} {later}", ["quotes_later"]),
    ],
)  # fmt: skip
def test_a_quote_that_stays_empty_is_warned_about(label: str, codes: list[str]) -> None:
    later = {"id": "later", "type": "text", "label": {"en": "Later"}}
    assert found(label, later) == [(code, "fields/6/label") for code in codes]


def test_helps_and_notes_are_looked_at_too() -> None:
    note = {"id": "note", "type": "note", "label": {"en": "N"}, "text": {"en": "{gone}"}}
    assert found("Asked", note, help={"en": "{gone}"}) == [
        ("quotes_unknown", "fields/6/help"),
        ("quotes_unknown", "fields/7/text"),
    ]


def test_what_only_members_see_is_left_alone() -> None:
    assert found("{gone}", public=False) == []
