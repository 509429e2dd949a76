"""By the clock."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, OneOf, Range

from formloom.workflows.calendars import WEEKDAYS
from formloom.workflows.engine.context import Occasion
from formloom.workflows.triggers import settings as common
from formloom.workflows.triggers.base import Settings, Trigger
from formloom.workflows.triggers.cron import Cron, CronInvalid


class ScheduledSchema(Schema):
    """What can't be told of one setting alone."""

    @validates_schema
    def _cron_fits(self, data: dict[str, Any], **_: object) -> None:
        if data.get("every") != "cron":
            return
        try:
            Cron.parse(str(data.get("cron") or ""))
        except CronInvalid as fault:
            raise ValidationError({"cron": [str(fault)]}) from fault


class Scheduled(Trigger):
    """Every hour, day, week or month at a wall-clock time of a zone, the installation's when none is given; or by a
    cron expression. With `calendar`, only on days on which that calendar has working hours.

    With `filter` the flow runs once for each matching record, at most 1,000; without it, once and without a
    record. A time that the clock change skips fires just after the gap; one that comes twice fires the first time.
    """

    id = "scheduled"
    label = {"zh-CN": "定时", "en": "At set times"}
    sentence = {"zh-CN": "每到{every} {at}", "en": "Every {every} at {at}"}
    icon = "clock"
    has_record = False
    settings = ScheduledSchema.from_dict(
        {
            "every": fields.String(required=True, validate=OneOf(["hour", "day", "week", "month", "cron"])),
            "cron": fields.String(load_default=None, allow_none=True, validate=Length(max=120)),
            "calendar": fields.String(load_default=None, allow_none=True, validate=Length(max=60)),
            "at": common.time_of_day(),
            "timezone": common.time_zone(),
            "weekday": fields.String(load_default="mon", validate=OneOf(WEEKDAYS)),
            "day": fields.Integer(load_default=1, validate=Range(1, 31)),
            "filter": fields.Dict(load_default=None, allow_none=True),
        },
        name="Scheduled",
    )()

    def accepts(self, cfg: Settings, occasion: Occasion) -> bool:  # noqa: ARG002 - the occasion names the flow
        return occasion.kind == "flow.scheduled"

    def next_fire(self, cfg: Settings, after: datetime, home: ZoneInfo) -> datetime | None:
        zone = common.zone_in(cfg, home)
        if cfg.get("every") == "cron":
            return Cron.parse(str(cfg.get("cron") or "")).next(after, zone)
        hour, minute = (int(part) for part in str(cfg.get("at") or "09:00").split(":"))
        if cfg.get("every") == "hour":
            first = after.astimezone(UTC).replace(minute=minute, second=0, microsecond=0)
            return first if first > after else first + timedelta(hours=1)
        day = after.astimezone(zone).date() - timedelta(days=1)
        for _ in range(64):
            if self._is_day(cfg, day):
                fires = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)
                if fires > after:
                    return fires
            day += timedelta(days=1)
        return None

    def _is_day(self, cfg: Settings, day: date) -> bool:
        every = cfg.get("every")
        if every == "week":
            return day.weekday() == WEEKDAYS.index(cfg.get("weekday") or "mon")
        if every == "month":
            last = monthrange(day.year, day.month)[1]
            return day.day == min(int(cfg.get("day") or 1), last)
        return True
