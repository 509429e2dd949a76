"""Some time before or after a date in the record."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, fields

from formloom.workflows.calendars import CalendarInvalid
from formloom.workflows.durations import Duration
from formloom.workflows.engine.context import Occasion
from formloom.workflows.engine.expressions import moment
from formloom.workflows.triggers import settings as common
from formloom.workflows.triggers.base import Settings, Trigger


class DateOffset(Trigger):
    """Fires once per record and moment; when the date changes, the moment moves along."""

    id = "date_offset"
    label = {"zh-CN": "到达日期时", "en": "A date comes"}
    sentence = {"zh-CN": "{form}的{field}{offset}", "en": "{offset} {field} of {form}"}
    icon = "cal"
    settings = Schema.from_dict(
        {
            "field": fields.String(required=True),
            "offset": common.offset(),
            "at": common.time_of_day(),
            "timezone": common.time_zone(),
        },
        name="DateOffset",
    )()

    def accepts(self, cfg: Settings, occasion: Occasion) -> bool:  # noqa: ARG002 - the occasion names the flow
        return occasion.kind == "flow.date_offset"

    def fires_for(self, cfg: Settings, values: Mapping[str, Any], home: ZoneInfo) -> datetime | None:
        try:
            zone = common.zone_in(cfg, home)
            at = moment(values.get(cfg.get("field", "")), cfg.get("at") or "09:00", zone)
            return None if at is None else Duration.parse(cfg.get("offset") or "P0D").after(at, zone)
        except (CalendarInvalid, ValueError, OverflowError):
            return None
