"""What a form document says about other forms: checked against them, and told to "where used".

Which setting names what is told by the setting itself, through the control by which the designer enters it, so a type
that leads to another form is checked without being known here.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from formloom.platform.definitions.conditions.tree import ConditionInvalid, fields_of, parse
from formloom.platform.definitions.fields.linking import MINE, exact_keys, mine
from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.kinds.base import (
    Document,
    Usage,
    World,
    check_fields,
    check_form,
    columns_of,
    value_kinds,
)
from formloom.platform.definitions.kinds.gathering import check_gathering, target_of
from formloom.platform.definitions.kinds.own_links import is_filled_by_visitors
from formloom.platform.definitions.row_names import column_name
from formloom.platform.kernel.errors import Finding

Entry = Mapping[str, Any]
_NO_FORM = {"zh-CN": "请选择要关联的表单", "en": "Choose the form to link to"}
_NO_CONDITION = {"zh-CN": "请设置匹配条件", "en": "Say which record it is taken from"}
_UNLIKE = {
    "zh-CN": "“{from}”与“{to}”的类型不同，不能填入",
    "en": "'{from}' and '{to}' hold different kinds of values",
}
_GENERATED = {"zh-CN": "“{to}”由系统生成，不能填入", "en": "'{to}' is made by the system; nothing can be filled in"}
_NO_SUBFORM = {"zh-CN": "“{name}”不是子表单，没有明细", "en": "'{name}' is no sub-form: it has no rows"}
_FIXED_ROWS = {
    "zh-CN": "“{to}”不能添加行，无法填入明细",
    "en": "No rows can be added to '{to}', so none can be filled in",
}
_NO_COLUMNS = {"zh-CN": "请指定要填入的列", "en": "Say which columns are filled in"}
_NOTHING_SHOWN = {
    "zh-CN": "访客可以选择时，请指定他们能看到的字段",
    "en": "Say by which fields visitors see the records that they may choose",
}
_NOT_EXACT = {
    "zh-CN": "对访客开放时，条件只能是“等于”，并且要与此表单的字段比较",
    "en": "For visitors, every condition must be 'is', and one must compare with a field of this form",
}
_KEY_HIDDEN = {
    "zh-CN": "访客看不到“{name}”，不能用它匹配",
    "en": "Visitors don't fill in '{name}': records can't be matched by it for them",
}
_GUESSABLE = {
    "zh-CN": "对访客开放时，至少用一个填写的内容来匹配（文本、数字或日期），选项太容易猜中",
    "en": "For visitors, match by at least one text, number or date: options are too easy to guess",
}
_NOT_TOLD = {"zh-CN": "“{to}”的值不能带给访客", "en": "Values of '{to}' can't be told to visitors"}
_TYPED = frozenset({"text", "number", "date", "datetime"})
_NOT_FOR_VISITORS = frozenset({"record", "records", "user", "users", "department", "departments"})
NOT_COPIED = frozenset({"files", "object"})
"""Kinds that stay with the record in which they were entered."""


def check_relations(document: Document, world: World) -> Iterator[Finding]:
    """Yield what is wrong with the settings that name other forms."""
    for path, entry, beside in _entries(document):
        if entry["type"] not in FIELD_TYPES:
            continue
        controls = _controls(entry)
        if "form" in controls.values() and not entry.get("form"):
            yield Finding("no_form", _NO_FORM, f"{path}/form")
            continue
        if entry.get("visitors") and not entry.get("show"):
            yield Finding("nothing_shown", _NOTHING_SHOWN, f"{path}/show")
        if FIELD_TYPES.get(entry["type"]).gathering(entry) is not None:
            yield from check_gathering(document, entry, world, path)
        key = target_of(entry, beside)
        if key is None:
            continue
        other = _other(document, world, key)
        if other is None:
            yield from check_form(world, key, f"{path}/form")
            continue
        for name, control in controls.items():
            if control in _CHECKS:
                yield from _CHECKS[control](beside, other, entry.get(name), f"{path}/{name}", key)


def _entries(document: Document) -> Iterator[tuple[str, Entry, Document]]:
    """Yield every field and every column of a sub-form: its place, its document, and what holds those beside it."""
    for place, entry in enumerate(document.get("fields") or ()):
        yield f"fields/{place}", entry, document
        inside = FIELD_TYPES.get(entry["type"]).columns_in if entry.get("type") in FIELD_TYPES else None
        columns = entry.get(inside) if inside else None
        if not isinstance(columns, list) or not all(isinstance(one, Mapping) for one in columns):
            continue
        for number, column in enumerate(columns):
            if isinstance(column.get("id"), str) and isinstance(column.get("type"), str):
                yield f"fields/{place}/{inside}/{number}", column, {"fields": columns}


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
        if wanted.get("visitors"):
            yield from _check_for_visitors(document, entry, path)


def _check_for_visitors(document: Document, entry: Entry, path: str) -> Iterator[Finding]:
    """Yield what would let visitors find more than the record whose words they know."""
    kinds = value_kinds(document)
    entries = {one["id"]: one for one in document.get("fields") or () if one["type"] in FIELD_TYPES}
    keys = exact_keys(entry["default_from"]["where"])
    if not keys:
        yield Finding("not_exact", _NOT_EXACT, f"{path}/where")
        return
    unseen = sorted(name for name in keys if name in entries and not is_filled_by_visitors(entries[name]))
    for name in unseen:
        yield Finding("not_for_visitors", _KEY_HIDDEN, f"{path}/where", {"name": name})
    if not unseen and not any(kinds.get(name) in _TYPED for name in keys):
        yield Finding("guessable", _GUESSABLE, f"{path}/where")
    if kinds.get(entry["id"]) in _NOT_FOR_VISITORS:
        yield Finding("not_for_visitors", _NOT_TOLD, f"{path}/visitors", {"to": entry["id"]})


def relations_of(document: Document) -> Iterator[Usage]:
    """Yield every place that names another form of the app or one of its fields."""
    for path, entry, beside in _entries(document):
        yield from _default_uses(entry, f"{path}/default_from")
        key = target_of(entry, beside) if entry.get("type") in FIELD_TYPES else None
        if key is None:
            continue
        yield Usage("form", key, path)
        for name, control in _controls(entry).items():
            for field in _NAMED.get(control, _nobody)(entry.get(name)):
                yield Usage("form", key, f"{path}/{name}", field)


def _controls(entry: Entry) -> dict[str, str]:
    """Return the settings of a field's type by the control that enters each."""
    made = FIELD_TYPES.get(entry["type"]).settings()
    return {one.data_key or name: str(one.metadata.get("control")) for name, one in made.fields.items()}


