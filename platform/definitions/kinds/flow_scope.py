"""What the nodes of a flow may name beside the fields of its record: kept results and what a loop stands at.

Conditions name both like columns of sub-forms, so the form that a node's conditions are checked against has two sub-forms
more: `var`, with a column for each result that an earlier node keeps, and inside a loop `item`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from formloom.platform.definitions.conditions.operators import OPERATORS, SETS
from formloom.platform.definitions.conditions.tree import fields_of
from formloom.platform.definitions.kinds.base import (
    Document,
    World,
    check_condition,
    check_fields,
    columns_of,
    field_ids,
    unknown,
    value_kinds,
)
from formloom.platform.definitions.words import label_of, says
from formloom.platform.kernel.errors import Finding

PSEUDO = frozenset({"item", "var"})
EXPRESSIONS = frozenset({"ref", "item", "var", "liquid", "record"})
_ITEM_WORD = {"zh-CN": "循环项字段", "en": "field of the loop's item"}
_NAME_WORD = {"zh-CN": "保存的结果", "en": "kept result"}
_RESERVED = (
    {"id": "id", "type": "text"},
    {"id": "created_at", "type": "datetime"},
    {"id": "created_by", "type": "user"},
)
_PEOPLE = ({"id": "id", "type": "user"}, {"id": "name", "type": "text"})


@dataclass(frozen=True, slots=True)
class Scope:
    """What is known at one node. `kept` has for each name the columns of a query's records, None for one value."""

    kept: Mapping[str, tuple[Mapping[str, Any], ...] | None] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    item: tuple[Mapping[str, Any], ...] | None = None

    def form(self, form: Document) -> Document:
        """Return the form with what its conditions may name here."""
        more: list[Mapping[str, Any]] = []
        if self.kept:
            columns = [{"id": name, "type": self.kinds.get(name, "number")} for name in self.kept]
            more.append({"id": "var", "type": "subform", "columns": columns})
        if self.item is not None:
            more.append({"id": "item", "type": "subform", "columns": list(self.item)})
        if not more:
            return form
        taken = {one["id"] for one in more}
        own = [one for one in form.get("fields") or () if not (isinstance(one, Mapping) and one.get("id") in taken)]
        return {**form, "fields": [*own, *more]}

    def starting(self, given: Mapping[str, str]) -> "Scope":
        """Return what is known at the first node of a flow whose trigger gives that."""
        return replace(self, kept=dict.fromkeys(given), kinds=dict(given)) if given else self

    def keeping(self, node: Mapping[str, Any], world: World) -> "Scope":
        """Return what is known after a node."""
        name, kind = node.get("name"), str(node.get("type"))
        if kind == "call_webhook":
            return self._with_answers(node.get("answers"))
        if not isinstance(name, str) or kind not in {"query_records", "formula"}:
            return self
        columns = _columns(world.form(node.get("form"))) if kind == "query_records" else None
        named = str(node.get("kind") or "number") if kind == "formula" else "number"
        return replace(self, kept={**self.kept, name: columns}, kinds={**self.kinds, name: named})

    def _with_answers(self, answers: object) -> "Scope":
        listed = answers if isinstance(answers, list) else []
        named = {one["name"]: one for one in listed if isinstance(one, Mapping) and isinstance(one.get("name"), str)}
        kinds = {name: str(one.get("kind") or "text") for name, one in named.items()}
        return replace(self, kept={**self.kept, **dict.fromkeys(named)}, kinds={**self.kinds, **kinds})

    def inside(self, node: Mapping[str, Any], form: Document) -> "Scope":
        """Return what is known on the ways of a node."""
        of = node.get("of")
        if node.get("type") != "for_each" or not isinstance(of, Mapping):
            return self
        if "users" in of:
            return replace(self, item=_PEOPLE)
        if "var" in of:
            return replace(self, item=self.kept.get(str(of["var"])) or ())
        return self.over_field(of.get("field"), form)

    def over_field(self, name: object, form: Document) -> "Scope":
        """Return what is known for each of the rows, or of the people, in a field."""
        entry = next((one for one in form.get("fields") or () if one.get("id") == name), None)
        return replace(self, item=({"id": "id", "type": "text"}, *(columns_of(entry) if entry else ())))


NOTHING_MORE = Scope()


