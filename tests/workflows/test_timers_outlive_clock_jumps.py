"""Timers neither fire twice nor get lost when the time jumps; the poll stays an index look-up however many wait."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers import base as scheduling
from apscheduler.triggers import interval
from sqlalchemy import insert, text

from formloom.platform.storage.database import Database
from formloom.platform.storage.tables import timers
from formloom.workflows import ticker as ticking
from formloom.workflows.queries import clockwork
from formloom.workflows.ticker import _SteadyScheduler

from .house import House, set_fields

DUE = {"type": "date_offset", "field": "due", "offset": "P0D"}


def tick(house: House) -> int:
    ticker = house.formloom.worker.ticker
    assert ticker is not None
    ticker.plan()
    fired = ticker.fire()
    house.formloom.worker.drain()
    return fired


def test_date_timers_fire_once_when_the_clock_jumps_ahead_and_back(house: House) -> None:
    flow = house.flow("due", [set_fields(note="due")], DUE)
    tickets = [house.ticket(due=f"2026-11-{day}") for day in (25, 26, 27)]
    house.formloom.worker.drain()
    assert tick(house) == 0
    house.clock.advance(timedelta(days=400))
    assert tick(house) == 3
    house.clock.advance(timedelta(days=-400))
    assert tick(house) == 0
    for _ in range(10):
        house.clock.advance(timedelta(days=1))
        assert tick(house) == 0
    assert len(house.runs(flow)) == 3
    assert {house.values(one)["note"] for one in tickets} == {"due"}


def test_timers_wait_while_the_clock_is_set_back_and_fire_when_it_is_their_time(house: House) -> None:
    flow = house.flow("due", [set_fields(note="due")], DUE)
    house.clock.advance(timedelta(days=-30))
    house.ticket(due="2026-11-25")
    house.formloom.worker.drain()
    house.clock.advance(timedelta(days=-300))
    assert tick(house) == 0
    house.clock.advance(timedelta(days=340))
    assert tick(house) == 1
    assert len(house.runs(flow)) == 1


def test_more_timers_than_are_taken_at_once_fire_in_one_tick(house: House) -> None:
    ticker = house.formloom.worker.ticker
    assert ticker is not None
    now = house.clock.now()
    rows = [
        {"id": f"t{n}", "kind": "date_offset", "flow_id": "gone", "dedupe": f"d{n}", "fire_at": now, "created_at": now}
        for n in range(450)
    ]
    house.db.write(lambda uow: uow.conn.execute(insert(timers), rows))
    assert ticker.fire() == 450
    assert ticker.fire() == 0


class Hours:
    """The clock on the wall and the one that never jumps: they go on while the scheduler waits, and only then.

    Stands in for the scheduler's event. What waits until `ends_at_s` by the steady clock is told to stop.
    """

    def __init__(self, jumps: dict[float, float], ends_at_s: float) -> None:
        self.steady_s, self.ahead_s = 0.0, 1_795_000_000.0
        self.scheduler: Any = None
        self._jumps = jumps
        self._ends_at_s = ends_at_s

    def monotonic(self) -> float:
        return self.steady_s

    def time(self) -> float:
        return self.steady_s + self.ahead_s

    def now(self, tz: Any = None) -> datetime:
        return datetime.fromtimestamp(self.time(), tz)

    def wait(self, seconds: float) -> None:
        self.steady_s += max(seconds, 0.001)
        for at_s in [one for one in self._jumps if one <= self.steady_s]:
            self.ahead_s += self._jumps.pop(at_s)
        if self.steady_s >= self._ends_at_s:
            self.scheduler.state = scheduling.STATE_STOPPED

    def set(self) -> None: ...

    def clear(self) -> None: ...


def test_the_scheduler_goes_on_when_the_machine_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    day_s = 86_400.0
    hours = Hours({5.0: -day_s, 10.0: day_s * 3}, ends_at_s=15.0)
    monkeypatch.setattr(ticking, "time", hours)
    for module in (ticking, scheduling, interval):
        monkeypatch.setattr(module, "datetime", _told_by(hours))
    planned, plan = 0, interval.IntervalTrigger.get_next_fire_time

    def counted(*arguments: Any) -> Any:
        nonlocal planned
        planned += 1
        return plan(*arguments)

    monkeypatch.setattr(interval.IntervalTrigger, "get_next_fire_time", counted)
    ticks: list[float] = []
    defaults = {"coalesce": True, "misfire_grace_time": None}
    scheduler: Any = _SteadyScheduler(timezone="UTC", job_defaults=defaults, executors={"default": DebugExecutor()})
    scheduler.add_job(lambda: ticks.append(hours.steady_s), "interval", seconds=0.2)
    hours.scheduler, scheduler._event = scheduler, hours
    scheduling.BaseScheduler.start(scheduler)
    scheduler._main_loop()
    assert max(later - tick for tick, later in itertools.pairwise([0.0, *ticks, hours.steady_s])) < 1.3
    assert 70 <= len(ticks) <= 80
    assert planned < 200, "the ticks of three days in between are not counted"


def test_polling_asks_an_index_of_waiting_timers_only(db: Database) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        {
            "id": f"t{n}", "kind": "date_offset", "flow_id": "f", "dedupe": f"d{n}", "created_at": begin,
            "fire_at": begin + timedelta(minutes=n), "fired_at": begin + timedelta(days=40) if n < 10_000 else None,
        }
        for n in range(20_000)
    ]  # fmt: skip
    db.write(lambda uow: uow.conn.execute(insert(timers), rows))
    with db.read() as unit:
        condition = "fire_at <= '2026-01-07 00:00:00' AND fired_at IS NULL"
        query = f"SELECT id FROM timers WHERE {condition} ORDER BY fire_at LIMIT 200"  # noqa: S608 - no input
        if db.dialect == "postgresql":
            unit.conn.execute(text("SELECT 1"))
            plan = "\n".join(row[0] for row in unit.conn.execute(text(f"EXPLAIN {query}")))
        else:
            plan = "\n".join(row[3] for row in unit.conn.execute(text(f"EXPLAIN QUERY PLAN {query}")))
        assert "ix_timers_waiting" in plan
        assert not clockwork.is_due(unit, now=begin + timedelta(minutes=9_999))
        assert clockwork.is_due(unit, now=begin + timedelta(minutes=10_000))


def _told_by(hours: Hours) -> Any:
    class Told(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return hours.now(tz)

    return Told
