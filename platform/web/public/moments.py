"""Moments on public pages: in the installation's time zone until the script shows them in the visitor's own."""

from datetime import datetime
from zoneinfo import ZoneInfo

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def shown_moment(moment: datetime, locale: str, now: datetime, zone: ZoneInfo) -> str:
    """Return a moment as a person reads it: 11月23日 14:05, with the year when it is another one."""
    local = moment.astimezone(zone)
    is_far = local.year != now.astimezone(zone).year
    if locale == "zh-CN":
        return f"{f'{local.year}年' if is_far else ''}{local.month}月{local.day}日 {local:%H:%M}"
    return f"{local.day} {_MONTHS[local.month - 1]}{f' {local.year}' if is_far else ''}, {local:%H:%M}"
