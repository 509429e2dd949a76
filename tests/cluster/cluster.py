"""A cluster of real processes on PostgreSQL and a broker, whose parts can be killed, and what must hold of it after.

with cluster(url) as house:            # web, two workers, two tickers, a mail server and a web server that count
    clients = Clients(house, wanted=1000)
    house.kill("worker-1"); house.start("worker-1"); house.line.cut(); …
    clients.join(); house.settle(120)
    assert not house.faults(clients.acknowledged)
"""

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from tests.bench.load import Connection, request
from tests.bench.run import free_port
from tests.databases import Kept
from tests.waiting import PATIENCE_S, until
from tests.workflows.servers import Call, Post, Web, mail_server, web_server

from .brokers import Line, line_to

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct-horse-battery"
CALLED = "/called-by-the-cluster"
PARTS = {
    "web": ["serve"], "worker-1": ["worker"], "worker-2": ["worker"], "ticker-1": ["ticker"], "ticker-2": ["ticker"],
}  # fmt: skip
ORDER = {
    "title": {"en": "Order", "zh-CN": "订单"},
    "fields": [
        {"id": "subject", "type": "text", "label": {"en": "Subject", "zh-CN": "主题"}, "required": True},
        {"id": "email", "type": "email", "label": {"en": "Mail", "zh-CN": "邮箱"}},
        {"id": "state", "type": "text", "label": {"en": "State", "zh-CN": "状态"}},
        {"id": "due", "type": "datetime", "label": {"en": "Due", "zh-CN": "到期"}},
    ],
}
ENTRY = {
    "title": {"en": "Entry", "zh-CN": "记录"},
    "fields": [
        {"id": "subject", "type": "text", "label": {"en": "Subject", "zh-CN": "主题"}},
        {"id": "why", "type": "text", "label": {"en": "Why", "zh-CN": "原因"}},
    ],
}


