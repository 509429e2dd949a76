"""Conditions of a flow: over the record as it is and as it was, with each comparison told.

A condition is read once for each tree and what it may name. The trees are those of published documents, which stay the
same objects while their flow is kept; the latest used are remembered, each with its tree, so that no other tree can
take its place.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from formloom.platform.definitions.conditions.compile import Predicate, Setting, compile_node, is_timed, matches
from formloom.platform.definitions.conditions.compile import explain as explain_tree
from formloom.platform.definitions.conditions.moments import next_change
from formloom.platform.definitions.conditions.tree import RESERVED, Leaf, Node, Not, fields_of, parse
from formloom.platform.definitions.form import FormVersion
from formloom.workflows.engine import scope
from formloom.workflows.engine.context import Context


def explain(tree: Mapping[str, Any], context: Context) -> tuple[bool, list[dict[str, Any]]]:
    """Return whether the record meets `tree`, and every leaf with what it found. Raises ConditionInvalid."""
    node, decide, names_record = _read(tree, context)
    setting = _setting(context)
    values = _values(context, names_record)
    why = [
        {
            "field": one.field, "op": one.op, "value": one.value, "actual": one.actual, "result": one.result,
            **({"refs": list(one.refs)} if one.refs else {}), **_about(one.field, context),
        }
        for one in explain_tree(node, values, setting)
    ]  # fmt: skip
    return decide(values) if decide else matches(node, values, setting), why


def meets(tree: Mapping[str, Any], context: Context) -> bool:
    """Tell whether the record meets `tree`. Raises ConditionInvalid."""
    if not tree:
        return True
    node, decide, names_record = _read(tree, context)
    values = _values(context, names_record)
    return decide(values) if decide else matches(node, values, _setting(context))


def changes_at(tree: Mapping[str, Any], context: Context) -> datetime | None:
    """Return when time alone may next change whether the record meets `tree`. Raises ConditionInvalid."""
    if not tree:
        return None
    node, _decide, names_record = _read(tree, context)
    return next_change(node, _values(context, names_record), _setting(context))


def clean_values(form: FormVersion, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return JSON values, as events carry them, as the clean values that conditions compare."""
    return {
        item.id: item.type.revive(values[item.id], item.cfg) for item in form.stored if values.get(item.id) is not None
    }


MOST_READ = 1_000
_Read = tuple[Node, Predicate | None, bool]
_read_ones: OrderedDict[tuple[Any, ...], tuple[Mapping[str, Any], _Read]] = OrderedDict()
_reading = threading.Lock()


def _read(tree: Mapping[str, Any], context: Context) -> _Read:
    """Return the parsed tree, how it is decided where that depends on the values alone, and whether it names what
    stands beside a record's values. Raises ConditionInvalid."""
    form = context.form
    beside = scope.kinds(context.item, context.kept)
    key = id(tree), form.form_id, form.version, form.zone.key, tuple(sorted(beside.items(), key=str))
    with _reading:
        if (known := _read_ones.get(key)) is not None and known[0] is tree:
            _read_ones.move_to_end(key)
            return known[1]
    node = parse(tree, _kinds(context), with_before=True)
    decide = None if is_timed(node) or _needs_past(node) else compile_node(node, Setting(zone=context.zone))
    made: _Read = node, decide, bool(fields_of(tree) & RESERVED.keys())
    with _reading:
        _read_ones[key] = tree, made
        while len(_read_ones) > MOST_READ:
            _read_ones.popitem(last=False)
    return made


def _needs_past(node: Node) -> bool:
    if isinstance(node, Leaf):
        return node.op.needs_before
    return any(_needs_past(part) for part in ((node.part,) if isinstance(node, Not) else node.parts))


def _kinds(context: Context) -> dict[str, Any]:
    return {**context.form.value_kinds(), **scope.kinds(context.item, context.kept)}


def _values(context: Context, names_record: bool) -> dict[str, Any]:
    about = context.facts() if names_record else {}
    return {**about, **clean_values(context.form, context.values), **scope.clean(context.item, context.kept)}


def _about(name: str, context: Context) -> dict[str, Any]:
    """Tell whose field it is where it is that of a record of another form."""
    form = (context.item or {}).get("form") if name.startswith(f"{scope.ITEM}.") else None
    return {"form": form} if form else {}


def _setting(context: Context) -> Setting:
    occasion = context.occasion
    me = occasion.actor_id if occasion.actor_kind == "member" else None
    before = clean_values(context.form, context.before) if context.before else {}
    earlier = before if occasion.kind == "record.updated" else None
    return Setting(now=context.now, me=me, before=earlier, zone=context.zone)
