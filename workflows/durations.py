"""ISO 8601 durations with calendar parts: "-P1D" is a day of the wall clock, "PT24H" is 24 hours."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_SHAPE = re.compile(r"([+-]?)P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?=\d)(?:(\d{1,5})H)?(?:(\d{1,6})M)?)?")


@dataclass(frozen=True, slots=True)
class Duration:
    """Days on the calendar and time on the clock, both with the same sign."""

    days: int
    time: timedelta

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Read "-P1D", "PT2H30M", "P1W". Raises ValueError."""
        found = _SHAPE.fullmatch(text.strip())
        if found is None or not any(found.groups()[1:]):
            raise ValueError(f"not a duration: {text[:40]}")
        sign = -1 if found[1] == "-" else 1
        weeks, days, hours, minutes = (int(part or 0) for part in found.groups()[1:])
        return cls(sign * (weeks * 7 + days), sign * timedelta(hours=hours, minutes=minutes))

    def __str__(self) -> str:
        """Return it in the words that `parse` reads, weeks as days."""
        hours, minutes = divmod(abs(int(self.time.total_seconds())) // 60, 60)
        clock = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M")) if n)
        days = f"{abs(self.days)}D" if self.days or not clock else ""
        sign = "-" if self.days < 0 or self.time < timedelta() else ""
        return f"{sign}P{days}{'T' if clock else ''}{clock}"

    def after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """Return `moment` moved by this much, the days counted on the wall clock of `zone`; in UTC."""
        wall = moment.astimezone(zone).replace(tzinfo=None) + timedelta(days=self.days)
        return wall.replace(tzinfo=zone).astimezone(UTC) + self.time
