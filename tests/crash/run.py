"""`make crash`: SIGKILL at random while tickets are submitted; nothing acknowledged may be lost, nothing done twice.

A server with the ticketing package is killed at random moments and started again, round after round, while clients
submit through the public form. In the end every acknowledged record is there with its outbox row, and has exactly one
acknowledgement id in the mail server. The same id may have come twice only for a kill between the server's 250 and our
commit; such repeats are counted and shown.
"""

import argparse
import asyncio
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from tests.bench.load import Connection, request
from tests.bench.run import free_port

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct-horse-battery"


class Sink:
    """A mail server that keeps what it took."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        text = envelope.content.decode(errors="replace")
        found = re.search(r"^Message-ID:\s*(<[^>]+>)", text, re.MULTILINE | re.IGNORECASE)
        self.taken.append((envelope.rcpt_tos[0], found.group(1) if found else ""))
        await asyncio.sleep(0)
        return "250 taken"


class House:
    """One installation that can be killed and started again."""

    def __init__(self, home: Path, smtp_port: int) -> None:
        self.port = free_port()
        self._command = [sys.executable, str(ROOT / "app.py")]
        self._environment = {
            **os.environ, "FORMLOOM_HOME": str(home), "FORMLOOM_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
            "FORMLOOM_BASE_URL": f"http://127.0.0.1:{self.port}", "FORMLOOM_LOG": "error",
        }  # fmt: skip
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self._command, *arguments], env=self._environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [*self._command, "serve", "--port", str(self.port)], env=self._environment, stdout=subprocess.DEVNULL
        )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                connection = Connection(self.port)
                status, _ = connection.send(request("GET", "/readyz", ""))
                connection.close()
                if status == 200:
                    return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("the server did not come up")

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(40)


def submit_until(house: House, link: str, token: str, stop: threading.Event, acknowledged: list[str], who: int) -> None:
    number = 0
    while not stop.is_set():
        number += 1
        address = f"c{who}-{number}-{random.randrange(10**9)}@example.com"
        values = {
            "subject": f"Round {number}",
            "category": "technical",
            "description": "Leaks",
            "name": "Ada",
            "email": address,
        }
        body = json.dumps({"values": values, "locale": "en"}).encode()
        try:
            connection = Connection(house.port)
            status, raw = connection.send(request("POST", f"/f/{link}", token, body))
            connection.close()
            if status == 201:
                acknowledged.append(json.loads(raw)["id"])
            elif status >= 500:
                raise RuntimeError(f"{status} {raw[:200]!r}")
        except (OSError, ConnectionError):
            time.sleep(0.01)


def check(home: Path, acknowledged: list[str], sink: Sink) -> dict[str, Any]:
    """Return what was found; an empty `faults` is what is wanted."""
    db = sqlite3.connect(f"file:{home / 'formloom.db'}?mode=ro", uri=True)
    stored = dict(db.execute("SELECT id, email FROM form_ticketing_ticket WHERE deleted_at IS NULL"))
    outbox = Counter(row[0] for row in db.execute("SELECT record_id FROM outbox WHERE kind = 'record.created'"))
    history = Counter(row[0] for row in db.execute("SELECT record_id FROM record_history WHERE act = 'created'"))
    runs = Counter(db.execute("SELECT flow_id, event_id FROM flow_runs").fetchall())
    integrity = db.execute("PRAGMA integrity_check").fetchone()[0]
    mails: dict[str, Counter[str]] = {}
    for address, message_id in sink.taken:
        mails.setdefault(address, Counter())[message_id] += 1
    faults = []
    faults += [f"lost {one}" for one in acknowledged if one not in stored]
    faults += [f"{one}: {outbox[one]} outbox rows" for one in stored if outbox[one] != 1]
    faults += [f"{one}: {history[one]} history rows" for one in stored if history[one] != 1]
    faults += [f"{key} ran {count} times" for key, count in runs.items() if count > 1]
    faults += [
        f"{one}: {len(mails.get(email, ()))} acknowledgement ids"
        for one, email in stored.items()
        if len(mails.get(email, ())) != 1
    ]
    faults += [] if integrity == "ok" else [integrity]
    repeats = sum(count - 1 for ids in mails.values() for count in ids.values())
    return {"stored": len(stored), "mails": len(sink.taken), "repeats": repeats, "faults": faults}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--clients", type=int, default=4)
    given = parser.parse_args()
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), controller.port)
        house.command("init", "--admin-email", "crash@example.com", "--admin-password", PASSWORD)
        token = house.command("token", "create", "--email", "crash@example.com", "--name", "crash")
        house.command("templates", "install", "ticketing", "--no-sample-data")
        house.start()
        link, acknowledged = _link(house, token), []
        for number in range(given.rounds):
            stop = threading.Event()
            clients = [
                threading.Thread(target=submit_until, args=(house, link, token, stop, acknowledged, who))
                for who in range(given.clients)
            ]
            for client in clients:
                client.start()
            time.sleep(random.uniform(0.05, 0.4))
            house.kill()
            stop.set()
            for client in clients:
                client.join()
            house.start()
            if number % 20 == 19:
                print(f"{number + 1} kills, {len(acknowledged)} acknowledged", flush=True)
        _settle(house, token)
        house.stop()
        found = check(Path(folder), acknowledged, sink)
        if found["repeats"] > given.rounds:
            found["faults"].append("a kill explains one repeated mail at most")
    controller.stop()
    print(f"{given.rounds} kills, {len(acknowledged)} acknowledged, {found['stored']} stored, {found['mails']} mails taken, "
          f"{found['repeats']} of them repeats under the same id, {len(found['faults'])} faults")  # fmt: skip
    for fault in found["faults"][:20]:
        print("  ", fault)
    return 1 if found["faults"] else 0


def _link(house: House, token: str) -> str:
    connection = Connection(house.port)
    _, raw = connection.send(request("GET", "/api/v1/forms/ticketing.ticket/links", token))
    connection.close()
    links = json.loads(raw)["links"]
    connection = Connection(house.port)
    form = json.loads(connection.send(request("GET", "/api/v1/apps/ticketing/definitions?kind=form", token))[1])
    ticket = next(one for one in form["definitions"] if one["key"] == "ticket")
    draft = json.loads(connection.send(request("GET", f"/api/v1/definitions/{ticket['id']}/draft", token))[1])
    document = draft["document"]
    document["settings"] = {**document.get("settings", {}), "rate_per_hour": 100_000}
    connection.send(
        request("PUT", f"/api/v1/definitions/{ticket['id']}/draft", token, json.dumps({"document": document}).encode())
    )
    status, raw = connection.send(request("POST", f"/api/v1/definitions/{ticket['id']}/publish", token, b"{}"))
    connection.close()
    if status != 200:
        raise RuntimeError(raw)
    return str(links[0]["token"])


def _settle(house: House, token: str) -> None:
    """Wait until nothing waits any more."""
    until = time.monotonic() + 300
    while time.monotonic() < until:
        connection = Connection(house.port)
        _, raw = connection.send(request("GET", "/metrics", token))
        connection.close()
        text = raw.decode()
        waits = [r'outbox_events\{state="new"\}', r'deliveries\{state="(?:pending|sending|retrying)"\}']
        if not any(float(value) > 0 for pattern in waits for value in re.findall(pattern + r" ([0-9.]+)", text)):
            return
        time.sleep(1)
    raise RuntimeError("work was left over")


if __name__ == "__main__":
    sys.exit(main())
