"""Options in levels: each may have `children`, which are options again."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from formloom.platform.kernel.text import resolve

Node = Mapping[str, Any]


def labels_of(path: Iterable[str], options: list[Node], locale: str) -> list[str]:
    """Return what people read for each step of a path; a value that is gone stands for itself."""
    found, level = [], options
    for value in path:
        node: Node = next((one for one in level if one["value"] == value), {})
        found.append(resolve(node.get("label"), locale) or value)
        level = node.get("children") or []
    return found


def paths(options: list[Node], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Yield every path of the tree with the option at its end, from the top down."""
    for option in options:
        path = (*above, option["value"])
        yield path, option
        yield from paths(option.get("children") or [], path)


def path_text(path: Iterable[str]) -> str:
    """Return a path as it stands in an input."""
    return json.dumps(list(path), ensure_ascii=False, separators=(",", ":")) if path else ""
