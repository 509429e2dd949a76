"""Conditions of a flow: over the record as it is and as it was, with each comparison told."""

from collections.abc import Mapping
from typing import Any

from formloom.platform.definitions.conditions.compile import Setting, matches
from formloom.platform.definitions.conditions.compile import explain as explain_tree
from formloom.platform.definitions.conditions.tree import parse
from formloom.platform.definitions.form import FormVersion
from formloom.workflows.engine.context import Context


def explain(tree: Mapping[str, Any], context: Context) -> tuple[bool, list[dict[str, Any]]]:
    """Return whether the record meets `tree`, and every leaf with what it found. Raises ConditionInvalid."""
    node = parse(tree, context.form.value_kinds(), with_before=True)
    setting = _setting(context)
    values = clean_values(context.form, context.values)
    why = [
        {
            "field": one.field, "op": one.op, "value": one.value, "actual": one.actual, "result": one.result,
            **({"refs": list(one.refs)} if one.refs else {}),
        }
        for one in explain_tree(node, values, setting)
    ]  # fmt: skip
    return matches(node, values, setting), why


def meets(tree: Mapping[str, Any], context: Context) -> bool:
    """Tell whether the record meets `tree`. Raises ConditionInvalid."""
    if not tree:
        return True
    node = parse(tree, context.form.value_kinds(), with_before=True)
    return matches(node, clean_values(context.form, context.values), _setting(context))


def clean_values(form: FormVersion, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return JSON values, as events carry them, as the clean values that conditions compare."""
    return {
        item.id: item.type.revive(values[item.id], item.cfg) for item in form.stored if values.get(item.id) is not None
    }


def _setting(context: Context) -> Setting:
    occasion = context.occasion
    me = occasion.actor_id if occasion.actor_kind == "member" else None
    before = clean_values(context.form, context.before) if context.before else {}
    earlier = before if occasion.kind == "record.updated" else None
    return Setting(now=context.now, me=me, before=earlier, zone=context.zone)
