"""A calendar."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from formloom.platform.definitions.fields.moments import is_zone
from formloom.platform.definitions.fields.settings import L10n
from formloom.platform.definitions.kinds import shapes
from formloom.platform.definitions.kinds.base import DefinitionKind, Document, Usage, World, unknown
from formloom.platform.kernel.errors import Finding

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_DAYS = 366
_CALENDAR = {"zh-CN": "日历", "en": "calendar"}
_NO_DATE = {"zh-CN": "没有这一天", "en": "There is no such date"}
_BACKWARDS = {
    "zh-CN": "结束日期不应早于开始日期，最长 366 天",
    "en": "The last day comes before the first, or is over a year later",
}
_TWICE = {"zh-CN": "{day} 已在另一条中", "en": "{day} stands in another entry already"}
_NOT_ITSELF = {"zh-CN": "日历不能以自己为基础", "en": "A calendar can't be based on itself"}
_CHAIN = {
    "zh-CN": "所选日历本身以另一份日历为基础；请直接选用那一份",
    "en": "That calendar is itself based on another; choose that one",
}
_NO_HOURS = {"zh-CN": "没有任何工作时间", "en": "There are no working hours at all"}
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")


def _clock(text: str) -> None:
    if not _CLOCK.fullmatch(text):
        raise ValidationError("Must be a time such as 09:00")


def _intervals() -> "fields.List[Any]":
    pair = fields.List(fields.String(validate=_clock), validate=validate.Length(equal=2))
    return fields.List(pair, validate=validate.Length(max=10))


def _day(**kwargs: Any) -> fields.String:
    return fields.String(validate=validate.Regexp(r"^\d{4}-\d\d-\d\d\Z"), **kwargs)


class EntryDocument(Schema):
    """A day or a run of days with a name: closed, or worked (make-up days) at the usual hours or at those given."""

    on = _day(required=True)
    until = _day(allow_none=True)
    kind = fields.String(required=True, validate=validate.OneOf(("holiday", "workday")))
    title = L10n(max_length=100)
    hours = _intervals()


class CalendarDocument(shapes.Titled):
    """Working intervals per weekday, and days that differ: named entries, own and of the calendar that it is based on."""

    based_on = shapes.key(allow_none=True)
    entries = fields.List(fields.Nested(EntryDocument), load_default=list, validate=validate.Length(max=500))

    timezone = fields.String(required=True, validate=is_zone)
    week = fields.Dict(keys=fields.String(validate=validate.OneOf(DAYS)), values=_intervals(), required=True)
    days = fields.Dict(
        keys=fields.String(validate=validate.Regexp(r"^\d{4}-\d\d-\d\d$")), values=_intervals(), load_default=dict
    )


class Calendar(DefinitionKind):
    """When a team works."""

    id = "calendar"
    label = {"zh-CN": "工作日历", "en": "Calendar"}
    schema = CalendarDocument

    def check_meaning(self, document: Document, world: World) -> Iterator[Finding]:
        for part in ("week", "days"):
            days: Mapping[str, Any] = document.get(part) or {}
            for name, intervals in days.items():
                if part == "days" and _date(name) is None:
                    yield Finding("no_such_date", _NO_DATE, f"days/{name}")
                yield from _check_day(intervals, f"{part}/{name}")
        yield from _check_entries(document.get("entries") or ())
        if document.get("based_on"):
            yield from _check_base(str(document["based_on"]), world)
        entries = document.get("entries") or ()
        if not any((document.get("week") or {}).values()) and not any(one.get("hours") for one in entries):
            yield Finding("no_hours", _NO_HOURS, "week", severity="warning")

    def references(self, document: Document) -> Iterator[Usage]:
        if isinstance(document.get("based_on"), str):
            yield Usage("calendar", document["based_on"], "based_on")


def _check_entries(entries: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
    taken: list[tuple[date, date]] = []
    for place, entry in enumerate(entries):
        path = f"entries/{place}"
        first, last = _date(entry["on"]), _date(entry.get("until") or entry["on"])
        if first is None or last is None:
            yield Finding("no_such_date", _NO_DATE, f"{path}/{'on' if first is None else 'until'}")
        elif not 0 <= (last - first).days <= MOST_DAYS:
            yield Finding("backwards", _BACKWARDS, f"{path}/until")
        else:
            if any(first <= end and last >= start for start, end in taken):
                yield Finding("duplicate_day", _TWICE, f"{path}/on", {"day": entry["on"]})
            taken.append((first, last))
        yield from _check_day(entry.get("hours") or [], f"{path}/hours")


def _check_base(key: str, world: World) -> Iterator[Finding]:
    calendars = world.others.get("calendar", {})
    if key == world.key:
        yield Finding("based_on_itself", _NOT_ITSELF, "based_on")
    elif key not in calendars:
        yield unknown("unknown_calendar", "based_on", key, calendars, _CALENDAR)
    elif calendars[key].get("based_on"):
        yield Finding("based_on_chain", _CHAIN, "based_on")


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _check_day(intervals: list[list[str]], path: str) -> Iterator[Finding]:
    end = ""
    for start, stop in sorted(intervals):
        if start >= stop:
            yield Finding("empty_interval", {"zh-CN": "结束应晚于开始", "en": "The end must be after the start"}, path)
        elif start < end:
            yield Finding("overlap", {"zh-CN": "时段重叠", "en": "These hours overlap"}, path)
        end = max(end, stop)
