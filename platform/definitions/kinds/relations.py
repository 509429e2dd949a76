"""What a form document says about other forms: checked against them, and told to "where used".

Which setting names what is told by the setting itself, through the control by which the designer enters it, so a type
that leads to another form is checked without being known here.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from formloom.platform.definitions.conditions.tree import ConditionInvalid, fields_of, parse
from formloom.platform.definitions.fields.linking import MINE, mine
from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.kinds.base import (
    Document,
    Usage,
    World,
    check_fields,
    check_form,
    value_kinds,
)
from formloom.platform.definitions.kinds.gathering import check_gathering, target_of
from formloom.platform.kernel.errors import Finding

Entry = Mapping[str, Any]
_NO_FORM = {"zh-CN": "请选择要关联的表单", "en": "Choose the form to link to"}
_NO_CONDITION = {"zh-CN": "请设置匹配条件", "en": "Say which record it is taken from"}
_UNLIKE = {
    "zh-CN": "“{from}”与“{to}”的类型不同，不能填入",
    "en": "'{from}' and '{to}' hold different kinds of values",
}
_GENERATED = {"zh-CN": "“{to}”由系统生成，不能填入", "en": "'{to}' is made by the system; nothing can be filled in"}
_NOTHING_SHOWN = {
    "zh-CN": "访客可以选择时，请指定他们能看到的字段",
    "en": "Say by which fields visitors see the records that they may choose",
}
NOT_COPIED = frozenset({"files", "object"})
"""Kinds that stay with the record in which they were entered."""


def check_relations(document: Document, world: World) -> Iterator[Finding]:
    """Yield what is wrong with the settings that name other forms."""
    for place, entry in enumerate(document.get("fields") or ()):
        if entry["type"] not in FIELD_TYPES:
            continue
        path, controls = f"fields/{place}", _controls(entry)
        if "form" in controls.values() and not entry.get("form"):
            yield Finding("no_form", _NO_FORM, f"{path}/form")
            continue
        if entry.get("visitors") and not entry.get("show"):
            yield Finding("nothing_shown", _NOTHING_SHOWN, f"{path}/show")
        if FIELD_TYPES.get(entry["type"]).gathering(entry) is not None:
            yield from check_gathering(document, entry, world, path)
        key = target_of(entry, document)
        if key is None:
            continue
        other = _other(document, world, key)
        if other is None:
            yield from check_form(world, key, f"{path}/form")
            continue
        for name, control in controls.items():
            if control in _CHECKS:
                yield from _CHECKS[control](document, other, entry.get(name), f"{path}/{name}")


def check_defaults(document: Document, world: World) -> Iterator[Finding]:
    """Yield what is wrong with defaults that come from other forms."""
    ours = value_kinds(document)
    for place, entry in enumerate(document.get("fields") or ()):
        wanted, path = entry.get("default_from"), f"fields/{place}/default_from"
        if not wanted:
            continue
        other = _other(document, world, wanted["form"])
        if other is None:
            yield from check_form(world, wanted["form"], f"{path}/form")
            continue
        yield from _check_condition(document, other, wanted["where"], f"{path}/where")
        if not fields_of(wanted["where"]):
            yield Finding("no_condition", _NO_CONDITION, f"{path}/where")
        faults = list(check_fields(other, [(f"{path}/take", wanted["take"])]))
        yield from faults
        if not faults and not fits(value_kinds(other).get(wanted["take"], "text"), ours.get(entry["id"])):
            yield Finding("kinds_differ", _UNLIKE, f"{path}/take", {"from": wanted["take"], "to": entry["id"]})


def relations_of(document: Document) -> Iterator[Usage]:
    """Yield every place that names another form of the app or one of its fields."""
    for place, entry in enumerate(document.get("fields") or ()):
        yield from _default_uses(entry, f"fields/{place}/default_from")
        key = target_of(entry, document) if entry.get("type") in FIELD_TYPES else None
        if key is None:
            continue
        yield Usage("form", key, f"fields/{place}")
        for name, control in _controls(entry).items():
            for field in _NAMED.get(control, _nobody)(entry.get(name)):
                yield Usage("form", key, f"fields/{place}/{name}", field)


def _controls(entry: Entry) -> dict[str, str]:
    """Return the settings of a field's type by the control that enters each."""
    made = FIELD_TYPES.get(entry["type"]).settings()
    return {one.data_key or name: str(one.metadata.get("control")) for name, one in made.fields.items()}


def _other(document: Document, world: World, key: str) -> Document | None:
    """Return the document of a form; a form that leads to itself is the one being checked."""
    return document if key == world.key else world.form(key)


def _check_fields(_mine: Document, other: Document, names: Any, path: str) -> Iterator[Finding]:
    yield from check_fields(other, [(f"{path}/{place}", name) for place, name in enumerate(names or ())])


def _check_condition(document: Document, other: Document, tree: Any, path: str) -> Iterator[Finding]:
    try:
        parse(tree or {}, {**value_kinds(other), **mine(value_kinds(document))})
    except ConditionInvalid as fault:
        for found in fault.findings:
            yield Finding(found.code, found.message, f"{path}{found.field or ''}", found.params, found.severity)


def _check_fill(document: Document, other: Document, rules: Any, path: str) -> Iterator[Finding]:
    theirs, ours = value_kinds(other), value_kinds(document)
    types = {entry["id"]: entry["type"] for entry in document.get("fields") or ()}
    for place, rule in enumerate(rules or ()):
        where = f"{path}/{place}"
        faults = [
            *check_fields(other, [(f"{where}/from", rule["from"])]),
            *check_fields(document, [(f"{where}/to", rule["to"])], reserved=False),
        ]
        yield from faults
        if faults:
            continue
        if FIELD_TYPES.get(types[rule["to"]]).is_generated:
            yield Finding("read_only_field", _GENERATED, f"{where}/to", {"to": rule["to"]})
        elif not fits(theirs.get(rule["from"], "text"), ours.get(rule["to"])):
            yield Finding("kinds_differ", _UNLIKE, where, {"from": rule["from"], "to": rule["to"]})


def fits(from_: str | None, to: str | None) -> bool:
    """Tell whether values of one kind can be copied into a field of another: a text takes all that can be read."""
    if from_ is None or to is None or from_ in NOT_COPIED or to in NOT_COPIED:
        return False
    return to in {from_, "text"}


_CHECKS: Mapping[str, Callable[[Document, Document, Any, str], Iterator[Finding]]] = {
    "their_fields": _check_fields, "their_condition": _check_condition,
    "fill": _check_fill,
}  # fmt: skip


def _default_uses(entry: Entry, path: str) -> Iterator[Usage]:
    wanted = entry.get("default_from")
    if not wanted:
        return
    yield Usage("form", wanted["form"], path)
    for name in (wanted["take"], *_in_condition(wanted["where"])):
        yield Usage("form", wanted["form"], path, name)


def _nobody(_given: Any) -> Iterator[str]:
    yield from ()


def _in_condition(tree: Any) -> Iterator[str]:
    yield from (name for name in sorted(fields_of(tree)) if not name.startswith(MINE))


_NAMED: Mapping[str, Callable[[Any], Iterator[str]]] = {
    "their_field": lambda name: iter([name] if name else []), "their_fields": lambda names: iter(names or ()),
    "their_condition": _in_condition, "fill": lambda rules: iter([rule["from"] for rule in rules or ()]),
}  # fmt: skip
"""Which fields of the other form a setting names."""
