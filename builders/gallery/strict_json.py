"""JSON from strangers: refused where readers would differ or run out of breath.

Names that stand twice, NaN, numbers of a thousand digits and nesting without end are all read differently by
different programs; a package has none of them.
"""

import json
from typing import Any, NoReturn

from formloom.builders.gallery.errors import PackageUnreadable

MAX_DEPTH = 32
MAX_DIGITS = 40


def read_json(raw: bytes, name: str) -> Any:
    """Return the JSON value of `raw`. Raises PackageUnreadable; `name` says where for people."""
    try:
        text = raw.decode("utf-8")
        _ensure_shallow(text)
        return json.loads(
            text, object_pairs_hook=_distinct, parse_constant=_refuse, parse_int=_whole, parse_float=_decimal
        )
    except (ValueError, RecursionError) as fault:
        raise PackageUnreadable(why=str(fault)[:200], part=name) from fault


def _ensure_shallow(text: str) -> None:
    """Refuse deep nesting before a parser recurses into it."""
    depth, in_text, escaped = 0, False, False
    for mark in text:
        if in_text:
            if escaped:
                escaped = False
            elif mark == "\\":
                escaped = True
            elif mark == '"':
                in_text = False
        elif mark == '"':
            in_text = True
        elif mark in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError(f"nested deeper than {MAX_DEPTH}")
        elif mark in "]}":
            depth -= 1


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in an object")
    return found


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError("a number is too long")
    return int(digits)


def _decimal(digits: str) -> float:
    if len(digits) > MAX_DIGITS:
        raise ValueError("a number is too long")
    return float(digits)
