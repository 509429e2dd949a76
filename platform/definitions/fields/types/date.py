"""A day."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

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
from formloom.platform.definitions.fields.moments import Days, cell_date, show_date


class Date(FieldType[date]):
    """A calendar day without a time zone."""

    id = "date"
    label = {"zh-CN": "日期", "en": "Date"}
    help = {"zh-CN": "生日、到期日", "en": "A birthday, a due day"}
    icon = "date"
    keywords = ("date", "day", "日期", "riqi", "rq")
    value_kind = "date"
    settings = Days
    can_be_unique = True
    examples = (
        Example("2026-11-23", clean=date(2026, 11, 23)),
        Example("2026-02-30", error="not_date"),
        Example("2025-12-31", {"min": "2026-01-01"}, error="too_early"),
        Example(20261123, error="not_date"),
    )

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("date")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> date | None:  # noqa: ARG002 - the signature is the base's
        if not isinstance(raw, str) or len(raw) != 10 or raw[7] != "-":
            raise ValueInvalid("not_date", messages.DATE_EXPECTED)
        try:
            value = date.fromisoformat(raw)
        except ValueError:
            raise ValueInvalid("not_date", messages.DATE_EXPECTED) from None
        if cfg["min"] and value < cfg["min"]:
            raise ValueInvalid("too_early", messages.TOO_EARLY, min=cfg["min"])
        if cfg["max"] and value > cfg["max"]:
            raise ValueInvalid("too_late", messages.TOO_LATE, max=cfg["max"])
        return value

    def dump(self, value: date | None, cfg: Settings) -> str | None:  # noqa: ARG002 - the signature is the base's
        return None if value is None else value.isoformat()

    def revive(self, shown: Any, cfg: Settings) -> date | None:  # noqa: ARG002 - the signature is the base's
        return None if shown is None else date.fromisoformat(shown)

    def display(self, value: date | None, cfg: Settings, locale: str) -> str:  # noqa: ARG002 - the signature is the base's
        return "" if value is None else show_date(value, locale)

    def parse_cell(self, text: str, cfg: Settings, ctx: CleanContext) -> date | None:
        return self.clean(cell_date(text), cfg, ctx) if text.strip() else None

    def export_cell(self, value: date | None, cfg: Settings, locale: str) -> str:  # noqa: ARG002 - the signature is the base's
        return "" if value is None else value.isoformat()

    def samples(self, cfg: Settings, ctx: CleanContext) -> Iterable[Any]:
        near = [(ctx.now + timedelta(days=days)).date().isoformat() for days in (0, 3, 14, -7)]
        return [*near, *(bound.isoformat() for bound in (cfg["min"], cfg["max"]) if bound)]

    def widget(self, cfg: Settings) -> WidgetSpec:
        bounds = {name: cfg[name].isoformat() for name in ("min", "max") if cfg[name]}
        return WidgetSpec("date", bounds)
