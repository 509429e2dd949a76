"""`make bench`: Formloom beside the hand-written app, on the same server, database and durability.

Create, read, a filtered and sorted page of 50 and a group-by on 100,000 records through HTTP; p50 at one client,
throughput at eight; median of five interleaved runs. Also start to first answer, and memory at rest.
"""

import argparse
import json
import os
import random
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import uuid
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from tests.bench import handwritten
from tests.bench.load import Connection, Figures, measure, request

ROOT = Path(__file__).resolve().parents[2]
POSTGRES = os.environ.get("FORMLOOM_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
PASSWORD = "correct-horse-battery"
FORM = {
    "title": {"zh-CN": "工单", "en": "Ticket"},
    "fields": [
        {"id": "subject", "type": "text", "required": True, "max_length": 200},
        {"id": "description", "type": "textarea", "max_length": 10_000},
        {"id": "name", "type": "text", "max_length": 200},
        {"id": "email", "type": "email"},
        {"id": "phone", "type": "text", "max_length": 40},
        {"id": "category", "type": "select", "options": [{"value": v, "label": {"en": v}} for v in handwritten.CATEGORIES]},
        {"id": "priority", "type": "select", "options": [{"value": v, "label": {"en": v}} for v in handwritten.PRIORITIES]},
        {"id": "status", "type": "select", "options": [{"value": v, "label": {"en": v}} for v in handwritten.STATUSES]},
        {"id": "amount", "type": "number", "decimals": 2},
        {"id": "due_on", "type": "date"},
        {"id": "vip", "type": "boolean"},
        {"id": "score", "type": "rating", "max": 10},
    ],
}  # fmt: skip
VIEW = {
    "title": {"zh-CN": "全部", "en": "All"}, "form": "ticket", "type": "grid", "columns": [],
    "filter": {"field": "status", "op": "eq", "value": "open"}, "sort": ["-amount"],
}  # fmt: skip


@dataclass
class App:
    """One running server with the requests that it understands."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    token: str
    ids: list[str]

    def create(self, number: int) -> bytes:
        values = sample(number)
        body = {"values": values} if self.name == "formloom" else values
        path = "/api/v1/forms/bench.ticket/records" if self.name == "formloom" else "/tickets"
        return request("POST", path, self.token, json.dumps(body).encode())

    def read(self, number: int) -> bytes:
        base = "/api/v1/forms/bench.ticket/records/" if self.name == "formloom" else "/tickets/"
        return request("GET", base + self.ids[number % len(self.ids)], self.token)

    def page(self, _number: int) -> bytes:
        if self.name == "handwritten":
            return request("GET", "/tickets?status=open&limit=50", self.token)
        query = urllib.parse.urlencode({"filter": json.dumps(VIEW["filter"]), "sort": "-amount", "limit": 50})
        return request("GET", f"/api/v1/forms/bench.ticket/records?{query}", self.token)

    def group(self, _number: int) -> bytes:
        if self.name == "handwritten":
            return request("GET", "/tickets/by-status", self.token)
        body = {"group_by": [{"field": "status"}], "measures": [{"op": "count"}, {"op": "sum", "field": "amount"}]}
        return request("POST", "/api/v1/forms/bench.ticket/aggregate", self.token, json.dumps(body).encode())


def sample(number: int) -> dict[str, Any]:
    chance = random.Random(number)
    return {
        "subject": f"Leaking tap {number}", "description": "The tap in the kitchen leaks since yesterday. " * 4,
        "name": f"Customer {number % 977}", "email": f"c{number % 977}@example.com", "phone": f"138{number % 10**8:08d}",
        "category": chance.choice(handwritten.CATEGORIES), "priority": chance.choice(handwritten.PRIORITIES),
        "status": chance.choice(handwritten.STATUSES), "amount": f"{chance.randrange(1, 10**7) / 100:.2f}",
        "due_on": f"2026-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}", "vip": chance.random() < 0.1,
        "score": chance.randrange(1, 11),
    }  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, path: str, token: str = "") -> float:
    began = time.perf_counter()
    while time.perf_counter() - began < 60:
        try:
            connection = Connection(port)
            status, _ = connection.send(request("GET", path, token))
            connection.close()
            if status < 500:
                return time.perf_counter() - began
        except OSError:
            time.sleep(0.01)
    raise RuntimeError("the server did not answer")


def start_handwritten(url: str, count: int) -> App:
    engine = handwritten.make_engine(url)
    handwritten.metadata.create_all(engine)
    ids: list[str] = []
    with engine.connect() as conn:
        conn.info["writes"] = True
        with conn.begin():
            for first in range(0, count, 1000):
                rows = []
                for number in range(first, min(first + 1000, count)):
                    values = handwritten.schema.load(sample(number))
                    values["amount"] = int(values["amount"] * 100)
                    ids.append(str(uuid.uuid4()))
                    rows.append({**values, "id": ids[-1], "rev": 1, "created_at": "2026", "updated_at": "2026"})
                conn.execute(handwritten.tickets.insert(), rows)
        conn.info["writes"] = False
    engine.dispose()
    port, token = free_port(), secrets.token_urlsafe(32)
    process = subprocess.Popen(
        [
            sys.executable,
            str(ROOT / "tests/bench/handwritten.py"),
            "--url",
            url,
            "--port",
            str(port),
            f"--token={token}",
        ],
        cwd=ROOT,
    )
    wait_for(port, "/tickets/none", token)
    return App("handwritten", port, process, token, ids[:5000])


def start_formloom(url: str, home: Path, count: int) -> tuple[App, float]:
    environment = {**os.environ, "FORMLOOM_HOME": str(home), "FORMLOOM_DATABASE_URL": url, "FORMLOOM_LOG": "warning"}
    command = [sys.executable, str(ROOT / "app.py")]
    subprocess.run(
        [*command, "init", "--admin-email", "bench@example.com", "--admin-password", PASSWORD],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    token = subprocess.run(
        [*command, "token", "create", "--email", "bench@example.com", "--name", "bench"],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    port = free_port()
    process = subprocess.Popen([*command, "serve", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL)
    started = wait_for(port, "/healthz")
    connection = Connection(port)

    def call(method: str, path: str, body: Any = None) -> Any:
        status, raw = connection.send(
            request(method, f"/api/v1{path}", token, json.dumps(body).encode() if body is not None else b"")
        )
        if status >= 400:
            raise RuntimeError(f"{path}: {status} {raw[:300]!r}")
        return json.loads(raw) if raw else None

    call("POST", "/apps", {"key": "bench", "title": {"en": "Bench"}})
    for kind, key, document in (("form", "ticket", FORM), ("view", "open", VIEW)):
        made = call("POST", "/apps/bench/definitions", {"kind": kind, "key": key, "document": document})
        call("POST", f"/definitions/{made['id']}/publish", {})
    ids: list[str] = []
    for first in range(0, count, 1000):
        batch = [{"values": sample(number)} for number in range(first, min(first + 1000, count))]
        results = call("POST", "/forms/bench.ticket/records/batch", {"records": batch})["results"]
        ids += [one["id"] for one in results]
    connection.close()
    return App("formloom", port, process, token, ids[:5000]), started


def resident_mb(process: subprocess.Popen[bytes]) -> float:
    """Return the proportional set size of a process and its children, in MB."""
    family = [process.pid]
    for pid in family:
        children = Path(f"/proc/{pid}/task/{pid}/children")
        family += [int(one) for one in children.read_text().split()] if children.exists() else []
    total = 0
    for pid in family:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def settle(app: App, seconds: float) -> None:
    """Wait until what the creations left to do in the background is done."""
    deadline = time.time() + seconds
    while time.time() < deadline:
        connection = Connection(app.port)
        _, body = connection.send(request("GET", "/metrics", app.token))
        connection.close()
        waiting = [
            line for line in body.decode().splitlines() if line.startswith('formloom_outbox_events{state="new"}')
        ]
        if not waiting or float(waiting[0].rsplit(" ", 1)[1]) == 0:
            return
        time.sleep(1)


def analyse(url: str) -> None:
    """Do what PostgreSQL does by itself a minute after so many rows came: look at how values are spread."""
    if url.startswith("postgresql"):
        with psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as conn:
            conn.execute("ANALYZE")


def compare(url: str, other_url: str, *, count: int, rounds: int, seconds: float, settle_s: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        mine, started = start_formloom(url, Path(folder), count)
        theirs = start_handwritten(other_url, count)
        try:
            settle(mine, settle_s)
            for address in (url, other_url):
                analyse(address)
            memory = resident_mb(mine.process)
            cells: dict[str, dict[str, list[Figures]]] = {}
            for _ in range(rounds):
                for name, expect in (("read", 200), ("page", 200), ("group", 200), ("create", 201)):
                    for clients in (1, 8):
                        for app in (mine, theirs):
                            figures = measure(
                                app.port, getattr(app, name), clients=clients, seconds=seconds, expect=expect
                            )
                            cells.setdefault(f"{name} × {clients}", {}).setdefault(app.name, []).append(figures)
            return {"started_s": started, "memory_mb": memory, "cells": cells}
        finally:
            for app in (mine, theirs):
                app.process.terminate()
                app.process.wait(30)


def table(title: str, result: dict[str, Any]) -> list[str]:
    lines = [f"### {title}", "", "| operation × clients | Formloom | hand-written | ratio |", "|---|---|---|---|"]
    for name, runs in result["cells"].items():
        alone = name.endswith("× 1")
        mine, theirs = (
            median([one.p50_ms if alone else one.per_second for one in runs[who]])
            for who in ("formloom", "handwritten")
        )
        ratio = mine / theirs if alone else theirs / mine
        unit = "ms" if alone else "/s"
        lines.append(f"| {name} | {mine:.2f} {unit} | {theirs:.2f} {unit} | {ratio:.2f} |")
    lines += [
        "",
        f"Start to first answer {result['started_s']:.2f} s, memory at rest {result['memory_mb']:.0f} MB.",
        "",
    ]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--settle", type=float, default=300.0)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    given = parser.parse_args()
    options = {"count": given.records, "rounds": given.rounds, "seconds": given.seconds, "settle_s": given.settle}
    if given.only != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            result = compare(f"sqlite:///{folder}/formloom.db", f"sqlite:///{folder}/hand.db", **options)
        print("\n".join(table("SQLite", result)))
    if given.only != "sqlite":
        names = [f"formloom_bench_{uuid.uuid4().hex[:8]}" for _ in range(2)]
        base = POSTGRES.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://")
        with psycopg.connect(POSTGRES, autocommit=True) as admin:
            for name in names:
                admin.execute(f'CREATE DATABASE "{name}"')
            try:
                result = compare(f"{base}/{names[0]}", f"{base}/{names[1]}", **options)
                print("\n".join(table("PostgreSQL", result)))
            finally:
                for name in names:
                    admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


if __name__ == "__main__":
    main()
