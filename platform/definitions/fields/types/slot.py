"""An appointment."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import (
    CleanContext,
    Example,
    Seats,
    Settings,
    ValueInvalid,
    WidgetSpec,
)
from formloom.platform.definitions.fields.moments import is_zone, show_moment, zone_of
from formloom.platform.definitions.fields.settings import named
from formloom.platform.definitions.fields.types.datetime import Datetime

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_SLOTS = 1_000
_CLOCK = validate.Regexp(r"^([01]\d|2[0-3]):[0-5]\d\Z")
_WEEK = {"from_day": "2026-11-23", "until_day": "2026-11-27", "starts": "09:00", "ends": "11:00"}


def _is_day(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValidationError("Must be a day such as 2026-10-01") from None


class Appointments(Schema):
    """Which slots there are, and how many records each one takes."""

    from_day = fields.Date(load_default=None, allow_none=True, metadata=named("首日", "First day"))
    until_day = fields.Date(load_default=None, allow_none=True, metadata=named("末日", "Last day"))
    days_ahead = fields.Integer(
        load_default=14, validate=validate.Range(1, 366), metadata=named("可提前几天预约", "Days ahead")
    )
    weekdays = fields.List(
        fields.String(validate=validate.OneOf(WEEKDAYS)), load_default=lambda: list(WEEKDAYS[:5]),
        metadata={**named("星期", "Weekdays"), "control": "weekdays"},
    )  # fmt: skip
    starts = fields.String(load_default="09:00", validate=_CLOCK, metadata={**named("开始", "From"), "control": "time"})
    ends = fields.String(load_default="17:00", validate=_CLOCK, metadata={**named("结束", "Until"), "control": "time"})
    minutes = fields.Integer(
        load_default=30, validate=validate.Range(5, 1440), metadata=named("每段时长（分钟）", "Length (minutes)")
    )
    gap = fields.Integer(
        load_default=0, validate=validate.Range(0, 1440), metadata=named("间隔（分钟）", "Break after each (minutes)")
    )
    capacity = fields.Integer(
        load_default=1, validate=validate.Range(1, 100_000), metadata=named("每段名额", "Places in each")
    )
    closed = fields.List(
        fields.String(validate=_is_day), load_default=list, validate=validate.Length(max=200),
        metadata=named("休息日（如 2026-10-01）", "Closed days (such as 2026-10-01)"),
    )  # fmt: skip
    notice_hours = fields.Integer(
        load_default=0, validate=validate.Range(0, 8760), metadata=named("至少提前几小时", "Notice (hours)")
    )
    show_left = fields.Boolean(load_default=True, metadata=named("显示剩余名额", "Show places left"))
    timezone = fields.String(load_default=None, allow_none=True, validate=is_zone, metadata=named("时区", "Time zone"))


class Slot(Datetime):
    """One of the slots that the settings give, kept as the moment at which it begins."""

    id = "slot"
    label = {"zh-CN": "预约时段", "en": "Time slot"}
    help = {"zh-CN": "选一个还有名额的时段", "en": "Choose a time that still has a place"}
    group = "advanced"
    icon = "cal"
    can_be_column = False
    keywords = ("slot", "appointment", "booking", "预约", "yuyue", "yy", "时段", "shiduan")
    settings = Appointments
    has_seats = True
    examples = (
        Example(
            "2026-11-23T10:00", _WEEK | {"timezone": "Asia/Shanghai"}, clean=datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
        ),
        Example("2026-11-23T10:10", _WEEK, error="no_such_slot"),
        Example("2026-11-22T10:00", _WEEK, error="no_such_slot"),
        Example("soon", error="not_moment"),
    )

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> datetime | None:
        moment = super().clean(raw, cfg, ctx)
        if moment is None:
            return None
        try:
            local = moment.astimezone(zone_of(cfg)).replace(tzinfo=None)
        except OverflowError:
            raise ValueInvalid("no_such_slot", messages.NO_SUCH_SLOT) from None
        if not _is_open(local.date(), cfg) or local.time() not in _times(cfg):
            raise ValueInvalid("no_such_slot", messages.NO_SUCH_SLOT)
        return moment

    def samples(self, cfg: Settings, ctx: CleanContext) -> Iterable[Any]:
        return [moment.isoformat() for moment in islice(open_slots(cfg, ctx.now), 20)]

    def seats(self, cfg: Settings) -> Seats:
        return Seats(of_each=cfg["capacity"], is_told=cfg["show_left"])

    def display(self, value: datetime | None, cfg: Settings, locale: str) -> str:
        if value is None:
            return ""
        begins = value.astimezone(zone_of(cfg))
        return f"{show_moment(begins, locale)}–{begins + timedelta(minutes=cfg['minutes']):%H:%M}"

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("slot")


def open_slots(cfg: Settings, now: datetime) -> Iterator[datetime]:
    """Give the beginnings of the slots that can still be booked, as the clock of the field's zone shows them."""
    zone = zone_of(cfg)
    today = now.astimezone(zone).date()
    first = max(cfg["from_day"] or today, today)
    last = min(cfg["until_day"] or date.max, today + timedelta(days=cfg["days_ahead"]))
    earliest = now + timedelta(hours=cfg["notice_hours"])
    times, left = _times(cfg), MOST_SLOTS
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if not _is_open(day, cfg):
            continue
        for clock in times:
            begins = datetime.combine(day, clock)
            if begins.replace(tzinfo=zone) >= earliest and left:
                left -= 1
                yield begins


def _is_open(day: date, cfg: Settings) -> bool:
    is_within = (cfg["from_day"] or date.min) <= day <= (cfg["until_day"] or date.max)
    return is_within and WEEKDAYS[day.weekday()] in cfg["weekdays"] and day.isoformat() not in cfg["closed"]


def _times(cfg: Settings) -> list[time]:
    begin, end = (_minutes(cfg[name]) for name in ("starts", "ends"))
    last = end - cfg["minutes"]
    return [time(at // 60, at % 60) for at in range(begin, last + 1, cfg["minutes"] + cfg["gap"])]


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])
