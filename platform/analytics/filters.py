"""The filter over a whole dashboard, applied where it makes sense."""

from collections.abc import Mapping
from typing import Any

from formloom.platform.analytics.widgets import both
from formloom.platform.definitions.conditions.tree import RESERVED, ConditionInvalid, fields_of
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.jsontypes import JSONObject


def applying(chosen: JSONObject, document: Mapping[str, Any], form: FormVersion) -> JSONObject:
    """Return the part of the viewer's filter that applies to the records of `form`.

    A dashboard shows several forms, and a field of one says nothing about another. So each part of the outermost
    `all` applies to the forms that the dashboard offers its fields for; without such an offer, to every form that
    has them. Raises ConditionInvalid for a filter that is nested beyond reason.
    """
    inner = chosen.get("all") if set(chosen) == {"all"} else None
    parts = inner if isinstance(inner, list) else [chosen]
    offered = [(one["form"], one["field"]) for one in document.get("filters") or ()]
    try:
        return both(*(part for part in parts if isinstance(part, Mapping) and _applies(part, offered, form)))
    except RecursionError as fault:
        raise ConditionInvalid from fault


def _applies(part: JSONObject, offered: list[tuple[str, str]], form: FormVersion) -> bool:
    names = fields_of(part)
    if not names:
        return False
    known = {field for _form, field in offered}
    if names <= known:
        return all((form.key, name) in offered for name in names)
    return all(name in form.by_id or name in RESERVED for name in names)
