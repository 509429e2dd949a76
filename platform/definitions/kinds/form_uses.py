"""Where a form names its own fields: rules, formulas, conditions, texts, settings.

Found by walking the whole document, so a setting that is added later is found without a word here, as long as it
names fields the way all settings do: a condition tree, a formula, `{name}` in a text, or a plain text that is the id
of one of the form's fields under a key that may hold one. A part that names another form (`"form": "crm.lead"`)
names that form's fields, except for a `ref`, which is always a value of this one, also when it is called `my:<field>`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from formloom.platform.definitions.fields.linking import MINE
from formloom.platform.definitions.formula.grammar import names, parse
from formloom.platform.definitions.formula.tokens import FormulaInvalid
from formloom.platform.definitions.kinds.base import ITSELF, Document, Usage, field_ids
from formloom.platform.kernel.text import LOCALES

_PIPED = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")
_NO_FIELD = frozenset({
    "id", "type", "value", "key", "op", "by", "period", "kind", "flow", "form", "url", "color", "icon", "seed",
    "default", "pattern", "width", "from_link", "currency", "unit", "name", "title", "label", "format", "prefix",
    "languages", "mode", "layout", "period_start", "columns", "rows", "theme",
})  # fmt: skip
"""Keys whose texts are words of their own, even where they look like the id of a field."""
_DEEPEST = 32
_FILLED = re.compile(r"fields/\d+/fill/\d+/to")
"""Into which field of this form a chosen record is copied, though the rule stands beside the name of another form."""


def uses_in(document: Document) -> Iterator[Usage]:
    """Yield every place in a form document that names one of its fields, each place and field once."""
    known = frozenset(field_ids(document))
    seen: set[tuple[str, str, str]] = set()
    for part, inner in document.items():
        for usage in _Walk(known).of(inner, part, part, ITSELF, 0):
            mark = (_place(usage.path), usage.key, usage.field or "")
            if mark not in seen:
                seen.add(mark)
                yield Usage(usage.kind, usage.key, mark[0], usage.field)


def _place(path: str) -> str:
    """Return the part of a path that a person can open: the entry of a list, or a setting."""
    head, _, rest = path.partition("/")
    return f"{head}/{rest.split('/')[0]}" if rest else head


class _Walk:
    """Walks a document that knows these fields."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known

    def of(self, part: Any, path: str, key: str, owner: str, depth: int) -> Iterator[Usage]:
        """Yield the uses in one part, which stands under `key`."""
        if depth > _DEEPEST:
            return
        if isinstance(part, Mapping):
            yield from self._mapping(part, path, owner, depth)
        elif isinstance(part, list):
            for place, inner in enumerate(part):
                yield from self.of(inner, f"{path}/{place}", key, owner, depth + 1)
        elif isinstance(part, str):
            yield from self._text(part, path, key, owner)

    def _mapping(self, part: Mapping[str, Any], path: str, owner: str, depth: int) -> Iterator[Usage]:
        if part and set(part) <= set(LOCALES):
            for text in part.values():
                if isinstance(text, str):
                    yield from (self._use(path, name) for name in _PIPED.findall(text) if name in self._known)
            return
        named = part.get("form")
        inside = named if isinstance(named, str) else owner
        for name, inner in part.items():
            yield from self.of(inner, f"{path}/{name}", name, ITSELF if name == "ref" else inside, depth + 1)

    def _text(self, text: str, path: str, key: str, owner: str) -> Iterator[Usage]:
        if key == "formula":
            yield from (self._use(path, name) for name in _in_formula(text) if name in self._known)
        elif text.startswith(MINE) and text.removeprefix(MINE) in self._known:
            yield self._use(path, text.removeprefix(MINE))
        elif _FILLED.fullmatch(path) and text in self._known:
            yield self._use(path, text)
        elif owner != ITSELF:
            if key == "field":
                yield Usage("form", owner, path, text)
        elif text in self._known and (key not in _NO_FIELD or path.startswith("customer/")):
            yield self._use(path, text)

    @staticmethod
    def _use(path: str, name: str) -> Usage:
        return Usage("form", ITSELF, path, name)


def _in_formula(text: str) -> list[str]:
    try:
        return [name for name, _column in names(parse(text))]
    except FormulaInvalid:
        return []
