"""Working time: how many spans a second are measured, and due moments found.

python -m tests.bench.calendars
"""

import random
import sys
import time
from datetime import UTC, datetime, timedelta

from formloom.workflows.calendars import Calendar
from formloom.workflows.holidays import lists

DAYS = ("mon", "tue", "wed", "thu", "fri")
MANY = 20_000
SPANS = {"3 days": timedelta(days=3), "3 years": timedelta(days=1_095)}


def main() -> None:
    """Print computations a second, best of five runs."""
    week = {day: [["09:00", "12:00"], ["13:30", "18:00"]] for day in DAYS}
    entries = [entry for one in lists() for entry in one.entries]
    calendar = Calendar.parse({"timezone": "Asia/Shanghai", "week": week, "entries": entries})
    chance = random.Random(7)
    first = datetime(2026, 1, 1, tzinfo=UTC)
    for name, longest in SPANS.items():
        pairs = [(first + chance.random() * timedelta(days=300), chance.random() * longest) for _ in range(MANY)]
        measured = min(_timed(lambda: [calendar.open_between(at, at + span) for at, span in pairs]) for _ in range(5))  # noqa: B023 - run at once
        added = min(_timed(lambda: [calendar.add(at, span / 4) for at, span in pairs]) for _ in range(5))  # noqa: B023 - run at once
        sys.stdout.write(f"up to {name}: {MANY / measured:,.0f} measured, {MANY / added:,.0f} due moments a second\n")


def _timed(work: object) -> float:
    began = time.perf_counter()
    work()  # always a function
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
