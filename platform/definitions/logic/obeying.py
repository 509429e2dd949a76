"""Doing what the rules say when a record is written: what they refuse, and what they make of the values."""

from collections.abc import Iterator, Mapping
from typing import Any

from formloom.platform.definitions.fields.own_answers import offered
from formloom.platform.definitions.logic.judging import Judged
from formloom.platform.definitions.logic.rule import Part, Values
from formloom.platform.kernel.errors import Finding

LOCKED = {"zh-CN": "现在不能修改，保持原值", "en": "Can't be changed now; it keeps its value"}
NOT_OFFERED = {"zh-CN": "当前不能选“{value}”", "en": "“{value}” can't be chosen here"}


def obey(fields: Mapping[str, Part], values: dict[str, Any], judged: Judged, current: Values | None) -> None:
    """Put in what the rules make of the record. In a part of one (`current`) only what was given or differs."""
    for name in fields:
        decided = judged.values.get(name)
        if current is None or name in values or current.get(name) != decided:
            values[name] = decided


def locks_broken(
    values: Values, start: Values, judged: Judged, kept: frozenset[str], *, is_new: bool
) -> Iterator[Finding]:
    """Yield the locked fields for which another value was sent; in a new record an empty one was not sent at all."""
    for name in sorted(judged.locked - judged.given.keys() - kept):
        sent = values.get(name)
        if name in values and sent != start.get(name) and not (is_new and sent is None):
            yield Finding("locked_field", LOCKED, field=name)


def choices_barred(
    fields: Mapping[str, Part], values: Values, whole: Values, judged: Judged, earlier: Judged | None, locale: str
) -> Iterator[Finding]:
    """Yield the fields in which something is chosen that is not offered.

    In a change, what was not offered before either and is not touched is let be.
    """
    for name, gone in judged.barred.items():
        value, part = whole.get(name), fields[name]
        if (
            value is None
            or name not in judged.visible
            or name in judged.given
            or part.type.without(value, gone) == value
        ):
            continue
        if earlier and name not in values and earlier.barred.get(name) == gone:
            continue
        rest = part.type.without(value, frozenset(offered(part.cfg)) - gone)
        shown = part.type.display(rest, part.cfg, locale)
        yield Finding("not_offered", NOT_OFFERED, field=name, params={"value": shown})
