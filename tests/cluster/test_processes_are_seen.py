"""Operators see who leads, how many workers live and how late things are; a forked process connects by itself."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from formloom.app import build
from formloom.builders.system_check import run_checks
from formloom.platform.kernel.clock import FrozenClock
from formloom.platform.kernel.settings import read_settings
from formloom.platform.storage.database import Database
from formloom.platform.storage.tables import deliveries, outbox, timers
from formloom.workflows.queries import leases


def test_lags_and_processes_are_figures(database_url: str, tmp_path: Path, clock: FrozenClock) -> None:
    environ = {"FORMLOOM_HOME": str(tmp_path), "FORMLOOM_DATABASE_URL": database_url}
    made = build(environ, clock=clock)
    db, now = made.runtime.db, clock.now()
    before = now - timedelta(seconds=90)
    event = {"kind": "record.created", "form_id": "f", "record_id": "r", "payload": {}, "created_at": before}
    post = {
        "channel": "mail", "state": "pending", "recipient": "a@house.example", "payload": {}, "lane": "mail",
        "created_at": now - timedelta(seconds=30),
    }  # fmt: skip
    timer = {"kind": "scheduled", "dedupe": "t", "fire_at": now - timedelta(seconds=10), "created_at": before}
    db.write(lambda uow: uow.conn.execute(insert(outbox).values(id="e", **event)))
    db.write(lambda uow: uow.conn.execute(insert(deliveries).values(id="d", stable_id="d", **post)))
    db.write(lambda uow: uow.conn.execute(insert(timers).values(id="t", **timer)))
    for owner in ("a", "b"):
        db.write(lambda uow, owner=owner: leases.sign_in(uow, owner, now=now))
    db.write(lambda uow: leases.sign_in(uow, "silent", now=now - timedelta(minutes=5)))
    db.write(lambda uow: leases.take(uow, "ticker", "a", None, now=now))
    text = made.web.test_client().get("/metrics").text
    made.close()
    for line in (
        'formloom_outbox_lag_seconds{state="oldest"} 90.0',
        'formloom_deliveries_lag_seconds{state="oldest"} 30.0',
        'formloom_timers_lag_seconds{state="oldest"} 10.0',
        'formloom_processes_seen{state="ticker"} 1.0',
        'formloom_processes_seen{state="worker"} 2.0',
    ):
        assert line in text, line


def test_check_tells_of_broker_and_leases(database_url: str, tmp_path: Path, clock: FrozenClock) -> None:
    made = build({"FORMLOOM_HOME": str(tmp_path), "FORMLOOM_DATABASE_URL": database_url}, clock=clock)
    found = {one.id: one for one in run_checks(made.runtime)}
    assert found["broker"].ok
    assert found["leases"].ok
    made.runtime.settings = read_settings(
        {
            "FORMLOOM_HOME": str(tmp_path), "FORMLOOM_DATABASE_URL": "postgresql+psycopg://x/y",
            "FORMLOOM_BROKER_URL": "amqp://127.0.0.1:1//",
        }
    )  # fmt: skip
    made.runtime.probe_broker = lambda: "refused"
    found = {one.id: one for one in run_checks(made.runtime)}
    assert (found["broker"].ok, found["broker"].is_required) == (False, False)
    assert "refused" in found["broker"].words("en")
    assert (found["leases"].ok, found["leases"].is_required) == (False, True)
    made.runtime.db.write(lambda uow: leases.sign_in(uow, "a", now=clock.now()))
    made.runtime.db.write(lambda uow: leases.take(uow, "ticker", "a", None, now=clock.now()))
    found = {one.id: one for one in run_checks(made.runtime)}
    assert found["leases"].ok
    assert found["leases"].words("en") == "a ticker leads, 1 workers live"
    made.close()


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_forked_process_leaves_the_connections_to_its_parent(db: Database) -> None:
    def backend() -> int:
        return int(db.write(lambda uow: uow.conn.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()))

    before = backend()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, str(backend()).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(reading, 20)) != before
    assert backend() == before
