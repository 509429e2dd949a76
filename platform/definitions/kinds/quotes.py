"""What is wrong with answers in texts: `{field}` that will not be there, or stays empty."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.kinds.base import Document
from formloom.platform.kernel.errors import Finding, nearest
from formloom.platform.kernel.text import LocalizedText

PIPED = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")
"""Where an answer stands in a text: `{name}`."""
_UNKNOWN = {
    "zh-CN": "没有字段“{name}”{hint}，这段文字会原样显示",
    "en": "No field is called '{name}'{hint}; the text is shown as it is written",
}
_INNER = {
    "zh-CN": "“{name}”仅成员可见，公开页面上这里为空",
    "en": "'{name}' is for members only; visitors see nothing here",
}
_LATER = {
    "zh-CN": "“{name}”在这之后才填写，填写之前这里为空",
    "en": "'{name}' is answered only after this; until then nothing stands here",
}
_NEVER = {
    "zh-CN": "“{name}”的内容不能引用，这里为空",
    "en": "'{name}' can't be quoted; nothing stands here",
}


def check_quotes(document: Document) -> Iterator[Finding]:
    """Yield a warning for each quoted name, in labels, helps and notes that visitors see, that will not be an answer."""
    entries: list[Mapping[str, Any]] = [one for one in document.get("fields") or () if one["type"] in FIELD_TYPES]
    places = {entry["id"]: place for place, entry in enumerate(entries)}
    for place, entry in enumerate(document.get("fields") or ()):
        if entry.get("public") is False or entry["type"] not in FIELD_TYPES:
            continue
        for part in ("label", "help", "text"):
            text = entry.get(part)
            if not isinstance(text, Mapping):
                continue
            names = {name for words in text.values() if isinstance(words, str) for name in PIPED.findall(words)}
            for name in sorted(names):
                found = _fault(name, places[entry["id"]], entries, places)
                if found is not None:
                    code, message, hint = found
                    yield Finding(
                        code, message, f"fields/{place}/{part}", {"name": name, "hint": hint}, severity="warning"
                    )


def _fault(
    name: str, here: int, entries: list[Mapping[str, Any]], places: Mapping[str, int]
) -> tuple[str, LocalizedText, str] | None:
    if name not in places:
        close = nearest(name, places)
        return "quotes_unknown", _UNKNOWN, f" → {close}?" if close else ""
    entry = entries[places[name]]
    kind = FIELD_TYPES.get(entry["type"])
    is_made_later = kind.is_generated and kind.formula(entry) is None
    if not kind.is_stored or kind.value_kind == "files" or kind.columns_in or is_made_later:
        return "cannot_be_quoted", _NEVER, ""
    if entry.get("public") is False or kind.for_members_only:
        return "not_public", _INNER, ""
    return ("quotes_later", _LATER, "") if places[name] >= here else None
