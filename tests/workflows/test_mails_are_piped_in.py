"""`formloom mail receive`: what a mail server pipes its mails into, as a process of its own."""

import os
import subprocess
import sys

import pytest

from .house import House
from .letters import SUPPORT, letter, mailbox


def pipe(house: House, raw: bytes, *options: str, **settings: str) -> subprocess.CompletedProcess[bytes]:
    environ = {**os.environ, **house.environ, **settings}
    command = [sys.executable, "-m", "formloom.app", "mail", "receive", *options]
    return subprocess.run(command, input=raw, capture_output=True, env=environ, timeout=120, check=False)


def test_a_mail_that_is_piped_in_becomes_a_record(house: House) -> None:
    mailbox(house)
    raw = letter("Piped", files={"blob.bin": bytes(range(256))})
    done = pipe(house, raw)
    assert (done.returncode, done.stderr) == (0, b"")
    message, state, record = done.stdout.decode().split()
    assert (state, house.values(record)["subject"]) == ("made", "Piped")
    assert pipe(house, raw).stdout.decode().split() == [message, state, record], "brought twice, taken in once"
    assert house.ask("GET", f"/messages/{message}/files/0", ok=False).data == bytes(range(256))


def test_the_envelope_says_more_than_the_letter(house: House) -> None:
    mailbox(house)
    done = pipe(house, letter(to="undisclosed-recipients:;"), "--to", SUPPORT)
    assert (done.returncode, len(house.records())) == (0, 1)


def test_a_mail_for_nobody_is_refused_with_one_line(house: House) -> None:
    mailbox(house)
    done = pipe(house, letter(to="nobody@house.example"))
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr == b"formloom: no published mailbox that is switched on has this address: nobody@house.example\n"
    assert house.records() == []


def test_a_mailbox_that_is_off_takes_nothing(house: House) -> None:
    mailbox(house, enabled=False)
    assert pipe(house, letter()).returncode == 1


@pytest.mark.one_database
def test_a_mail_server_tries_again_while_the_database_is_gone(house: House) -> None:
    """Mail servers send a mail back to its writer at any other status."""
    gone = {"FORMLOOM_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    done = pipe(house, letter(), **gone)
    assert (done.returncode, done.stdout, done.stderr.startswith(b"formloom: ")) == (os.EX_TEMPFAIL, b"", True)


def test_a_mail_that_is_far_too_long_is_read_to_its_end_and_waits(house: House) -> None:
    mailbox(house)
    done = pipe(house, letter() + b"x" * 40_000_000)
    assert (done.returncode, done.stdout.decode().split()[1:]) == (0, ["held", "too_large"])