def check_scope(node: Mapping[str, Any], path: str, form: Document, world: World, scope: Scope) -> Iterator[Finding]:
    """Yield what a node names that nothing before it keeps, and what is wrong with its filter and its loop."""
    yield from _check_source(node, path, form, scope)
    if node.get("type") == "subprocess" and node.get("each"):
        scope = scope.over_field(node["each"], form)
    for setting in ("values", "match", "body"):
        inner = node.get(setting)
        for name, value in inner.items() if isinstance(inner, Mapping) else ():
            yield from _check_value(value, f"{path}/{setting}/{name}", scope)
    target = world.form(node.get("form"))
    if target is None or node.get("type") != "query_records":
        return
    for place, leaf in _leaves(node.get("filter"), "filter"):
        value = leaf.get("value")
        yield from _check_value(value, f"{path}/{place}", scope)
        if isinstance(value, Mapping) and "ref" in value:
            yield from check_fields(form, [(f"{path}/{place}", value["ref"])])
    yield from check_condition(target, _without_values(node.get("filter"), value_kinds(target)), f"{path}/filter")
    listed = node.get("sort")
    names = [one.lstrip("-") for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    yield from check_fields(target, [(f"{path}/sort", name) for name in names])


def named_in_filter(node: Mapping[str, Any]) -> Iterator[tuple[bool, str]]:
    """Yield (whether it is one of the flow's own form, field) for what a filter names."""
    if node.get("type") != "query_records":
        return
    for _place, leaf in _leaves(node.get("filter"), ""):
        if isinstance(leaf.get("field"), str):
            yield False, leaf["field"].partition(".")[0]
        value = leaf.get("value")
        if isinstance(value, Mapping) and isinstance(value.get("ref"), str):
            yield True, value["ref"]
    listed = node.get("sort")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, str):
            yield False, one.lstrip("-")


def own_fields_of(tree: Any) -> set[str]:
    """Return the fields of the record that a condition of a flow names."""
    return fields_of(tree) - PSEUDO


def _check_source(node: Mapping[str, Any], path: str, form: Document, scope: Scope) -> Iterator[Finding]:
    of = node.get("of")
    if node.get("type") != "for_each" or not isinstance(of, Mapping):
        return
    if "var" in of:
        known = [name for name, columns in scope.kept.items() if columns is not None]
        if of["var"] not in known:
            yield unknown("unknown_name", f"{path}/of/var", of["var"], known, _NAME_WORD)
    if "field" in of and of["field"] in field_ids(form):
        entry = next(one for one in form.get("fields") or () if one.get("id") == of["field"])
        if not columns_of(entry):
            words = says(("“{0}”不是子表单", "“{0}” is no sub-form"), label_of(entry))
            yield Finding("not_a_subform", words, f"{path}/of/field")


def _check_value(value: Any, path: str, scope: Scope) -> Iterator[Finding]:
    if not isinstance(value, Mapping):
        return
    if "item" in value:
        known = [str(one["id"]) for one in scope.item or ()]
        if value["item"] not in known:
            yield unknown("unknown_item", path, value["item"], known, _ITEM_WORD)
    if "var" in value:
        name, _, column = str(value["var"]).partition(".")
        known = list(scope.kept)
        columns = [str(one["id"]) for one in scope.kept.get(name) or ()]
        if name not in scope.kept or (column and column not in columns):
            yield unknown("unknown_name", path, value["var"], known, _NAME_WORD)


def _leaves(tree: Any, path: str, depth: int = 12) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(tree, Mapping) or depth == 0:
        return
    for how in ("all", "any"):
        for number, part in enumerate(tree[how] if isinstance(tree.get(how), list) else ()):
            yield from _leaves(part, f"{path}/{how}/{number}", depth - 1)
    if "not" in tree:
        yield from _leaves(tree["not"], f"{path}/not", depth - 1)
    if "field" in tree:
        yield path, tree


def _without_values(tree: Any, kinds: Mapping[str, Any], depth: int = 12) -> Any:
    """Return a filter with something that always fits in place of each value that only a run knows."""
    if not isinstance(tree, Mapping) or depth == 0:
        return tree
    for how in ("all", "any"):
        if isinstance(tree.get(how), list):
            return {how: [_without_values(one, kinds, depth - 1) for one in tree[how]]}
    if "not" in tree:
        return {"not": _without_values(tree["not"], kinds, depth - 1)}
    value = tree.get("value")
    return _fitting(tree, kinds) if isinstance(value, Mapping) and EXPRESSIONS & set(value) else tree


def _fitting(leaf: Mapping[str, Any], kinds: Mapping[str, Any]) -> Mapping[str, Any]:
    name, op = leaf.get("field"), OPERATORS.get(str(leaf.get("op")))
    if op is None or (op.shape == "one" and kinds.get(str(name)) not in SETS):
        return {**leaf, "value": {"ref": name}}
    return {"field": name, "op": "not_empty"}


def _columns(form: Document | None) -> tuple[Mapping[str, Any], ...]:
    entries = (form or {}).get("fields") or ()
    return (*(one for one in entries if isinstance(one, Mapping) and "id" in one and not columns_of(one)), *_RESERVED)
