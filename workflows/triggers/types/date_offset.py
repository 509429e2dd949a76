"""Some time before or after a date in the record."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Regexp

from formloom.workflows.calendars import zone_of
from formloom.workflows.durations import Duration
from formloom.workflows.engine.context import Occasion
from formloom.workflows.engine.expressions import moment
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
            "offset": fields.String(load_default="P0D"),
            "at": fields.String(load_default="09:00", validate=Regexp(r"([01]\d|2[0-3]):[0-5]\d")),
            "timezone": fields.String(load_default="Asia/Shanghai"),
        },
        name="DateOffset",
    )()

    def accepts(self, cfg: Settings, occasion: Occasion) -> bool:  # noqa: ARG002 - the occasion names the flow
        return occasion.kind == "flow.date_offset"

    def fires_for(self, cfg: Settings, values: Mapping[str, Any]) -> datetime | None:
        zone = zone_of(cfg.get("timezone") or "Asia/Shanghai")
        at = moment(values.get(cfg.get("field", "")), cfg.get("at") or "09:00", zone)
        if at is None:
            return None
        try:
            return Duration.parse(cfg.get("offset") or "P0D").after(at, zone)
        except (ValueError, OverflowError):
            return None
