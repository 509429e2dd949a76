"""Real histories of incidents, replayed through the clocks and computed a second time in another way.

    python -m tests.sla.incidents [FILE]

The file is the public incident log of an IT department: one row for each change of an incident. By default it is
looked for in `../shared/data` beside the checkout; FORMLOOM_SHARED_DATA names another folder.

The product reads each history as it reads that of any record (conditions over the values, pauses, reopening) and asks
its calendar. The second computation knows nothing of that: it walks over the minutes of the whole period, asks of each
whether its local wall clock is within office hours, and adds up runs of minutes between two rows.
"""

import csv
import itertools
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from formloom.platform.definitions.form import FormVersion
from formloom.platform.records.queries.traces import HistoryRow
from formloom.platform.storage.definition_store import Definition
from formloom.workflows.calendars import Calendar
from formloom.workflows.sla.clock import Clock, replay
from formloom.workflows.sla.life import moments, read_life
from formloom.workflows.sla.policy import Policy, read

NAME = "incident_event_log.csv"
ROOT = Path(__file__).resolve().parents[2]
ZONE = ZoneInfo("Europe/Berlin")
HOURS = (9, 18)
DAYS = ("mon", "tue", "wed", "thu", "fri")
RESTING = ("Awaiting Evidence", "Awaiting Problem", "Awaiting User Info", "Awaiting Vendor")
OVER = ("Resolved", "Closed")
TARGETS = {"1 - Critical": 4, "2 - High": 8, "3 - Moderate": 24, "4 - Low": 72}
"""Hours by priority; the file does not say what was agreed."""
WEEKS = 5
NOW = datetime(2018, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident: when it was opened, and (moment, state, priority) of each row."""

    number: str
    opened_at: datetime
    rows: tuple[tuple[datetime, str, str], ...]
    made_sla: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """What one clock came to."""

    elapsed_s: int
    stopped_at: datetime | None
    is_late: bool
    due_at: datetime | None


def place() -> Path:
    """Return where the file should be."""
    folder = os.environ.get("FORMLOOM_SHARED_DATA")
    return (Path(folder) if folder else ROOT.parent / "shared" / "data") / NAME


def incidents(path: Path) -> list[Incident]:
    """Return the incidents of the file, rows in the order of time."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    return [_incident(number, list(rows)) for number, rows in itertools.groupby(lines, lambda row: row["number"])]


def _incident(number: str, rows: list[dict[str, str]]) -> Incident:
    told = [(_moment(row["sys_updated_at"]), row["incident_state"], row["priority"]) for row in rows]
    opened = _moment(rows[0]["opened_at"])
    told = [(max(at, opened), state, priority) for at, state, priority in told]
    return Incident(number, opened, tuple(sorted(told, key=lambda row: row[0])), rows[-1]["made_sla"] == "TRUE")


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%d-%m-%Y %H:%M").replace(tzinfo=UTC)


# --- by the product ---------------------------------------------------------------------------------------


def form() -> FormVersion:
    """Return a form with the two fields that the clocks look at."""
    label = {"zh-CN": "字段", "en": "Field"}
    fields = [{"id": name, "type": "text", "label": label} for name in ("state", "priority")]
    return FormVersion.build(
        form_id="incident", app_id="desk", app_key="desk", key="incident", version=1,
        document={"title": label, "fields": fields}, table="form_incident", columns={"state": "state", "priority": "priority"},
    )  # fmt: skip


def policy(business: bool) -> Policy:
    """Return a resolution clock that rests while somebody else is waited for."""
    targets = [{"priority": [name], "within": f"PT{hours}H", "business": business} for name, hours in TARGETS.items()]
    metric = {
        "id": "resolution", "kind": "resolution", "targets": targets,
        "stop": {"field": "state", "op": "in", "value": list(OVER)},
        "pause": {"field": "state", "op": "in", "value": list(RESTING)},
    }  # fmt: skip
    document = {"title": {}, "form": "incident", "priority_field": "priority", "metrics": [metric]}
    definition = Definition.__new__(Definition)
    return read(definition, document, form())


def calendar() -> Calendar:
    """Return office hours of a zone with summer time."""
    hours = [[f"{HOURS[0]:02}:00", f"{HOURS[1]:02}:00"]]
    return Calendar.parse({"timezone": ZONE.key, "week": dict.fromkeys(DAYS, hours)})


def by_the_product(incident: Incident, rule: Policy, made: FormVersion, office: Calendar) -> Clock:
    """Return the incident's clock."""
    metric = rule.metrics[0]
    life = read_life(made, *_history(incident), [], rule.fields)
    (clock,) = replay(moments(life, metric), metric.rule, office, NOW)
    return clock


def _history(incident: Incident) -> tuple[dict[str, Any], list[HistoryRow]]:
    """Return the present values and the history as the pipeline would have written them."""
    states = [(incident.opened_at, *incident.rows[0][1:]), *incident.rows]
    values: dict[str, Any] = {"state": None, "priority": None}
    history = []
    for rev, (at, state, priority) in enumerate(states, 1):
        new = {"state": state, "priority": priority}
        changes = {name: [values[name], value] for name, value in new.items() if values[name] != value}
        history.append(HistoryRow(rev, at, "member", None, "created" if rev == 1 else "updated", changes, None))
        values = new
    return values, history


# --- a second time, minute by minute -----------------------------------------------------------------------


class Minutes:
    """How many minutes count before each minute of a period, by looking at every one of them."""

    def __init__(self, first: datetime, last: datetime, *, business: bool) -> None:
        self._first = first
        self.before = [0]
        for number in range(int((last - first).total_seconds()) // 60):
            wall = (first + timedelta(minutes=number)).astimezone(ZONE)
            counts = not business or (wall.weekday() < WEEKS and HOURS[0] <= wall.hour < HOURS[1])
            self.before.append(self.before[-1] + counts)

    def number(self, at: datetime) -> int:
        return int((at - self._first).total_seconds()) // 60

    def between(self, start: datetime, end: datetime) -> int:
        return self.before[self.number(end)] - self.before[self.number(start)]

    def reach(self, start: datetime, minutes: int) -> datetime | None:
        """Return the end of the minute by which `minutes` have counted since `start`, walking on minute by minute."""
        if minutes <= 0:
            return start
        here, left = self.number(start), minutes
        while here + 1 < len(self.before):
            left -= self.before[here + 1] - self.before[here]
            here += 1
            if left == 0:
                return self._first + timedelta(minutes=here)
        return None


def by_hand(incident: Incident, minutes: Minutes) -> Figures:
    """Return what the incident's time comes to, by the rules as a person would apply them to the rows."""
    rows = [(incident.opened_at, *incident.rows[0][1:]), *incident.rows]
    ends = [*(row[0] for row in rows[1:]), NOW]
    used, late, due, stopped = 0, False, None, None
    for (begin, state, priority), end in zip(rows, ends, strict=True):
        allowed = TARGETS[priority] * 60
        if state in OVER:
            stopped = stopped or begin
            late = used > allowed or (used == allowed and due is not None and due < begin)
            continue
        stopped = None
        if state in RESTING:
            continue
        if used <= allowed:
            due = minutes.reach(begin, allowed - used)
        used += minutes.between(begin, end)
        late = used > allowed or (used == allowed and due is not None and due < end)
    return Figures(used * 60, stopped, late, due)


# --- comparing ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many incidents were compared, which differ, and how often the file's own verdict is the same."""

    compared: int
    different: tuple[str, ...]
    verdicts: Counter[tuple[bool, bool]]
    replay_s: float

    @property
    def agreeing(self) -> float:
        return 100 * sum(count for (ours, theirs), count in self.verdicts.items() if ours == theirs) / self.compared


def compare(found: list[Incident], *, business: bool) -> Agreement:
    """Compare every incident; a verdict is (made it by us, made it by the file)."""
    minutes = Minutes(
        min(one.opened_at for one in found) - timedelta(days=1), NOW + timedelta(days=1), business=business
    )
    rule, made, office = policy(business), form(), calendar()
    began = time.perf_counter()
    clocks = [by_the_product(one, rule, made, office) for one in found]
    took = time.perf_counter() - began
    verdicts: Counter[tuple[bool, bool]] = Counter()
    different = []
    for one, clock in zip(found, clocks, strict=True):
        told = by_hand(one, minutes)
        mine = (int(clock.elapsed.total_seconds()), clock.stopped_at, clock.is_breached)
        if mine != (told.elapsed_s, told.stopped_at, told.is_late):
            different.append(f"{one.number}: {mine} against {told}")
        verdicts[(not clock.is_breached, one.made_sla)] += 1
    return Agreement(len(found), tuple(different), verdicts, took)


def lines(found: list[Incident]) -> Iterator[str]:
    """Tell what came of it."""
    rows = sum(len(one.rows) for one in found)
    yield f"{len(found)} incidents, {rows} rows; targets in hours: {TARGETS}"
    for business in (False, True):
        told = compare(found, business=business)
        yield f"{'office hours' if business else 'around the clock'}: {told.compared - len(told.different)} of {told.compared} equal to the second"
        yield f"  replayed in {told.replay_s:.2f} s, {rows / told.replay_s:,.0f} rows a second"
        yield f"  the file's made_sla is the same for {told.agreeing:.1f} %"
        for (ours, theirs), count in sorted(told.verdicts.items()):
            yield f"    in time by the clock: {ours}, by the file: {theirs}: {count}"
        yield from (f"  {one}" for one in told.different[:10])


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else place()
    sys.stdout.write("\n".join(lines(incidents(path))) + "\n")


if __name__ == "__main__":
    main()