def _other(document: Document, world: World, key: str) -> Document | None:
    """Return the document of a form; a form that leads to itself is the one being checked."""
    return document if key == world.key else world.form(key)


def _check_fields(_mine: Document, other: Document, names: Any, path: str, _key: str) -> Iterator[Finding]:
    yield from check_fields(other, [(f"{path}/{place}", name) for place, name in enumerate(names or ())])


def _check_condition(document: Document, other: Document, tree: Any, path: str, _key: str = "") -> Iterator[Finding]:
    try:
        parse(tree or {}, {**value_kinds(other), **mine(value_kinds(document))})
    except ConditionInvalid as fault:
        for found in fault.findings:
            yield Finding(found.code, found.message, f"{path}{found.field or ''}", found.params, found.severity)


def _check_fill(document: Document, other: Document, rules: Any, path: str, key: str) -> Iterator[Finding]:
    for place, rule in enumerate(rules or ()):
        where = f"{path}/{place}"
        ends = (_entry(document, rule["to"]), _entry(other, rule.get("from")))
        if (
            rule.get("from") is not None
            and all(one is not None and _has_rows(one) for one in ends)
            and not rule.get("columns")
        ):
            yield Finding("no_columns", _NO_COLUMNS, where)
        elif rule.get("columns"):
            yield from _check_rows(document, other, rule, where, key)
        else:
            yield from _check_pairs(document, other, [rule], where, ("",))


