"""A calendar."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate

from formloom.platform.definitions.fields.moments import is_zone
from formloom.platform.definitions.kinds import shapes
from formloom.platform.definitions.kinds.base import DefinitionKind, Document, World
from formloom.platform.kernel.errors import Finding

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")


def _clock(text: str) -> None:
    if not _CLOCK.fullmatch(text):
        raise ValidationError("Must be a time such as 09:00")


def _intervals() -> "fields.List[Any]":
    pair = fields.List(fields.String(validate=_clock), validate=validate.Length(equal=2))
    return fields.List(pair, validate=validate.Length(max=10))


class CalendarDocument(shapes.Titled):
    """Working intervals per weekday, and days that differ."""

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

    def check_meaning(self, document: Document, world: World) -> Iterator[Finding]:  # noqa: ARG002
        for part in ("week", "days"):
            days: Mapping[str, Any] = document.get(part) or {}
            for name, intervals in days.items():
                yield from _check_day(intervals, f"{part}/{name}")


def _check_day(intervals: list[list[str]], path: str) -> Iterator[Finding]:
    end = ""
    for start, stop in sorted(intervals):
        if start >= stop:
            yield Finding("empty_interval", {"zh-CN": "结束应晚于开始", "en": "The end must be after the start"}, path)
        elif start < end:
            yield Finding("overlap", {"zh-CN": "时段重叠", "en": "These hours overlap"}, path)
        end = max(end, stop)
