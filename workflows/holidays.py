"""Public holidays and make-up workdays, to be copied into calendars.

Nothing reads this table while business time is computed: a calendar holds what somebody took over, so that what it
says never changes by itself. A new year is a new part of the table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from formloom.platform.kernel.text import LocalizedText


@dataclass(frozen=True, slots=True)
class HolidayList:
    """The days of one region and year, as calendar entries."""

    id: str
    title: LocalizedText
    source: LocalizedText
    entries: Sequence[Mapping[str, Any]]


_NAMES: Mapping[str, LocalizedText] = {
    "new_year": {"zh-CN": "元旦", "en": "New Year's Day"},
    "spring": {"zh-CN": "春节", "en": "Spring Festival"},
    "qingming": {"zh-CN": "清明节", "en": "Qingming Festival"},
    "labour": {"zh-CN": "劳动节", "en": "Labour Day"},
    "dragon_boat": {"zh-CN": "端午节", "en": "Dragon Boat Festival"},
    "mid_autumn": {"zh-CN": "中秋节", "en": "Mid-Autumn Festival"},
    "national": {"zh-CN": "国庆节", "en": "National Day"},
    "national_mid_autumn": {"zh-CN": "国庆节、中秋节", "en": "National Day and Mid-Autumn Festival"},
}
_MAKE_UP: LocalizedText = {"zh-CN": "{name}调休上班", "en": "Make-up workday: {name}"}
_SOURCE: LocalizedText = {
    "zh-CN": "国务院办公厅关于{year}年部分节假日安排的通知（{number}）",
    "en": "Notice of the General Office of the State Council on the holidays of {year} ({number})",
}

_CHINA: Mapping[int, tuple[str, tuple[tuple[str, str, str, tuple[str, ...]], ...]]] = {
    2025: (
        "国办发明电〔2024〕12号",
        (
            ("new_year", "01-01", "01-01", ()),
            ("spring", "01-28", "02-04", ("01-26", "02-08")),
            ("qingming", "04-04", "04-06", ()),
            ("labour", "05-01", "05-05", ("04-27",)),
            ("dragon_boat", "05-31", "06-02", ()),
            ("national_mid_autumn", "10-01", "10-08", ("09-28", "10-11")),
        ),
    ),
    2026: (
        "国办发明电〔2025〕7号",
        (
            ("new_year", "01-01", "01-03", ("01-04",)),
            ("spring", "02-15", "02-23", ("02-14", "02-28")),
            ("qingming", "04-04", "04-06", ()),
            ("labour", "05-01", "05-05", ("05-09",)),
            ("dragon_boat", "06-19", "06-21", ()),
            ("mid_autumn", "09-25", "09-27", ()),
            ("national", "10-01", "10-07", ("09-20", "10-10")),
        ),
    ),
}
"""Year → the notice's number, and its holidays: name, first day, last day, the weekend days that are worked instead."""


def lists() -> list[HolidayList]:
    """Return every list, the newest year first."""
    return [_china(year, *_CHINA[year]) for year in sorted(_CHINA, reverse=True)]


def _china(year: int, number: str, holidays: Sequence[tuple[str, str, str, tuple[str, ...]]]) -> HolidayList:
    entries: list[dict[str, Any]] = []
    for name, first, last, worked in holidays:
        title = _NAMES[name]
        entry: dict[str, Any] = {"on": f"{year}-{first}", "kind": "holiday", "title": dict(title)}
        entries.append(entry | ({"until": f"{year}-{last}"} if last != first else {}))
        said = {locale: words.replace("{name}", title[locale]) for locale, words in _MAKE_UP.items()}
        entries += [{"on": f"{year}-{day}", "kind": "workday", "title": said} for day in worked]
    entries.sort(key=lambda one: date.fromisoformat(one["on"]))
    return HolidayList(
        f"cn-{year}",
        {"zh-CN": f"中国法定节假日 {year}", "en": f"Public holidays of China, {year}"},
        {locale: words.format(year=year, number=number) for locale, words in _SOURCE.items()},
        entries,
    )
