"""When time alone may change what a condition says of a record that stays as it is.

Every comparison with `now`, `today` or a span of time turns at moments that follow from the dates compared: at a date's
own midnight or the next one, at a moment itself, and as much later or earlier as the span is long. So whoever waits for
a condition need look again only then.

    next_change(node, values, Setting(now=now, zone=zone))      # None: not before the record changes
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from formloom.platform.definitions.conditions.compile import Setting, is_timed
from formloom.platform.definitions.conditions.tree import Leaf, Node, Not, Reference, WallClock
from formloom.platform.kernel.zones import day_of, midnight, moment_of

AFTER = timedelta(seconds=1)
"""How long after a moment "later than" is looked at."""


def next_change(node: Node, values: Mapping[str, Any], setting: Setting) -> datetime | None:
    """Return the first moment after `setting.now` at which the answer may be another one; None when it stays."""
    now = setting.now or datetime.now(UTC)
    return min((one for one in _turns(node, values, setting.zone) if one > now), default=None)


def _turns(node: Node, values: Mapping[str, Any], zone: ZoneInfo) -> Iterator[datetime]:
    if not isinstance(node, Leaf):
        for part in (node.part,) if isinstance(node, Not) else node.parts:
            yield from _turns(part, values, zone)
        return
    if not is_timed(node):
        return
    span = node.value if isinstance(node.value, timedelta) else None
    for value in _compared(node, values, zone):
        for border in _borders(value, zone, by_day=node.kind == "date" or _has(node, "today")):
            try:
                yield border if span is None else border - span if node.op.id == "within_next" else border + span
            except OverflowError:
                continue
            if span is not None:
                yield border


def _compared(leaf: Leaf, values: Mapping[str, Any], zone: ZoneInfo) -> Iterator[date]:
    """Yield the dates and moments that a comparison has beside the present one."""
    field, _, column = leaf.field.partition(".")
    rows = values.get(field) if column else None
    yield from _dates([row.get(column) for row in rows] if isinstance(rows, list) else values.get(leaf.field))
    for part in leaf.value if isinstance(leaf.value, tuple) else (leaf.value,):
        if isinstance(part, Reference):
            yield from _dates(values.get(part.field))
        elif isinstance(part, WallClock):
            yield moment_of(part.shown, zone)
        else:
            yield from _dates(part)


def _dates(value: object) -> Iterator[date]:
    for one in value if isinstance(value, list | tuple) else (value,):
        if isinstance(one, date):
            yield one


def _has(leaf: Leaf, name: str) -> bool:
    parts = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    return any(getattr(part, "name", None) == name for part in parts)


def _borders(value: date, zone: ZoneInfo, *, by_day: bool) -> Iterator[datetime]:
    """Yield when the present comes to a date, and when it has passed it."""
    if isinstance(value, datetime):
        yield value
        yield value + AFTER
    if by_day or not isinstance(value, datetime):
        day = day_of(value, zone) if isinstance(value, datetime) else value
        if day < date.max:
            yield midnight(day, zone)
            yield midnight(day + timedelta(days=1), zone)
