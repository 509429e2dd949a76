"""Checking the formulas of a form: readable, over fields that are there, and none waiting for itself.

A field has a formula that computes it (its type says which), or one that gives its default; both stand in one graph,
since a default may need what is computed and the other way round.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from formloom.platform.definitions.defaults import READERS
from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.formula.grammar import Tree, calls, names, parse
from formloom.platform.definitions.formula.tokens import FormulaInvalid
from formloom.platform.definitions.kinds.base import Document, columns_of, unknown
from formloom.platform.kernel.errors import Finding

_WORD = {"zh-CN": "字段", "en": "field"}
_MISSING = {"zh-CN": "还没有公式", "en": "There is no formula yet"}
_COLUMN = {"zh-CN": "“{name}”不是子表单", "en": "'{name}' is no sub-form"}
_CYCLE = {"zh-CN": "公式互相引用：{path}", "en": "These formulas wait for each other: {path}"}
_NO_NUMBER = {
    "zh-CN": "RECNO 取流水号中的序号，此表单还没有流水号字段",
    "en": "RECNO is the number in the serial number; this form has no field for one",
}
_NO_DEFAULT = {"zh-CN": "这种字段不能用公式作默认值", "en": "A field of this type can't have a default by formula"}
_TWO_DEFAULTS = {"zh-CN": "固定默认值和公式默认值只能设一个", "en": "Set a fixed default or one by formula, not both"}


def check_formulas(document: Document) -> Iterator[Finding]:
    """Yield what is wrong with the formulas of a form document, those of the columns of sub-forms included."""
    entries = [one for one in document.get("fields") or () if one["type"] in FIELD_TYPES]
    stored = {one["id"]: {column["id"] for column in columns_of(one)} for one in entries if _is_stored(one)}
    numbered = any(FIELD_TYPES.get(one["type"]).numbers_records for one in entries)
    trees: dict[str, tuple[Tree, str]] = {}
    for place, entry in enumerate(document.get("fields") or ()):
        yield from _check_one(entry, f"fields/{place}", stored, trees, numbered=numbered)
        yield from _in_columns(document, entry, f"fields/{place}/columns")
    yield from _check_cycles(trees)


def _in_columns(document: Document, entry: Mapping[str, Any], path: str) -> Iterator[Finding]:
    """Check the formulas of a sub-form's columns: over its columns, and over fields that people fill."""
    columns = columns_of(entry)
    filled: dict[str, set[str]] = {
        one["id"]: {column["id"] for column in columns_of(one) if not _is_computed(column)}
        for one in document.get("fields") or ()
        if one["type"] in FIELD_TYPES and _is_stored(one) and not _is_computed(one)
    }
    known = filled | {column["id"]: set() for column in columns}
    trees: dict[str, tuple[Tree, str]] = {}
    for place, column in enumerate(columns):
        yield from _check_one(column, f"{path}/{place}", known, trees, numbered=True)
    yield from _check_cycles(trees)


def _check_one(
    entry: Mapping[str, Any], path: str, known: Mapping[str, set[str]], trees: dict[str, tuple[Tree, str]],
    *, numbered: bool,
) -> Iterator[Finding]:  # fmt: skip
    """Yield what is wrong with the formulas of one field, and put what can be read into `trees`."""
    for name, source in _sources(entry):
        where = f"{path}/{name}"
        try:
            tree = parse(source)
        except FormulaInvalid as fault:
            yield _unreadable(source, fault, where)
            continue
        trees[entry["id"]] = tree, where
        yield from _check_names(tree, known, where)
        if not numbered and "RECNO" in calls(tree):
            yield Finding("no_record_number", _NO_NUMBER, where, severity="warning")
    yield from _check_default(entry, f"{path}/default_formula")


def _is_stored(entry: Mapping[str, Any]) -> bool:
    return FIELD_TYPES.get(entry["type"]).is_stored


def _is_computed(entry: Mapping[str, Any]) -> bool:
    return FIELD_TYPES.get(entry["type"]).formula(entry) is not None


def _sources(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the setting and the text of each formula that a field has."""
    kind = FIELD_TYPES.get(entry["type"]) if entry["type"] in FIELD_TYPES else None
    source = kind.formula(entry) if kind else None
    if source is not None:
        yield "formula", source
    elif entry.get("default_formula"):
        yield "default_formula", str(entry["default_formula"])


def _check_default(entry: Mapping[str, Any], path: str) -> Iterator[Finding]:
    if not entry.get("default_formula") or entry["type"] not in FIELD_TYPES:
        return
    kind = FIELD_TYPES.get(entry["type"])
    if kind.is_generated or not kind.is_stored or kind.kind_of(entry) not in READERS:
        yield Finding("no_default_formula", _NO_DEFAULT, path)
    if entry.get("default") is not None:
        yield Finding("two_defaults", _TWO_DEFAULTS, path)


def _unreadable(source: str, fault: FormulaInvalid, path: str) -> Finding:
    if not source.strip():
        return Finding("no_formula", _MISSING, path)
    found = fault.findings[0]
    return Finding(found.code, found.message, path, found.params)


def _check_names(tree: Tree, known: Mapping[str, set[str]], path: str) -> Iterator[Finding]:
    for name, column in dict.fromkeys(names(tree)):
        if name not in known:
            yield unknown("unknown_field", path, name, known, _WORD)
        elif column is not None and not known[name]:
            yield Finding("not_a_subform", _COLUMN, path, {"name": name})
        elif column is not None and column not in known[name]:
            yield unknown("unknown_field", path, column, known[name], _WORD)


def _check_cycles(trees: Mapping[str, tuple[Tree, str]]) -> Iterator[Finding]:
    needs = {name: {field for field, _ in names(tree)} & trees.keys() for name, (tree, _path) in trees.items()}
    reported: set[str] = set()
    for start in needs:
        trail = _trail(start, needs)
        if trail and not reported & set(trail):
            reported |= set(trail)
            yield Finding("formula_cycle", _CYCLE, trees[start][1], {"path": " → ".join(trail)})


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