def _check_rows(document: Document, other: Document, rule: Entry, path: str, key: str) -> Iterator[Finding]:
    """Yield what is wrong with a rule that makes rows: of those of the other form's sub-form, or one of each record."""
    origin, target = rule.get("from"), _entry(document, rule["to"])
    faults = list(check_fields(document, [(f"{path}/to", rule["to"])], reserved=False))
    if target is not None and not _has_rows(target):
        faults.append(Finding("no_subform", _NO_SUBFORM, f"{path}/to", {"name": rule["to"]}))
    source = other
    if origin is not None:
        faults += check_fields(other, [(f"{path}/from", origin)], reserved=False)
        given = _entry(other, origin)
        if given is not None and not _has_rows(given):
            faults.append(Finding("no_subform", _NO_SUBFORM, f"{path}/from", {"name": origin}))
        source = {"fields": columns_of(given or {"type": ""})}
    yield from faults
    if faults or target is None:
        return
    if target.get("can_add") is False:
        yield Finding("rows_are_fixed", _FIXED_ROWS, f"{path}/to", {"to": rule["to"]})
    places = [f"/columns/{number}" for number in range(len(rule["columns"]))]
    links = {one["id"] for one in columns_of(target) if origin is None and one.get("form") == key}
    yield from _check_pairs({"fields": columns_of(target)}, source, rule["columns"], path, places, links)


def _check_pairs(
    document: Document,
    other: Document,
    rules: Sequence[Entry],
    path: str,
    places: Sequence[str],
    links: Collection[str] = (),
) -> Iterator[Finding]:
    """Yield what is wrong with copies of single values; into the `links` goes the record itself, by its `id`."""
    theirs, ours = value_kinds(other), value_kinds(document)
    types = {entry["id"]: entry["type"] for entry in document.get("fields") or ()}
    for rule, place in zip(rules, places, strict=True):
        where = f"{path}{place}"
        if rule.get("from") is None:
            yield Finding("no_columns", _NO_COLUMNS, where)
            continue
        faults = [
            *check_fields(other, [(f"{where}/from", rule["from"])]),
            *check_fields(document, [(f"{where}/to", rule["to"])], reserved=False),
        ]
        yield from faults
        if faults:
            continue
        target = FIELD_TYPES.get(types[rule["to"]])
        if target.is_generated or target.agreed_to:
            yield Finding("read_only_field", _GENERATED, f"{where}/to", {"to": rule["to"]})
        elif rule["from"] == "id" and rule["to"] in links:
            continue
        elif not fits(theirs.get(rule["from"], "text"), ours.get(rule["to"])):
            yield Finding("kinds_differ", _UNLIKE, where, {"from": rule["from"], "to": rule["to"]})


def _entry(document: Document, name: object) -> Entry | None:
    return next((one for one in document.get("fields") or () if one.get("id") == name), None)


def _has_rows(entry: Entry) -> bool:
    return entry["type"] in FIELD_TYPES and FIELD_TYPES.get(entry["type"]).columns_in is not None


def _filled_from(rules: Any) -> Iterator[str]:
    """Yield the fields of the other form that fill rules copy: columns of its sub-forms as `items.price`."""
    for rule in rules or ():
        origin = rule.get("from")
        if origin is not None:
            yield origin
        for one in rule.get("columns") or ():
            yield column_name(origin, one["from"]) if origin is not None else one["from"]


def fits(from_: str | None, to: str | None) -> bool:
    """Tell whether values of one kind can be copied into a field of another: a text takes all that can be read."""
    if from_ is None or to is None or from_ in NOT_COPIED or to in NOT_COPIED:
        return False
    return to in {from_, "text"}


_CHECKS: Mapping[str, Callable[[Document, Document, Any, str, str], Iterator[Finding]]] = {
    "their_fields": _check_fields, "their_condition": _check_condition,
    "fill": _check_fill, "fill_rows": _check_fill,
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
    "their_condition": _in_condition, "fill": _filled_from, "fill_rows": _filled_from,
}  # fmt: skip
"""Which fields of the other form a setting names."""
