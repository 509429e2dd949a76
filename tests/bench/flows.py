"""`python -m tests.bench.flows [conditions|timers|assigned]`: what the flow engine costs, part by part.

conditions  comparisons of a compiled condition a second, one core        aim 150,000/s
timers      asking whether one of 1,000,000 waiting timers is due          aim 5 ms, both databases
assigned    from sending a submission to its assignee stored, 50 a second  aim p95 300 ms, one process on SQLite
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import text

from formloom.platform.definitions.conditions.compile import Setting, compile_condition
from formloom.platform.storage.database import Database
from formloom.platform.storage.migrate import upgrade
from formloom.workflows.queries import clockwork
from tests.bench.formulas import per_second
from tests.bench.load import Connection, request
from tests.bench.run import PASSWORD, ROOT, free_port, wait_for
from tests.databases import Kept

RULE = {
    "all": [
        {"field": "priority", "op": "in", "value": ["high", "urgent"]},
        {"field": "subject", "op": "contains", "value": "refund"},
        {"field": "age", "op": "gt", "value": 24},
        {"any": [{"field": "vip", "op": "eq", "value": True}, {"field": "channel", "op": "eq", "value": "phone"}]},
    ]
}
KINDS = {"priority": "choice", "subject": "text", "age": "number", "vip": "boolean", "channel": "choice"}
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
FILL = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {last}) "
    "INSERT INTO timers (id, kind, flow_id, record_id, dedupe, fire_at, created_at, fired_at) "
    "SELECT printf('t%08d', i), 'bench', 'f', printf('r%08d', i), 'd' || i, "
    "strftime('%Y-%m-%d %H:%M:%f000', '2026-01-01', '+' || i || ' seconds'), '2026-01-01 00:00:00.000000', "
    "CASE WHEN i < {fired} THEN '2026-01-01 00:00:00.000000' END FROM n",
    "postgresql": "INSERT INTO timers (id, kind, flow_id, record_id, dedupe, fire_at, created_at, fired_at) "
    "SELECT 't' || i, 'bench', 'f', 'r' || i, 'd' || i, '2026-01-01Z'::timestamptz + i * interval '1 second', "
    "'2026-01-01Z', CASE WHEN i < {fired} THEN '2026-01-01Z'::timestamptz END FROM generate_series(0, {last}) AS i",
}
FIRED = 200_000
WAITING = 1_000_000


def conditions() -> None:
    """Print how many times a second the rule of the rivals' table is decided."""
    setting = Setting(now=BEGIN)
    compiled = compile_condition(RULE, KINDS, setting=setting)
    whole = {"priority": "high", "subject": "Refund please", "age": 30, "vip": False, "channel": "phone"}
    cases: dict[str, Callable[[], bool]] = {
        "five comparisons, all needed": partial(compiled, whole),
        "the first of them fails": partial(compiled, {**whole, "priority": "low"}),
        "five comparisons, read and compiled anew": lambda: compile_condition(RULE, KINDS, setting=setting)(whole),
    }
    for name, decide in cases.items():
        print(f"| {name}: {decide()} | {per_second(decide):,.0f} a second |", flush=True)


def timers() -> None:
    """Print what a poll costs with a million timers that wait and those that fired before."""
    with tempfile.TemporaryDirectory() as folder:
        _timers(f"sqlite:///{folder}/formloom.db")
    kept = Kept.made()
    try:
        _timers(kept.url)
    finally:
        kept.drop()


def _timers(url: str) -> None:
    db = Database(url)
    upgrade(db)
    fill = FILL[db.dialect].format(last=FIRED + WAITING - 1, fired=FIRED).replace(":", "\\:")
    db.write(lambda uow: uow.conn.execute(text(fill)))
    first = BEGIN + timedelta(seconds=FIRED)
    idle, due, taking = [], [], []
    for number in range(200):
        with db.read() as unit:
            began = time.perf_counter()
            assert not clockwork.is_due(unit, now=first - timedelta(seconds=1))
            idle.append(time.perf_counter() - began)
        now = first + timedelta(seconds=number * 200 + 199)
        with db.read() as unit:
            began = time.perf_counter()
            assert clockwork.is_due(unit, now=now)
            due.append(time.perf_counter() - began)
        if number < 20:
            began = time.perf_counter()
            taken = db.write(lambda uow, now=now: clockwork.take_due(uow, now=now))  # a lambda with defaults
            taking.append(time.perf_counter() - began)
            assert len(taken) == 200
            first_waiting = now + timedelta(seconds=1)
    with db.read() as unit:
        assert not clockwork.is_due(unit, now=first_waiting - timedelta(seconds=1))
    for name, found in (("poll, none due", idle), ("poll, some due", due), ("taking 200", taking)):
        print(
            f"| {db.dialect}: {name} | p50 {median(found) * 1000:.3f} ms, p95 {_p95(found) * 1000:.3f} ms |", flush=True
        )
    db.close()


