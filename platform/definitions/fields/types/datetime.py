"""A moment."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from marshmallow import Schema

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import (
    CleanContext,
    ColumnSpec,
    Example,
    FieldType,
    Settings,
    ValueInvalid,
    WidgetSpec,
)
from formloom.platform.definitions.fields.moments import Moments, cell_moment, show_moment, zone_of


class Datetime(FieldType[datetime]):
    """A moment, kept in UTC; input without a zone is read in the field's zone, else in the installation's."""

    id = "datetime"
    label = {"zh-CN": "日期时间", "en": "Date and time"}
    help = {"zh-CN": "预约时间、发生时间", "en": "An appointment"}
    icon = "datetime"
    keywords = ("datetime", "time", "moment", "日期时间", "riqishijian", "rqsj", "时间", "shijian")
    value_kind = "datetime"
    settings: ClassVar[type[Schema]] = Moments
    examples: ClassVar[tuple[Example, ...]] = (
        Example("2026-11-23T06:05:00Z", clean=datetime(2026, 11, 23, 6, 5, tzinfo=UTC)),
        Example("2026-11-23T14:05", clean=datetime(2026, 11, 23, 6, 5, tzinfo=UTC)),
        Example("2026-11-23T25:00", error="not_moment"),
        Example(5, error="not_moment"),
    )

    def at_home(self, cfg: Settings, zone: ZoneInfo) -> Settings:
        return {**cfg, "timezone": cfg["timezone"] or zone.key}

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("datetime")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> datetime | None:  # noqa: ARG002 - the signature is the base's
        if not isinstance(raw, str) or not 10 <= len(raw) <= 40 or raw[7] != "-":
            raise ValueInvalid("not_moment", messages.MOMENT_EXPECTED)
        try:
            value = datetime.fromisoformat(raw)
            if value.tzinfo is None:
                value = value.replace(tzinfo=zone_of(cfg))
            return value.astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValueInvalid("not_moment", messages.MOMENT_EXPECTED) from None

    def dump(self, value: datetime | None, cfg: Settings) -> str | None:  # noqa: ARG002 - the signature is the base's
        return None if value is None else value.isoformat().replace("+00:00", "Z")

    def revive(self, shown: Any, cfg: Settings) -> datetime | None:  # noqa: ARG002 - the signature is the base's
        return None if shown is None else datetime.fromisoformat(shown)

    def display(self, value: datetime | None, cfg: Settings, locale: str) -> str:
        return "" if value is None else show_moment(value.astimezone(zone_of(cfg)), locale)

    def parse_cell(self, text: str, cfg: Settings, ctx: CleanContext) -> datetime | None:
        return self.clean(cell_moment(text), cfg, ctx) if text.strip() else None

    def export_cell(self, value: datetime | None, cfg: Settings, locale: str) -> str:  # noqa: ARG002 - the signature is the base's
        return "" if value is None else value.astimezone(zone_of(cfg)).strftime("%Y-%m-%d %H:%M:%S")

    def samples(self, cfg: Settings, ctx: CleanContext) -> Iterable[Any]:  # noqa: ARG002 - the signature is the base's
        return [
            (ctx.now + timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0).isoformat()
            for hours in (2, 26, -20)
        ]

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("datetime", {})
