"""Mails against a real SMTP server that fails: tried again with patience, never lost, always under one Message-ID."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest

from formloom.platform.kernel.clock import FrozenClock
from formloom.platform.storage import tables
from formloom.workflows.channels import smtp
from formloom.workflows.deliveries import sender as sending
from formloom.workflows.deliveries.line import BACK_OFF
from formloom.workflows.deliveries.sender import Sender
from formloom.workflows.queries import posts
from tests.waiting import PATIENCE_S, until

from .house import House, Open, reply
from .servers import HELD_S, Post, mail_server

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as running:
        yield running


@pytest.fixture
def house(opened: Open, post: Post) -> House:
    """Return an installation with a mail server and a flow that acknowledges tickets; nobody is told of failures."""
    made = opened(FORMLOOM_SMTP_URL=post.url)
    made.ask("PATCH", "/failures/digest", {"every": "off"})
    made.flow("acknowledge", [reply(subject="收到：{{ record.subject }}", body="Dear {{ record.email }}")])
    return made


def _only(house: House) -> Any:
    (found,) = house.deliveries("mail")
    return found


def _let_pass(house: House, span: timedelta) -> None:
    house.clock.advance(span)
    house.work()


def test_a_mail_arrives_once_with_its_words_and_the_headers_of_an_automatic_reply(house: House, post: Post) -> None:
    house.ticket("漏水", email="ming@example.com")
    house.work()
    (mail,) = post.taken
    assert str(make_header(decode_header(mail["Subject"]))) == "收到：漏水"
    assert mail["To"] == "ming@example.com"
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-replied", "All")
    assert mail["Message-ID"] == _only(house).stable_id
    assert (_only(house).state, _only(house).attempts) == ("sent", 1)
    _let_pass(house, timedelta(days=2))
    assert post.asked == 1


@pytest.mark.parametrize("fault", ["451 busy", "drop", "421 closing"])
def test_what_the_server_can_not_take_now_is_tried_again_later(house: House, post: Post, fault: str) -> None:
    post.plan.append(fault)
    house.ticket(email="ming@example.com")
    house.work()
    assert (_only(house).state, _only(house).attempts, post.ids) == ("retrying", 1, [])
    assert _only(house).next_at == house.clock.now() + BACK_OFF[0]
    assert _only(house).last_error
    _let_pass(house, BACK_OFF[0] - timedelta(seconds=1))
    assert post.asked == 1
    _let_pass(house, timedelta(seconds=1))
    assert post.ids == [_only(house).stable_id]
    assert (_only(house).state, _only(house).last_error) == ("sent", None)


def test_a_mail_that_fails_to_the_end_is_a_dead_letter_that_a_person_sends_again(house: House, post: Post) -> None:
    post.plan.extend(["451 busy"] * (len(BACK_OFF) + 1))
    house.ticket(email="ming@example.com")
    house.work()
    for wait in BACK_OFF:
        assert _only(house).state == "retrying"
        assert _only(house).next_at == house.clock.now() + wait
        _let_pass(house, wait)
    assert (_only(house).state, _only(house).attempts) == ("dead", len(BACK_OFF) + 1)
    assert "451" in _only(house).last_error
    _let_pass(house, timedelta(days=3))
    assert post.asked == len(BACK_OFF) + 1
    stable = _only(house).stable_id
    house.ask("POST", f"/deliveries/{_only(house).id}/send-again")
    house.work()
    assert post.ids == [stable]
    assert _only(house).state == "sent"


def test_a_mail_that_is_refused_for_good_is_not_tried_again(house: House, post: Post) -> None:
    post.recipients["gone@example.com"] = "550 no such person"
    house.ticket(email="gone@example.com")
    house.work()
    _let_pass(house, timedelta(days=3))
    assert (_only(house).state, _only(house).attempts) == ("dead", 1)
    assert "550 no such person" in _only(house).last_error
    (failure,) = house.rows(tables.failures)
    assert (failure.kind, failure.code) == ("delivery", "refused")
    assert failure.flow_id is not None


def test_a_wrong_password_for_the_server_kills_no_mail(opened: Open) -> None:
    with mail_server(admits=False) as post:
        house = opened(FORMLOOM_SMTP_URL=post.url.replace("//", "//user:wrong@"))
        house.flow("acknowledge", [reply()])
        house.ticket(email="ming@example.com")
        house.work()
    assert _only(house).state == "retrying"
    assert "535" in _only(house).last_error
    assert post.asked == 0


def test_a_server_that_is_away_delays_mails(opened: Open) -> None:
    with mail_server() as post:
        url = post.url
    house = opened(FORMLOOM_SMTP_URL=url)
    house.flow("acknowledge", [reply()])
    house.ticket(email="ming@example.com")
    house.work()
    assert (_only(house).state, _only(house).attempts) == ("retrying", 1)


def test_a_server_that_answers_too_late_is_hung_up_on(
    house: House, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "TOTAL_S", 0.2)
    monkeypatch.setattr(smtp, "TIMEOUT_S", 2 * HELD_S)
    post.plan.append("held")
    house.ticket(email="ming@example.com")
    house.work()
    assert _only(house).state == "retrying"


def test_what_the_server_says_after_its_yes_does_not_matter(house: House, post: Post) -> None:
    post.parting = "554 go away"
    house.ticket(email="ming@example.com")
    house.work()
    assert _only(house).state == "sent"
    assert len(post.ids) == 1


def test_one_message_id_over_all_tries_even_when_the_server_took_the_mail_and_hung_up(house: House, post: Post) -> None:
    post.plan.extend(["keep and drop", "451 busy", "keep and drop"])
    house.ticket(email="ming@example.com")
    house.work()
    for wait in BACK_OFF[:3]:
        _let_pass(house, wait)
    assert _only(house).state == "sent"
    assert post.ids == [_only(house).stable_id] * 3


def test_a_mail_that_can_not_be_built_holds_up_no_other(
    house: House, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sending.build

    def broken(**given: Any) -> bytes:
        if given["to"] == "odd@example.com":
            raise RuntimeError("no way to write this")
        return real(**given)

    monkeypatch.setattr(sending, "build", broken)
    house.ticket(email="odd@example.com")
    house.ticket(email="ming@example.com")
    house.work()
    found = {row.recipient: (row.state, row.attempts) for row in house.deliveries("mail")}
    assert found == {"odd@example.com": ("retrying", 1), "ming@example.com": ("sent", 1)}
    for wait in BACK_OFF:
        _let_pass(house, wait)
    assert [row.state for row in house.deliveries("mail")] == ["dead", "sent"]


def test_several_senders_at_once_send_each_mail_once(house: House, post: Post) -> None:
    for number in range(8):
        house.ticket(email=f"c{number}@example.com")
    house.formloom.worker.dispatcher.dispatch()
    senders = [house.formloom.worker.sender, house.another_process().worker.sender]
    with ThreadPoolExecutor(4) as pool:
        tried = list(pool.map(lambda number: senders[number % 2].send_due(), range(4)))
    assert sum(tried) == 8
    assert Counter(post.ids) == {row.stable_id: 1 for row in house.deliveries("mail")}
    assert {row.state for row in house.deliveries("mail")} == {"sent"}


@pytest.mark.parametrize("is_sent", [True, False])
def test_what_waited_too_long_in_a_batch_is_not_sent_when_another_process_took_it(
    house: House, post: Post, is_sent: bool
) -> None:
    for number in range(2):
        house.ticket(email=f"c{number}@example.com")
    house.formloom.worker.dispatcher.dispatch()
    slow, quick = house.formloom.worker.sender, house.another_process().worker.sender
    began, claimed = slow._claim()
    assert quick.send_due() == 0
    house.clock.advance(posts.LEASE + timedelta(seconds=1))
    if is_sent:
        assert quick.send_due() == 2
    else:
        assert len(quick._claim()[1]) == 2
    slow._send(claimed, began)
    assert sorted(Counter(post.ids).values()) == [1, 1] * is_sent


def test_a_sender_that_stops_gives_back_what_it_did_not_get_to(house: House, post: Post) -> None:
    post.plan.append("held")
    for number in range(3):
        house.ticket(email=f"c{number}@example.com")
    house.formloom.worker.dispatcher.dispatch()
    assert house.formloom.worker.sender.begin_due(lambda: None) == 3
    until(lambda: post.asked)
    sender = house.formloom.worker.sender
    closing = threading.Thread(target=sender.close)
    closing.start()
    until(lambda: sender._is_closing)
    post.released.set()
    closing.join()
    assert len(post.ids) == 1
    assert house.another_process().worker.sender.send_due() == 2
    assert sorted(Counter(post.ids).values()) == [1, 1, 1]


def test_the_window_between_the_servers_250_and_our_commit_sends_twice_under_one_id_and_never_loses(
    house: House, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.ticket(email="ming@example.com")
    house.formloom.worker.dispatcher.dispatch()

    class Killed(BaseException):
        """No `except Exception` sees it."""

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Sender, "_settle", killed)
        house.formloom.worker.sender.send_due()
    stable = _only(house).stable_id
    assert (post.ids, _only(house).state) == ([stable], "sending")
    later = house.another_process().worker
    later.drain()
    assert post.ids == [stable], "while the lease holds nobody else sends it"
    house.clock.advance(posts.LEASE + timedelta(seconds=1))
    later.drain()
    assert post.ids == [stable, stable]
    assert _only(house).state == "sent"
    for wait in BACK_OFF:
        _let_pass(house, wait)
    assert len(post.ids) == 2


KILLED_AFTER_THE_250 = """
import os, signal
from formloom.app import build
from formloom.workflows.deliveries.sender import Sender

