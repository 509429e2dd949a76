"""Checking seats: quotas stand where they are kept, and a waiting list waits for something with seats."""

from collections.abc import Iterator, Mapping
from typing import Any

from formloom.platform.definitions.fields.registry import FIELD_TYPES
from formloom.platform.definitions.kinds.base import Document
from formloom.platform.kernel.errors import Finding

_NOT_KEPT = {"zh-CN": "这种字段的选项不能限名额", "en": "Options of this type of field can't have a quota"}
_NO_LINE = {
    "zh-CN": "请选择一个限名额的单选字段或预约时段",
    "en": "Choose a time slot, or a field of one choice whose options have a quota",
}
_TWO_LINES = {"zh-CN": "此字段已有候补名次", "en": "This field has a waiting list already"}


def check_seats(document: Document) -> Iterator[Finding]:
    """Yield what is wrong with the quotas and waiting lists of a form document."""
    entries = [(place, one) for place, one in enumerate(document.get("fields") or ()) if one["type"] in FIELD_TYPES]
    by_id = {one["id"]: one for _place, one in entries}
    led: set[str] = set()
    for place, entry in entries:
        kind = FIELD_TYPES.get(entry["type"])
        options = entry.get("options")
        for at, option in enumerate(options if isinstance(options, list) else ()):
            if isinstance(option, Mapping) and option.get("quota") is not None and not kind.has_seats:
                yield Finding("no_quota_here", _NOT_KEPT, f"fields/{place}/options/{at}")
        if kind.leads_line:
            wanted = str(entry.get("for_field") or "")
            if not _can_be_waited_for(by_id.get(wanted)):
                yield Finding("nothing_to_wait_for", _NO_LINE, f"fields/{place}/for_field")
            elif wanted in led:
                yield Finding("two_lines", _TWO_LINES, f"fields/{place}/for_field")
            led.add(wanted)


def _can_be_waited_for(entry: Mapping[str, Any] | None) -> bool:
    if entry is None:
        return False
    kind = FIELD_TYPES.get(entry["type"])
    own = {name: value for name, value in entry.items() if name in kind.settings().fields}
    faults = kind.settings().validate(own)
    if faults or not kind.has_seats:
        return False
    seats = kind.seats(kind.settings().load(own))
    return bool(seats) and seats.one_only
