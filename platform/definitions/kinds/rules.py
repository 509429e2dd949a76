"""The rules of a form document: their shape, and what is wrong with them.

A rule names fields of its own form only. Whatever decides what a rule does has to be known before it: where a field,
over any number of rules, jumps and formulas, waits for itself, the circle is shown.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from formloom.platform.definitions.conditions.tree import fields_of
from formloom.platform.definitions.fields.base import CleanContext, ValueInvalid
from formloom.platform.definitions.fields.own_answers import offered
from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.fields.settings import L10n
from formloom.platform.definitions.formula.grammar import MAX_LENGTH, names, parse
from formloom.platform.definitions.formula.tokens import FormulaInvalid
from formloom.platform.definitions.kinds import shapes
from formloom.platform.definitions.kinds.base import FIELD_WORD, Document, check_condition, check_fields, unknown
from formloom.platform.definitions.logic.places import below, last_of, leapt_over
from formloom.platform.kernel.errors import Finding

MAX_RULES = 200
EFFECTS = ("show", "hide", "require", "lock")
"""The effects that are lists of fields."""
_OPTION = {"zh-CN": "选项", "en": "option"}
_NO_OPTIONS = {"zh-CN": "“{name}”的选项不能按条件限制", "en": "The options of '{name}' can't be limited"}
_NOTHING_TO_SET = {"zh-CN": "请填写要设置的值或公式", "en": "Say the value or the formula to set"}
_NO_VALUE = {"zh-CN": "“{name}”不能由规则设置", "en": "A rule can't set '{name}'"}
_NOT_A_PAGE = {"zh-CN": "“{name}”不是分页", "en": "'{name}' is no page"}
_BACKWARD = {"zh-CN": "只能跳到后面的分页", "en": "A jump leads to a later page only"}
_NOWHERE = {"zh-CN": "这次跳转没有跳过任何内容", "en": "This jump leaps over nothing"}
_DEEP = {"zh-CN": "只有第一级选项可以设置条件", "en": "Only options of the first level may have a condition"}
_NO_CONDITION = {"zh-CN": "请填写必须成立的条件", "en": "Say what must be true"}
_CYCLE = {"zh-CN": "规则互相依赖：{path}", "en": "These fields wait for each other: {path}"}


class Assignment(Schema):
    """A field, and the value or the formula that gives its value."""

    field = shapes.key(required=True)
    value = fields.Raw(allow_none=True)
    formula = fields.String(validate=validate.Length(max=MAX_LENGTH), allow_none=True)


class Limiting(Schema):
    """A field with options, and those of them that are offered."""

    field = shapes.key(required=True)
    only_ = fields.List(
        fields.String(validate=validate.Length(1, 100)),
        data_key="only",
        required=True,
        validate=validate.Length(max=500),
    )


class Leap(Schema):
    """The question or page after which to leap, and the page to land on; none is the end of the form."""

    after = shapes.key(required=True)
    to = shapes.key(allow_none=True)


class RuleDocument(Schema):
    """When a condition holds: what is shown, hidden, required, locked, set, offered, leapt over."""

    id = fields.String(required=True, validate=validate.Length(1, 40))
    when = shapes.condition(required=True)
    show = shapes.keys(load_default=list)
    hide = shapes.keys(load_default=list)
    require = shapes.keys(load_default=list)
    lock = shapes.keys(load_default=list)
    set = fields.List(fields.Nested(Assignment), load_default=list, validate=validate.Length(max=50))
    options = fields.List(fields.Nested(Limiting), load_default=list, validate=validate.Length(max=50))
    jump = fields.Nested(Leap, allow_none=True)


class CheckDocument(Schema):
    """What must be true when a record is written: a condition or a formula, and what is said where it is not."""

    id = fields.String(required=True, validate=validate.Length(1, 40))
    when = shapes.condition()
    formula = fields.String(validate=validate.Length(max=MAX_LENGTH), allow_none=True)
    message = L10n(max_length=500, required=True)
    fields_ = fields.List(shapes.key(), data_key="fields", load_default=list, validate=validate.Length(max=20))


def named_by(rule: Mapping[str, Any]) -> list[str]:
    """Return the fields that a rule does something to, pages that it leads to included."""
    jump = rule.get("jump") or {}
    return [
        *(name for effect in EFFECTS for name in rule.get(effect) or ()),
        *(one["field"] for part in ("set", "options") for one in rule.get(part) or ()),
        *(jump[end] for end in ("after", "to") if jump.get(end)),
    ]


def check_rules(document: Document) -> Iterator[Finding]:
    """Yield what is wrong with the rules of a form document."""
    entries = {one["id"]: one for one in document.get("fields") or () if one["type"] in FIELD_TYPES}
    for place, rule in enumerate(document.get("rules") or ()):
        path = f"rules/{place}"
        yield from check_condition(document, rule["when"], f"{path}/when")
        targets = [(path, name) for name in named_by(rule)]
        strangers = list(check_fields(document, targets, reserved=False))
        yield from strangers
        if strangers:
            continue
        for at, one in enumerate(rule.get("set") or ()):
            yield from _check_set(entries, one, f"{path}/set/{at}")
        for at, one in enumerate(rule.get("options") or ()):
            yield from _check_limit(entries, one, f"{path}/options/{at}")
        if rule.get("jump"):
            yield from _check_jump(list(entries), _pages(entries), rule["jump"], f"{path}/jump")
    for place, entry in enumerate(document.get("fields") or ()):
        yield from _check_options(document, entry, f"fields/{place}/options")
    for cycle in next((found for graph in _depends(document, entries) if (found := list(_cycles(graph)))), []):
        yield Finding("rule_cycle", _CYCLE, "rules", {"path": " → ".join(cycle)})


def check_checks(document: Document) -> Iterator[Finding]:
    """Yield what is wrong with the checks over several fields."""
    entries = {one["id"]: one for one in document.get("fields") or () if one["type"] in FIELD_TYPES}
    for place, check in enumerate(document.get("checks") or ()):
        path = f"checks/{place}"
        yield from check_fields(document, [(path, name) for name in check.get("fields") or ()], reserved=False)
        if check.get("formula"):
            yield from _check_formula(entries, check["formula"], f"{path}/formula")
        elif not check.get("when"):
            yield Finding("no_condition", _NO_CONDITION, path)
        else:
            yield from check_condition(document, check["when"], f"{path}/when")


def _check_formula(entries: Mapping[str, Any], source: str, path: str) -> Iterator[Finding]:
    stored = {name for name, found in entries.items() if FIELD_TYPES.get(found["type"]).is_stored}
    try:
        used = {name for name, _column in names(parse(source))}
    except FormulaInvalid as fault:
        found = fault.findings[0]
        yield Finding(found.code, found.message, path, found.params)
        return
    for name in sorted(used - stored):
        yield unknown("unknown_field", path, name, stored, FIELD_WORD)


def _check_set(entries: Mapping[str, Any], one: Mapping[str, Any], path: str) -> Iterator[Finding]:
    entry = entries.get(one["field"])
    if entry is None:
        return
    kind = FIELD_TYPES.get(entry["type"])
    if not kind.is_stored or kind.is_generated or kind.value_kind == "files" or kind.agreed_to:
        yield Finding("cannot_be_set", _NO_VALUE, f"{path}/field", {"name": one["field"]})
    elif one.get("formula"):
        yield from _check_formula(entries, one["formula"], f"{path}/formula")
    elif "value" not in one and "formula" in one:
        yield Finding("nothing_to_set", _NOTHING_TO_SET, path)
    elif one.get("value") not in (None, "", []) and kind.who is None:
        settings = kind.settings()
        try:
            cfg = settings.load({name: value for name, value in entry.items() if name in settings.fields})
            kind.clean(one["value"], {**cfg, "field_id": one["field"]}, CleanContext())
        except ValidationError:  # told at the field itself
            return
        except ValueInvalid as fault:
            yield Finding(fault.code, fault.message, f"{path}/value", fault.params)


def _check_limit(entries: Mapping[str, Any], one: Mapping[str, Any], path: str) -> Iterator[Finding]:
    entry = entries.get(one["field"])
    if entry is None:
        return
    if not FIELD_TYPES.get(entry["type"]).limits_options:
        yield Finding("cannot_be_limited", _NO_OPTIONS, f"{path}/field", {"name": one["field"]})
        return
    options = [option for option in entry.get("options") or () if isinstance(option, Mapping) and option.get("value")]
    known = list(map(str, offered({**entry, "options": options})))
    for value in one["only"]:
        if value not in known:
            yield unknown("unknown_option", f"{path}/only", value, known, _OPTION)


def _check_jump(order: list[str], pages: set[str], jump: Mapping[str, Any], path: str) -> Iterator[Finding]:
    after, to = jump["after"], jump.get("to")
    if after not in order or (to and to not in order):
        return
    if to and to not in pages:
        yield Finding("not_a_page", _NOT_A_PAGE, f"{path}/to", {"name": to})
    elif to and order.index(to) <= last_of(after, order, pages):
        yield Finding("backward_jump", _BACKWARD, f"{path}/to")
    elif not leapt_over(after, to, order, pages):
        yield Finding("empty_jump", _NOWHERE, path, severity="warning")


def _check_options(document: Document, entry: Mapping[str, Any], path: str) -> Iterator[Finding]:
    given = entry.get("options")
    for at, option in enumerate(given if isinstance(given, list) else ()):
        if not isinstance(option, Mapping):
            continue
        if option.get("when"):
            yield from check_condition(document, option["when"], f"{path}/{at}/when")
            if entry["type"] in FIELD_TYPES and not FIELD_TYPES.get(entry["type"]).limits_options:
                yield Finding("cannot_be_limited", _NO_OPTIONS, f"{path}/{at}/when", {"name": entry["id"]})
        if any(_has_condition(child) for child in option.get("children") or ()):
            yield Finding("condition_too_deep", _DEEP, f"{path}/{at}/children")


def _has_condition(option: Any) -> bool:
    if not isinstance(option, Mapping):
        return False
    return bool(option.get("when")) or any(_has_condition(one) for one in option.get("children") or ())


def _pages(entries: Mapping[str, Any]) -> set[str]:
    return {name for name, one in entries.items() if FIELD_TYPES.get(one["type"]).opens_page}


def _depends(document: Document, entries: Mapping[str, Any]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Return field → the fields that have to be known before it: by rules, and by what gives values, formulas included.

    A field that is shown by what is computed from it is in neither: hidden, it counts as empty, and stays so.
    """
    by_rules: dict[str, set[str]] = {}
    by_values: dict[str, set[str]] = {}

    def wait(targets: Iterable[str], known_before: Iterable[str], *graphs: dict[str, set[str]]) -> None:
        before = set(known_before)
        for name in targets:
            for graph in graphs or (by_rules, by_values):
                graph.setdefault(name, set()).update(before)

    order, pages = list(entries), _pages(entries)
    sections = {name for name, one in entries.items() if FIELD_TYPES.get(one["type"]).opens_section}
    inside = below(order, sections, pages)
    for rule in document.get("rules") or ():
        asked = fields_of(rule["when"])
        for name in [*(rule.get("show") or ()), *(rule.get("hide") or ())]:
            wait([name, *inside.get(name, ())], asked, by_rules)
        wait(rule.get("lock") or (), asked)
        wait([one["field"] for one in rule.get("options") or ()], asked)
        for one in rule.get("set") or ():
            wait([one["field"]], asked | _read_by(one.get("formula")))
        jump = rule.get("jump") or {}
        after, to = jump.get("after"), jump.get("to")
        if after in order and (to is None or to in order):
            wait(leapt_over(after, to, order, pages), asked | {after}, by_rules)
    for name, entry in entries.items():
        wait([name], _read_by(FIELD_TYPES.get(entry["type"]).formula(entry)), by_values)
        options = entry.get("options")
        for option in options if isinstance(options, list) else ():
            if isinstance(option, Mapping) and option.get("when"):
                wait([name], fields_of(option["when"]))
    return by_rules, by_values


def _read_by(source: str | None) -> set[str]:
    try:
        return {name for name, _column in names(parse(source))} if source else set()
    except FormulaInvalid:
        return set()


def _cycles(depends: Mapping[str, set[str]]) -> Iterator[list[str]]:
    done: set[str] = set()
    for start in depends:
        trail = [start]
        found = _walk(start, depends, trail, done)
        if found:
            yield found
            return


def _walk(name: str, depends: Mapping[str, set[str]], trail: list[str], done: set[str]) -> list[str] | None:
    for earlier in sorted(depends.get(name, ())):
        if earlier in trail:
            return [*trail[trail.index(earlier) :], earlier]
        if earlier not in done and earlier in depends:
            found = _walk(earlier, depends, [*trail, earlier], done)
            if found:
                return found
    done.add(name)
    return None
