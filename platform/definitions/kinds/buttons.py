"""Checking the buttons of a form: those of its record, and the fields that are pressed."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.kinds.base import Document, World, unknown
from formloom.platform.kernel.errors import Finding

_PIPED = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")
_FLOW = {"zh-CN": "流程", "en": "flow"}
_FIELD = {"zh-CN": "字段", "en": "field"}
_NOTHING = {"zh-CN": "还没有设置点击后做什么", "en": "Nothing happens yet when it is pressed"}
_ADDRESS = {"zh-CN": "应为 https://、mailto: 或 tel: 开头的网址", "en": "Must begin with https://, mailto: or tel:"}
_SCHEMES = ("https://", "mailto:", "tel:")


def check_buttons(document: Document, world: World) -> Iterator[Finding]:
    """Yield what is wrong with what buttons start and open."""
    known = world.others.get("flow", {})
    for path, flow in flows_of(document):
        if flow not in known:
            yield unknown("unknown_flow", f"{path}/flow", flow, known, _FLOW)
    names = {entry["id"] for entry in document.get("fields") or ()} | {"id"}
    for path, does in _pressed(document):
        if does is None:
            yield Finding("no_action", _NOTHING, path, severity="warning")
        elif "url" in does:
            if not does["url"].startswith(_SCHEMES) or not does["url"].isprintable():
                yield Finding("bad_address", _ADDRESS, f"{path}/url")
            for name in sorted(set(_PIPED.findall(does["url"])) - names):
                yield unknown("unknown_field", f"{path}/url", name, names, _FIELD)


def flows_of(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the place of every button that starts a flow, and the flow's key."""
    for place, button in enumerate(document.get("buttons") or ()):
        yield f"buttons/{place}", button["flow"]
    for path, does in _pressed(document):
        if does and "flow" in does:
            yield path, does["flow"]


def _pressed(document: Document) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
    for place, entry in enumerate(document.get("fields") or ()):
        kind = FIELD_TYPES.get(entry["type"]) if entry.get("type") in FIELD_TYPES else None
        if kind is not None and kind.is_pressed:
            settings = {"does": "address", "url": None, "flow": None, **entry}
            yield f"fields/{place}", kind.button(settings)