Sender._settle = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
build().worker.drain()
"""


def test_a_process_killed_between_the_servers_250_and_our_commit_loses_nothing(house: House, post: Post) -> None:
    house.ticket(email="ming@example.com")
    environ = {**os.environ, **house.environ, "PYTHONPATH": str(ROOT / ".links")}
    command = [sys.executable, "-c", KILLED_AFTER_THE_250]
    killed = subprocess.run(
        command, env=environ, capture_output=True, timeout=PATIENCE_S, check=False, stdin=subprocess.DEVNULL
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-1000:]
    assert (len(post.ids), _only(house).state) == (1, "sending")
    house.clock.at = datetime.now(UTC) + posts.LEASE + timedelta(seconds=5)
    house.work()
    house.work()
    assert post.ids == [_only(house).stable_id] * 2
    assert _only(house).state == "sent"


def test_without_a_mail_server_mails_are_kept_and_said_to_be_unsent(opened: Open, clock: FrozenClock) -> None:
    house = opened()
    house.flow("acknowledge", [reply()])
    house.ticket(email="ming@example.com")
    house.work()
    assert (_only(house).state, _only(house).attempts) == ("unsent", 0)
    listed = house.ask("GET", "/deliveries")
    assert listed["mail_configured"] is False
    assert [one["state"] for one in listed["deliveries"]] == ["unsent"]
