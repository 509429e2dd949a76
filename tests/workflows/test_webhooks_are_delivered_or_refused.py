"""Webhook calls against a real web server that fails: signed, tried again under one id, never sent inwards."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from formloom.workflows.channels import http
from formloom.workflows.channels.breaker import FAILURES, WINDOW
from formloom.workflows.channels.signing import is_signed
from formloom.workflows.deliveries.line import BACK_OFF
from tests.waiting import PATIENCE_S, until

from .house import House, Open, reply, set_fields
from .servers import Web, mail_server, web_server

SECRET = "whsec_bG9vbSBsb29tIGxvb20gbG9vbSE="


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as running:
        yield running


@pytest.fixture
def house(opened: Open, web: Web) -> House:
    """Return an installation that may call this machine."""
    return opened(FORMLOOM_OUTBOUND_ALLOW=f"127.0.0.1:{web.port},localhost:{web.port}")


def call(url: str, **more: Any) -> dict[str, Any]:
    return {"type": "call_webhook", "url": url, "secret": SECRET, **more}


def _only(house: House) -> Any:
    (found,) = house.deliveries("webhook")
    return found


def _let_pass(house: House, span: timedelta) -> None:
    house.clock.advance(span)
    house.work()


def test_a_call_tells_the_record_and_is_signed(house: House, web: Web) -> None:
    house.flow("call", [call(web.url())])
    record = house.ticket("漏水", hours="2.5")
    house.work()
    (made,) = web.calls
    assert made.headers["webhook-id"] == _only(house).stable_id
    assert is_signed(SECRET, made.headers, made.body, house.clock.now())
    assert not is_signed(SECRET, made.headers, made.body + b" ", house.clock.now())
    told = orjson.loads(made.body)
    assert (told["type"], told["data"]["id"], told["data"]["form"]) == ("record.created", record, "desk.ticket")
    assert (told["data"]["values"]["subject"], told["data"]["values"]["hours"]) == ("漏水", "2.50")
    assert _only(house).state == "sent"
    _let_pass(house, timedelta(days=2))
    assert len(web.calls) == 1


def test_chosen_values_alone_are_sent(house: House, web: Web) -> None:
    body = {"what": {"ref": "subject"}, "line": {"liquid": "{{ record.subject | upcase }}!"}, "fixed": 1}
    house.flow("call", [call(web.url(), body=body)])
    house.ticket("loom")
    house.work()
    assert orjson.loads(web.calls[0].body) == {"what": "loom", "line": "LOOM!", "fixed": 1}


@pytest.mark.parametrize("fault", [500, 503, 429, "begun"])
def test_what_fails_for_now_is_tried_again_under_the_same_id_with_a_fresh_signature(
    house: House, web: Web, monkeypatch: pytest.MonkeyPatch, fault: int | str
) -> None:
    if fault == "begun":
        monkeypatch.setattr(http, "time", _too_late_once_called(web))
    web.plan.append(fault)
    house.flow("call", [call(web.url())])
    house.ticket()
    house.work()
    assert (_only(house).state, _only(house).attempts) == ("retrying", 1)
    assert _only(house).next_at == house.clock.now() + BACK_OFF[0]
    _let_pass(house, BACK_OFF[0])
    assert _only(house).state == "sent"
    first, second = web.calls
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == _only(house).stable_id
    assert first.body == second.body
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert is_signed(SECRET, second.headers, second.body, house.clock.now())


def _too_late_once_called(web: Web) -> SimpleNamespace:
    """Return a clock by which the first call is out of time as soon as it has arrived."""
    return SimpleNamespace(monotonic=lambda: 2 * http.TOTAL_S if web.calls else 0.0)


def test_a_call_that_fails_to_the_end_is_a_dead_letter_that_a_person_sends_again(house: House, web: Web) -> None:
    web.plan.extend([500] * (len(BACK_OFF) + 1))
    house.flow("call", [call(web.url())])
    house.ticket()
    house.work()
    for wait in BACK_OFF:
        _let_pass(house, wait)
    assert (_only(house).state, _only(house).last_error) == ("dead", "HTTP 500")
    house.ask("POST", f"/deliveries/{_only(house).id}/send-again")
    house.work()
    assert _only(house).state == "sent"
    assert len({made.headers["webhook-id"] for made in web.calls}) == 1


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_plain_no_is_not_tried_again(house: House, web: Web, status: int) -> None:
    web.plan.append(status)
    house.flow("call", [call(web.url())])
    house.ticket()
    house.work()
    _let_pass(house, timedelta(days=3))
    assert (_only(house).state, _only(house).last_error, len(web.calls)) == ("dead", f"HTTP {status}", 1)


def test_a_redirect_is_never_followed(house: House, web: Web) -> None:
    web.plan.extend(["http://169.254.169.254/latest/meta-data/", web.url("/inside")])
    house.flow("call", [call(web.url()), call(web.url("/other"))])
    house.ticket()
    house.work()
    assert [made.path for made in web.calls] == ["/in", "/other"]
    assert [(row.state, row.last_error) for row in house.deliveries()] == [("dead", "HTTP 302")] * 2


INWARDS = [
    "http://169.254.169.254/latest/meta-data/", "http://[::ffff:169.254.169.254]/", "http://localhost:5432/",
    "http://127.0.0.1:1/", "http://[::1]/", "http://10.0.0.1/", "file:///etc/passwd", "http://2130706433/",
]  # fmt: skip


def test_a_call_inwards_is_refused_without_a_packet_and_said_so(house: House, web: Web) -> None:
    house.flow("call", [call(url) for url in INWARDS])
    house.ticket()
    house.work()
    assert web.calls == []
    assert [row.state for row in house.deliveries()] == ["dead"] * len(INWARDS)
    listed = house.ask("GET", "/deliveries?state=dead")["deliveries"]
    assert sorted(one["to"] for one in listed) == sorted(INWARDS)
    assert all("may not be called" in one["last_error"] for one in listed)


def test_without_an_allowance_this_machine_may_not_be_called(opened: Open, web: Web) -> None:
    house = opened()
    house.flow("call", [call(web.url())])
    house.ticket()
    house.work()
    assert (_only(house).state, web.calls) == ("dead", [])


def test_an_address_that_is_none_fails_its_step_alone(house: House) -> None:
    flow_id = house.flow("call", [call("http://[half"), set_fields(note="went on")])
    record = house.ticket()
    house.work()
    assert house.values(record)["note"] == "went on"
    assert [line["result"] for line in house.runs(flow_id)[0]["trace"]] == ["failed", "done"]


def test_a_host_that_only_fails_is_left_alone_for_a_while_and_no_try_is_spent_meanwhile(house: House, web: Web) -> None:
    web.plan.extend([500] * FAILURES)
    house.flow("call", [call(web.url())])
    for number in range(FAILURES + 1):
        house.ticket(f"No {number}")
    house.work()
    last = house.deliveries()[-1]
    assert len(web.calls) == FAILURES
    assert (last.state, last.attempts, last.next_at) == ("retrying", 0, house.clock.now() + WINDOW)
    _let_pass(house, WINDOW)
    assert {row.state for row in house.deliveries()} == {"sent"}


def test_the_secret_of_a_call_is_shown_to_nobody(house: House, web: Web) -> None:
    house.flow("call", [call(web.url())])
    house.ticket()
    house.work()
    shown = house.ask("GET", f"/deliveries/{_only(house).id}", ok=False)
    assert shown.status_code == 200
    assert SECRET not in shown.text


def test_a_slow_host_holds_up_neither_mails_nor_other_hosts(opened: Open, web: Web) -> None:
    with mail_server() as post:
        house = opened(FORMLOOM_SMTP_URL=post.url, FORMLOOM_OUTBOUND_ALLOW=f"127.0.0.1:{web.port},localhost:{web.port}")
        web.plan.append("held")
        house.flow("slow", [call(web.url("/slow"))])
        house.ticket()
        house.formloom.worker.dispatcher.dispatch()
        sender = house.formloom.worker.sender
        free = threading.Semaphore(0)
        assert sender.begin_due(free.release) == 1
        until(lambda: web.calls)
        held = _only(house).id
        house.flow("quick", [reply(), call(web.url("/quick").replace("127.0.0.1", "localhost"))])
        house.ticket(email="ming@example.com")
        house.formloom.worker.dispatcher.dispatch()
        assert sender.begin_due(free.release) == 2, "the busy lane is left alone"
        for _lane in range(2):
            assert free.acquire(timeout=PATIENCE_S)
        assert len(post.ids) == 1
        assert [made.path for made in web.calls] == ["/slow", "/quick"]
        states = {row.id: row.state for row in house.deliveries()}
        assert states.pop(held) == "sending", "the slow host has not answered yet"
        assert sorted(states.values()) == ["pending", "sent", "sent"]
        web.released.set()
        assert free.acquire(timeout=PATIENCE_S)
        while sender.begin_due(free.release):
            assert free.acquire(timeout=PATIENCE_S)
        sender.close()
        assert {row.state for row in house.deliveries()} == {"sent"}
