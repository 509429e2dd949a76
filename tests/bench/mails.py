"""How many mails an installation takes in within a second: `python -m tests.bench.mails [--postgresql URL]`.

Each is read, kept as it came, made a record through the write pipeline and told to flows, or put to the record that it
answers; all of it is on the disk when it counts. Beside it stands the least that somebody would write by hand: the same
mail parsed by the standard library, its original written to a file, and one row inserted and committed.
"""

import argparse
import hashlib
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from formloom.platform.storage.tables import messages
from formloom.workflows.inbound import mailboxes
from formloom.workflows.inbound.receiving import receive
from formloom.workflows.mail.reading import read
from tests.workflows.house import House, set_up
from tests.workflows.letters import letter, mailbox

FILE = os.urandom(60_000)


def main() -> None:
    """Print mails per second for new ones, answers and repeats, and by hand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", help="URL of an empty database")
    parser.add_argument("--mails", type=int, default=500)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        house = set_up(asked.postgresql or f"sqlite:///{home / 'formloom.db'}", home)
        try:
            _measure(house, home, asked.mails)
        finally:
            house.close()


def _measure(house: House, home: Path, count: int) -> None:
    mailbox(house)
    with house.db.read() as unit:
        (box,) = mailboxes.working(unit)
    new = [_mail(number, "") for number in range(count)]
    answers = [_mail(number, f"<new-{number}@client.example>") for number in range(count)]
    _tell("read only", new, read)
    by_hand = _tell("by hand", new, _hand(home))
    _tell("new", new, lambda raw: receive(house.rt, box, raw), by_hand)
    _tell("answers", answers, lambda raw: receive(house.rt, box, raw), by_hand)
    _tell("repeats", new, lambda raw: receive(house.rt, box, raw), by_hand)
    states = sorted({one["state"] for one in house.ask("GET", f"/mailboxes/{box.id}/messages")["messages"]})
    print(f"{len(house.rows(messages))} messages, states {states}")


def _mail(number: int, answers: str) -> bytes:
    """Return a mail of an own address, since one address may only write so often; every fifth brings a file."""
    kind = "answer" if answers else "new"
    files = {"photo.bin": FILE} if number % 5 == 0 else None
    sender = f"Client {number} <client{number}@client.example>"
    text = "The printer smokes.\n" * 20
    return letter(
        f"No {number}",
        text,
        sender=sender,
        answers=answers,
        files=files,
        Message_ID=f"<{kind}-{number}@client.example>",
    )


def _hand(home: Path) -> Callable[[bytes], object]:
    known = sqlite3.connect(home / "hand.db", isolation_level=None)
    known.execute("PRAGMA journal_mode=WAL")
    known.execute("PRAGMA synchronous=FULL")
    known.execute("CREATE TABLE mail (id TEXT PRIMARY KEY, sender TEXT, subject TEXT, text TEXT, source TEXT)")

    def take(raw: bytes) -> None:
        mail = message_from_bytes(raw, policy=default)
        body = mail.get_body(("plain", "html"))
        path = home / hashlib.sha256(raw).hexdigest()
        with path.open("wb") as target:
            target.write(raw)
            target.flush()
            os.fsync(target.fileno())
        row = (
            str(mail["Message-ID"]),
            str(mail["From"]),
            str(mail["Subject"]),
            body.get_content() if body else "",
            path.name,
        )
        known.execute("INSERT INTO mail VALUES (?,?,?,?,?)", row)

    return take


def _tell(what: str, mails: Sequence[bytes], take: Callable[[bytes], object], by_hand: float | None = None) -> float:
    took = []
    began = time.perf_counter()
    for raw in mails:
        at = time.perf_counter()
        take(raw)
        took.append(time.perf_counter() - at)
    seconds = time.perf_counter() - began
    ratio = f", {seconds / by_hand:.1f} × by hand" if by_hand else ""
    print(
        f"{what:>10}: {len(mails) / seconds:7.0f} mails/s, median {statistics.median(took) * 1000:.1f} ms{ratio}",
        flush=True,
    )
    return seconds


if __name__ == "__main__":
    main()
