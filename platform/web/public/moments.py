"""Moments on public pages: in the installation's time zone until the script shows them in the visitor's own."""

from datetime import datetime
from zoneinfo import ZoneInfo

from formloom.platform.web.public.texts import say

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def left_in_words(seconds: int, locale: str) -> str:
    """Return a time to wait as the page counts it down: 2 days 03:04:05. As `inWords` in the page's script."""
    days, rest = divmod(seconds, 86_400)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return say("day_and" if days == 1 else "days_and", locale, n=days, clock=clock) if days else clock


def shown_moment(moment: datetime, locale: str, now: datetime, zone: ZoneInfo) -> str:
    """Return a moment as a person reads it: 11月23日 14:05, with the year when it is another one."""
    local = moment.astimezone(zone)
    is_far = local.year != now.astimezone(zone).year
    if locale == "zh-CN":
        return f"{f'{local.year}年' if is_far else ''}{local.month}月{local.day}日 {local:%H:%M}"
    return f"{local.day} {_MONTHS[local.month - 1]}{f' {local.year}' if is_far else ''}, {local:%H:%M}"
