"""What a node was given, as the run log keeps it: short enough to be read, without what nobody should read."""

from collections.abc import Mapping
from typing import Any

from formloom.workflows.engine.context import Context

MAX_TEXT = 300
MAX_ITEMS = 20
MAX_DEPTH = 5
MAX_PARTS = 100
"""How many values one input tells; what comes beyond is left out."""
SECRET = frozenset({"secret"})
INNER = frozenset({"when", "nodes", "then", "else", "late", "branches"})


def told(plan: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Return the plan of an action as JSON, cut to size, and `forms`: the other forms whose values may be in it."""
    left = [MAX_PARTS]
    given = {
        name: _short(value, left) for name, value in plan.items() if name not in SECRET | INNER and value is not None
    }
    named = {str(one["form"]) for one in (*context.kept.values(), context.item or {}) if one.get("form")}
    return {"given": given, "forms": sorted(named | ({str(plan["form"])} if plan.get("form") else set()))}


def _short(value: Any, left: list[int], depth: int = 0) -> Any:
    left[0] -= 1
    if left[0] < 0 or depth > MAX_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        return {str(name)[:80]: _short(one, left, depth + 1) for name, one in list(value.items())[:MAX_ITEMS]}
    if isinstance(value, list | tuple):
        return [_short(one, left, depth + 1) for one in value[:MAX_ITEMS]]
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
