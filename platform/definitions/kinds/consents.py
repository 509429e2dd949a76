"""Checking consents: nothing but the person agrees, and there is something to agree to."""

from collections.abc import Iterator

from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.kinds.base import Document
from formloom.platform.kernel.errors import Finding

_NO_DEFAULT = {"zh-CN": "只能由本人勾选同意，不能有默认值", "en": "Only the person agrees: there can be no default"}
_NO_WORDS = {
    "zh-CN": "还没有写同意的是什么：请填写全文、链接或勾选框旁的话",
    "en": "It doesn't say what is agreed to: write the text, a link, or the words beside the box",
}


def check_consents(document: Document) -> Iterator[Finding]:
    """Yield what is wrong with the consents of a form document."""
    for place, entry in enumerate(document.get("fields") or ()):
        if entry["type"] not in FIELD_TYPES or not FIELD_TYPES.get(entry["type"]).agreed_to:
            continue
        for name in ("default", "default_formula", "default_from"):
            if entry.get(name) not in (None, False):
                yield Finding("agreed_by_default", _NO_DEFAULT, f"fields/{place}/{name}")
        if not any(entry.get(name) for name in FIELD_TYPES.get(entry["type"]).agreed_to):
            yield Finding("nothing_to_agree_to", _NO_WORDS, f"fields/{place}/text", severity="warning")
