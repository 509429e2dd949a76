"""What makes sense in the settings of a respondent's own link."""

from collections.abc import Iterator, Mapping
from typing import Any

from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.kinds.base import Document, check_condition
from formloom.platform.kernel.errors import Finding

NO_ANSWER = {"zh-CN": "“{name}”没有可显示的内容", "en": "'{name}' holds no answer that could be shown"}
NOT_CHANGEABLE = {
    "zh-CN": "“{name}”不是公开、可填写的字段，填写人不能修改",
    "en": "'{name}' is no public field that can be filled in: respondents can't change it",
}


def check_own_link(document: Document) -> Iterator[Finding]:
    """Yield what is wrong with `settings.own_link` of a form document."""
    chosen: Mapping[str, Any] | None = (document.get("settings") or {}).get("own_link")
    if not chosen:
        return
    entries = {entry["id"]: entry for entry in document.get("fields") or () if entry["type"] in FIELD_TYPES}
    for place, name in enumerate(chosen.get("see") or ()):
        if name not in entries or not FIELD_TYPES.get(entries[name]["type"]).is_stored:
            yield Finding("not_shown", NO_ANSWER, f"settings/own_link/see/{place}", {"name": name})
    edit: Mapping[str, Any] = chosen.get("edit") or {}
    for place, name in enumerate(edit.get("fields") or ()):
        if name not in entries or not is_filled_by_visitors(entries[name]):
            yield Finding("not_changeable", NOT_CHANGEABLE, f"settings/own_link/edit/fields/{place}", {"name": name})
    if edit.get("when"):
        yield from check_condition(document, edit["when"], "settings/own_link/edit/when")


def is_filled_by_visitors(entry: Mapping[str, Any]) -> bool:
    """Tell whether visitors of the public page answer a field of a registered type."""
    kind = FIELD_TYPES.get(entry["type"])
    is_public = entry.get("public") is not False and not kind.for_members_only
    return is_public and kind.is_stored and not kind.is_generated and not entry.get("from_link")