def assigned(rate: float = 50, seconds: float = 30) -> None:
    """Print how long it takes from sending a submission until its assignee stands in the database."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environ = {
            **os.environ, "FORMLOOM_HOME": folder, "FORMLOOM_BASE_URL": f"http://127.0.0.1:{port}",
            "FORMLOOM_LOG": "error",
        }  # fmt: skip
        command = [sys.executable, str(ROOT / "app.py")]

        def said(*arguments: str) -> str:
            return subprocess.run(
                [*command, *arguments], env=environ, check=True, capture_output=True, text=True
            ).stdout.strip()

        said("init", "--admin-email", "bench@example.com", "--admin-password", PASSWORD)
        token = said("token", "create", "--email", "bench@example.com", "--name", "bench")
        said("templates", "install", "ticketing", "--no-sample-data")
        server = subprocess.Popen([*command, "serve", "--port", str(port)], env=environ, stdout=subprocess.DEVNULL)
        try:
            wait_for(port, "/readyz")
            _assigned(Path(folder), port, token, rate, seconds)
        finally:
            server.terminate()
            server.wait(40)


def _assigned(home: Path, port: int, token: str, rate: float, seconds: float) -> None:
    sent: dict[str, float] = {}
    stored: dict[str, float] = {}
    lock, stopping = threading.Lock(), threading.Event()

    def watch() -> None:
        db = sqlite3.connect(f"file:{home / 'formloom.db'}?mode=ro", uri=True)
        last = ""
        while not stopping.is_set():
            rows = db.execute("SELECT id FROM form_ticketing_ticket WHERE assignee IS NOT NULL AND id > ?", (last,))
            now = time.perf_counter()
            for (record,) in rows.fetchall():
                stored.setdefault(record, now)
            time.sleep(0.005)

    def submit(numbers: range, began: float) -> None:
        connection = Connection(port)
        for number in numbers:
            time.sleep(max(0.0, began + number / rate - time.perf_counter()))
            values = {"subject": f"No {number}", "description": "Leaks", "name": "Ada", "category": "technical"}
            values["email"] = f"c{number}@example.com"
            at = time.perf_counter()
            body = json.dumps({"values": values}).encode()
            status, raw = connection.send(request("POST", "/api/v1/forms/ticketing.ticket/records", token, body))
            assert status == 201, raw
            with lock:
                sent[json.loads(raw)["id"]] = at

    watcher = threading.Thread(target=watch)
    watcher.start()
    count, began = int(rate * seconds), time.perf_counter() + 0.5
    clients = [threading.Thread(target=submit, args=(range(first, count, 8), began)) for first in range(8)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    until = time.perf_counter() + 30
    while len(stored) < len(sent) and time.perf_counter() < until:
        time.sleep(0.05)
    stopping.set()
    watcher.join()
    took = sorted(stored[record] - at for record, at in sent.items() if record in stored)
    never = len(sent) - len(took)
    print(
        f"| {count} submissions at {rate:.0f} a second | p50 {median(took) * 1000:.0f} ms, p95 {_p95(took) * 1000:.0f} ms, "
        f"slowest {took[-1] * 1000:.0f} ms, never {never} |",
        flush=True,
    )


def _p95(found: list[float]) -> float:
    return quantiles(found, n=20)[-1]


def main() -> None:
    """Run the parts that are named, or all."""
    for part in sys.argv[1:] or ("conditions", "timers", "assigned"):
        {"conditions": conditions, "timers": timers, "assigned": assigned}[part]()


if __name__ == "__main__":
    main()
