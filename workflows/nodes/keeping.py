"""Settings that nodes share which keep a result or look for records."""

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import fields
from marshmallow.validate import Length, Regexp

from formloom.workflows.engine.context import Context
from formloom.workflows.engine.expressions import resolve

NAME = r"[a-z][a-z0-9_]{0,39}\Z"
NOTHING: Mapping[str, Any] = {"not": {}}
"""The condition that no record meets."""
_EXPRESSIONS = frozenset({"ref", "item", "var", "liquid", "record"})


def name() -> fields.String:
    """Return the setting under which name a result is kept."""
    return fields.String(required=True, validate=Regexp(NAME))


def match() -> fields.Dict:
    """Return the setting of equal values to find records by."""
    return fields.Dict(keys=fields.String(), required=True, validate=Length(1, 5))


def title() -> fields.Dict:
    """Return the setting of what a node is called."""
    return fields.Dict(keys=fields.String(), values=fields.String(validate=Length(max=200)))


def resolved(values: Mapping[str, Any] | None, context: Context) -> dict[str, Any]:
    """Return what each value stands for on this run."""
    return {name: resolve(value, context) for name, value in (values or {}).items()}


def is_vague(match: Mapping[str, Any]) -> bool:
    """Tell whether a value to find by is empty: that means no record, not every record."""
    return any(value in (None, "", []) for value in match.values())


def filled(tree: Any, context: Context) -> Any:
    """Return a condition over records of another form with this run's values in it.

    A comparison whose value is empty here is met by no record.
    """
    return _filled(tree, lambda value: resolve(value, context))


def _filled(tree: Any, find: Callable[[Any], Any]) -> Any:
    if not isinstance(tree, Mapping):
        return tree
    for how in ("all", "any"):
        if isinstance(tree.get(how), list):
            return {how: [_filled(one, find) for one in tree[how]]}
    if "not" in tree:
        return {"not": _filled(tree["not"], find)}
    value = tree.get("value")
    if not (isinstance(value, Mapping) and _EXPRESSIONS & set(value)):
        return tree
    found = find(value)
    return NOTHING if found in (None, "", []) else {**tree, "value": found}