def _hears(pid: int) -> bool:
    """Tell whether a process has come so far that it ends by itself when it is asked to; before, the system ends it."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


@dataclass
class Cluster:
    """See the module."""

    url: str
    environ: dict[str, str]
    port: int
    line: Line
    mail: Post
    web: Web
    token: str = ""
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start a part of the cluster, without waiting for it."""
        more = ["--port", str(self.port)] if name == "web" else []
        self.processes[name] = subprocess.Popen(
            [sys.executable, str(ROOT / "app.py"), *PARTS[name], *more], env=self.environ, stdout=subprocess.DEVNULL,
            stderr=(Path(self.environ["FORMLOOM_HOME"]) / f"{name}.log").open("ab"),
        )  # fmt: skip

    def kill(self, name: str) -> None:
        """End a part by SIGKILL: nothing of it gets to say goodbye."""
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    def stop(self) -> None:
        """Ask every part to end by itself and require that it does; one that is still starting is waited for."""
        for name, process in self.processes.items():
            until(lambda: process.poll() is not None or _hears(process.pid), f"{name} did not come up")  # noqa: B023 - asked at once
            process.terminate()
        ended = {name: process.wait(PATIENCE_S) for name, process in self.processes.items()}
        assert ended == dict.fromkeys(self.processes, 0)

    def command(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, str(ROOT / "app.py"), *arguments],
            env={**self.environ, "FORMLOOM_BROKER_URL": ""}, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout.strip()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        connection = Connection(self.port)
        raw = b"" if body is None else json.dumps(body).encode()
        status, answer = connection.send(request(method, path, self.token, raw))
        connection.close()
        assert status < 300, f"{method} {path}: {status} {answer[:500]!r}"
        return json.loads(answer)

    def wait_ready(self) -> None:
        until(self._is_ready, "the web process did not come up")

    def _is_ready(self) -> bool:
        try:
            connection = Connection(self.port)
            status, _ = connection.send(request("GET", "/readyz", ""))
            connection.close()
        except OSError:
            return False
        return status == 200

    def wait_complete(self, workers: int) -> None:
        """Wait until a ticker leads and all workers have signed in."""

        def is_complete() -> bool:
            names = [row[0] for row in self.select("SELECT name FROM leases")]
            return "ticker" in names and len(names) == workers + 1

        until(is_complete, "the cluster did not come up")

    def define(self) -> None:
        """Make the app: an order is entered once by a flow, mailed, called about, and entered again when it is due."""
        self.ask("POST", "/api/v1/apps", {"key": "chaos", "title": {"en": "Chaos", "zh-CN": "混沌"}})
        enter = {"type": "create_record", "form": "entry"}
        subject = {"ref": "subject"}
        arrived = [
            {"id": "n1", **enter, "values": {"subject": subject, "why": "arrived"}},
            {"id": "n2", "type": "set_fields", "values": {"state": "entered"}},
            {
                "id": "n3", "type": "reply_mail", "to": {"field": "email"},
                "subject": {"en": "Got it", "zh-CN": "收到"}, "body": {"en": "Thanks", "zh-CN": "谢谢"},
            },
            {"id": "n4", "type": "call_webhook", "url": self.web.url(CALLED), "body": {"subject": subject}},
        ]  # fmt: skip
        flow = {"title": {"en": "Flow", "zh-CN": "流程"}, "form": "order"}
        due = [{"id": "n1", **enter, "values": {"subject": subject, "why": "due"}}]
        for kind, key, document in (
            ("form", "order", ORDER),
            ("form", "entry", ENTRY),
            ("flow", "arrived", {**flow, "trigger": {"type": "record_created"}, "nodes": arrived}),
            (
                "flow",
                "due",
                {**flow, "trigger": {"type": "date_offset", "field": "due", "offset": "P0D"}, "nodes": due},
            ),
        ):
            body = {"kind": kind, "key": key, "document": document}
            made = self.ask("POST", "/api/v1/apps/chaos/definitions", body)
            self.ask("POST", f"/api/v1/definitions/{made['id']}/publish", {})

    def break_connections(self) -> int:
        """Have PostgreSQL end every connection of the cluster; return how many."""
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        return len(self.select(query, self._name))

    def select(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as conn:
            return conn.execute(query, values).fetchall()

    def left(self) -> dict[str, int]:
        """Return what still waits."""
        ((events, posts, waiting),) = self.select(
            "SELECT (SELECT count(*) FROM outbox WHERE state = 'new'), (SELECT count(*) FROM deliveries WHERE state IN "
            "('pending', 'sending', 'retrying')), (SELECT count(*) FROM timers WHERE fired_at IS NULL)"
        )
        return {"events": events, "deliveries": posts, "timers": waiting}

    def settle(self, seconds: float) -> float:
        """Wait until nothing waits; return how long that took."""
        began = time.monotonic()
        while any(left := self.left().values()):
            assert time.monotonic() - began < seconds, f"work was left over: {self.left()} {list(left)}"
            time.sleep(0.2)
        return time.monotonic() - began

    def leader(self) -> tuple[str, int]:
        ((holder, fence),) = self.select("SELECT holder, fence FROM leases WHERE name = 'ticker'")
        return holder, fence

    def faults(self, acknowledged: Sequence[str]) -> list[str]:
        """Return everything that is not as it must be."""
        stored = {row[0]: row[1] for row in self.select("SELECT id, subject FROM form_chaos_order")}
        events = Counter(row[0] for row in self.select("SELECT record_id FROM outbox WHERE kind = 'record.created'"))
        bad = self.select("SELECT id, state, last_error FROM outbox WHERE state <> 'done'")
        entries = Counter(self.select("SELECT subject, why FROM form_chaos_entry"))
        runs = Counter(self.select("SELECT flow_id, record_id, state FROM flow_runs"))
        unsent = self.select("SELECT id, state, last_error FROM deliveries WHERE state <> 'sent'")
        mails: dict[str, set[str]] = {}
        for mail in self.mail.taken:
            mails.setdefault(str(mail["To"]), set()).add(str(mail["Message-ID"]))
        calls: dict[str, set[str]] = {}
        for call in self.calls:
            found = re.search(r"run-[0-9a-f]+", call.body.decode())
            calls.setdefault(found.group(0) if found else "?", set()).add(call.headers.get("webhook-id", "none"))
        faults = [f"acknowledged and lost: {one}" for one in acknowledged if one not in stored]
        for record, subject in stored.items():
            faults += [f"{record}: {events[record]} events"] if events[record] != 1 else []
            for why in ("arrived", "due"):
                faults += [f"{subject}: {why} {entries[subject, why]} times"] if entries[subject, why] != 1 else []
            address = f"{subject}@house.example"
            faults += [f"{subject}: mail ids {mails.get(address)}"] if len(mails.get(address, ())) != 1 else []
            faults += [f"{subject}: call ids {calls.get(subject)}"] if len(calls.get(subject, ())) != 1 else []
        faults += [f"event {row}" for row in bad] + [f"delivery {row}" for row in unsent]
        faults += [f"run {key} {count} times" for key, count in runs.items() if count != 1 or key[2] != "done"]
        return faults

    def repeats(self) -> dict[str, int]:
        """Return how often something left the house again under the same id."""
        return {
            "mails": len(self.mail.taken) - len(set(self.mail.ids)),
            "calls": len(self.calls) - len({call.headers["webhook-id"] for call in self.calls}),
        }

    @property
    def calls(self) -> list[Call]:
        """Return the calls that the house made; the port may be one that a browser of another test still asks."""
        return [call for call in self.web.calls if call.path == CALLED]

    @property
    def _name(self) -> str:
        return self.url.rpartition("/")[2]


@contextmanager
def cluster(broker_url: str, *, parts: Sequence[str] = tuple(PARTS)) -> Iterator[Cluster]:
    """Start a cluster of its own on a new database."""
    kept = Kept.made()
    with tempfile.TemporaryDirectory() as home, line_to(broker_url) as line, mail_server() as mail, web_server() as web:
        port = free_port()
        environ = {
            **os.environ, "FORMLOOM_HOME": home, "FORMLOOM_DATABASE_URL": kept.url, "FORMLOOM_BROKER_URL": line.url,
            "FORMLOOM_SECRET_KEY": secrets.token_hex(24), "FORMLOOM_SMTP_URL": mail.url,
            "FORMLOOM_BASE_URL": f"http://127.0.0.1:{port}", "FORMLOOM_OUTBOUND_ALLOW": "127.0.0.1",
            "FORMLOOM_LOG": os.environ.get("FORMLOOM_TEST_LOG", "error"),
        }  # fmt: skip
        made = Cluster(kept.url, environ, port, line, mail, web)
        try:
            made.command("init", "--admin-email", "ada@house.example", "--admin-password", PASSWORD)
            made.token = made.command("token", "create", "--email", "ada@house.example", "--name", "chaos")
            made.start("web")
            made.wait_ready()
            made.define()
            for name in parts:
                if name != "web":
                    made.start(name)
            made.wait_complete(sum(name.startswith("worker") for name in parts))
            yield made
        finally:
            for process in made.processes.values():
                if process.poll() is None:
                    process.kill()
                    process.wait()
            kept.drop()


class Clients:
    """Submit orders, a few at a time, until as many were acknowledged as wanted; what got no answer is not counted."""

    def __init__(self, house: Cluster, *, wanted: int, threads: int = 4, due_s: float = 5, form: str = "order") -> None:
        self.acknowledged: list[str] = []
        self.slowest_s = 0.0
        self.refused: Counter[int] = Counter()
        self._house = house
        self._wanted = wanted
        self._due_s = due_s
        self._path = f"/api/v1/forms/chaos.{form}/records"
        self._form = form
        self._threads = [threading.Thread(target=self._submit, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def wait_for(self, share: float) -> None:
        """Wait until this share of what is wanted was acknowledged."""
        while len(self.acknowledged) < share * self._wanted:
            time.sleep(0.02)

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _submit(self) -> None:
        while len(self.acknowledged) < self._wanted:
            subject = f"run-{secrets.token_hex(6)}"
            due = datetime.now(UTC) + timedelta(seconds=self._due_s)
            values = {"subject": subject, "email": f"{subject}@house.example", "due": due.isoformat()}
            if self._form == "entry":
                values = {"subject": subject, "why": "alone"}
            body = json.dumps({"values": values}).encode()
            began = time.monotonic()
            try:
                connection = Connection(self._house.port)
                status, raw = connection.send(request("POST", self._path, self._house.token, body))
                connection.close()
            except OSError:
                time.sleep(0.05)
                continue
            if status == 201:
                self.acknowledged.append(json.loads(raw)["id"])
                self.slowest_s = max(self.slowest_s, time.monotonic() - began)
            else:
                self.refused[status] += 1
                time.sleep(0.05)
