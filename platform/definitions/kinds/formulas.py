"""Checking the formulas of a form: readable, over fields that are there, and none waiting for itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.formula.grammar import Tree, names, parse
from formloom.platform.definitions.formula.tokens import FormulaInvalid
from formloom.platform.definitions.kinds.base import Document, unknown
from formloom.platform.kernel.errors import Finding

_WORD = {"zh-CN": "字段", "en": "field"}
_MISSING = {"zh-CN": "还没有公式", "en": "There is no formula yet"}
_COLUMN = {"zh-CN": "“{name}”不是子表单", "en": "'{name}' is no sub-form"}
_CYCLE = {"zh-CN": "公式互相引用：{path}", "en": "These formulas wait for each other: {path}"}


def check_formulas(document: Document) -> Iterator[Finding]:
    """Yield what is wrong with the formulas of a form document."""
    entries = [one for one in document.get("fields") or () if one["type"] in FIELD_TYPES]
    stored = {one["id"] for one in entries if FIELD_TYPES.get(one["type"]).is_stored}
    trees: dict[str, Tree] = {}
    for place, entry in enumerate(document.get("fields") or ()):
        source = _source(entry)
        if source is None:
            continue
        path = f"fields/{place}/formula"
        try:
            trees[entry["id"]] = tree = parse(source)
        except FormulaInvalid as fault:
            yield _unreadable(source, fault, path)
            continue
        yield from _check_names(tree, stored, path)
    yield from _check_cycles(trees, document)


def _source(entry: Mapping[str, Any]) -> str | None:
    """Return the formula of a field that has one by its type, else None."""
    kind = FIELD_TYPES.get(entry["type"]) if entry["type"] in FIELD_TYPES else None
    return kind.formula(entry) if kind else None


def _unreadable(source: str, fault: FormulaInvalid, path: str) -> Finding:
    if not source.strip():
        return Finding("no_formula", _MISSING, path)
    found = fault.findings[0]
    return Finding(found.code, found.message, path, found.params)


def _check_names(tree: Tree, stored: set[str], path: str) -> Iterator[Finding]:
    for name, column in dict.fromkeys(names(tree)):
        if name not in stored:
            yield unknown("unknown_field", path, name, stored, _WORD)
        elif column is not None:
            yield Finding("not_a_subform", _COLUMN, path, {"name": name})


def _check_cycles(trees: Mapping[str, Tree], document: Document) -> Iterator[Finding]:
    needs = {name: {field for field, _ in names(tree)} & trees.keys() for name, tree in trees.items()}
    places = {entry["id"]: place for place, entry in enumerate(document.get("fields") or ())}
    reported: set[str] = set()
    for start in needs:
        trail = _trail(start, needs)
        if trail and not reported & set(trail):
            reported |= set(trail)
            yield Finding("formula_cycle", _CYCLE, f"fields/{places[start]}/formula", {"path": " → ".join(trail)})


def _trail(start: str, needs: Mapping[str, set[str]]) -> list[str] | None:
    """Return the shortest way from `start` back to itself, or None."""
    waiting, seen = [[start]], {start}
    while waiting:
        trail = waiting.pop(0)
        for name in sorted(needs[trail[-1]]):
            if name == start:
                return [*trail, start]
            if name not in seen:
                seen.add(name)
                waiting.append([*trail, name])
    return None
