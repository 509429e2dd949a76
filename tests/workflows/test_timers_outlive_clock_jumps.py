"""Timers neither fire twice nor get lost when the time jumps; the poll stays an index look-up however many wait."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apscheduler.schedulers import base as scheduling
from sqlalchemy import insert, text

from formloom.platform.storage.database import Database
from formloom.platform.storage.tables import timers
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


def test_the_scheduler_goes_on_when_the_machine_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    shift_s = [0.0]
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + shift_s[0])
    monkeypatch.setattr("formloom.workflows.ticker.datetime", _shifted(shift_s))
    monkeypatch.setattr(scheduling, "datetime", _shifted(shift_s))
    ticks: list[float] = []
    more = threading.Event()

    def act() -> None:
        ticks.append(time.monotonic())
        more.set()

    scheduler: Any = _SteadyScheduler(timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None})
    scheduler.add_job(act, "interval", seconds=0.2)
    scheduler.start()
    try:
        for shift in (-86_400.0, 86_400.0 * 3650):
            more.clear()
            assert more.wait(5)
            shift_s[0] = shift
            more.clear()
            began, before = time.monotonic(), len(ticks)
            assert more.wait(5)
            assert time.monotonic() - began < 3
            assert len(ticks) - before < 5
    finally:
        scheduler.shutdown()


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


def _shifted(shift_s: list[float]) -> Any:
    class Shifted(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + timedelta(seconds=shift_s[0])

    return Shifted


def test_a_timer_that_is_late_survives_a_change_of_something_else(house: House) -> None:
    flow = house.flow("due", [set_fields(note="due")], DUE)
    ticket = house.ticket(due="2026-11-25")
    house.formloom.worker.drain()
    house.clock.advance(timedelta(days=10))
    house.change(ticket, other="changed while no ticker was there")
    house.formloom.worker.drain()
    assert tick(house) == 1
    assert len(house.runs(flow)) == 1


def test_a_date_that_came_while_the_event_waited_still_fires(house: House) -> None:
    flow = house.flow("due", [set_fields(note="due")], DUE)
    house.ticket(due="2026-11-25")
    house.clock.advance(timedelta(days=10))
    house.formloom.worker.drain()
    assert tick(house) == 1
    assert len(house.runs(flow)) == 1
