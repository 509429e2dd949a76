"""Fetching from a real IMAP server: from now on, in order, once, however often somebody is killed in between."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from formloom.platform.storage.tables import mailbox_places, messages
from formloom.workflows.inbound import fetching, mailboxes, making, receiving
from formloom.workflows.mail.reading import MAX_BYTES

from .house import House, Open
from .imap_server import NEEDS_DOVECOT, PASSWORD, USER, Imap, imap_server
from .letters import letter, mailbox

pytestmark = [NEEDS_DOVECOT, pytest.mark.one_database]


@pytest.fixture
def imap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Imap]:
    with imap_server(tmp_path) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        yield running


@pytest.fixture
def house(opened: Open, imap: Imap) -> House:
    """Return an installation that may connect to this machine."""
    return opened(FORMLOOM_OUTBOUND_ALLOW=f"localhost:{imap.tls_port},localhost:{imap.plain_port}")


def server(imap: Imap, **more: Any) -> dict[str, Any]:
    return {"host": "localhost", "port": imap.tls_port, "security": "tls", "user": USER, "after": "keep", **more}


def boxed(house: House, imap: Imap, **more: Any) -> str:
    """Publish a mailbox on the server, give it its password, and begin to read."""
    box = mailbox(house, server=server(imap, **more))
    house.ask("PUT", f"/mailboxes/{box}/password", {"password": PASSWORD})
    look(house)
    return box


def look(house: House) -> int:
    house.clock.advance(timedelta(hours=1))
    came = fetching.fetch_due(house.rt)
    house.work()
    return came


def subjects(house: House) -> list[str]:
    return [record["values"]["subject"] for record in house.records()]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_what_comes_from_now_on_is_fetched_once(house: House, imap: Imap, security: str) -> None:
    imap.deliver(letter("old"), "old")
    box = boxed(house, imap, security=security, port=imap.tls_port if security == "tls" else imap.plain_port)
    imap.deliver(letter("first"), "a")
    imap.deliver(letter("second"), "b")
    assert look(house) == 2
    assert look(house) == 0
    assert subjects(house) == ["first", "second"]
    assert imap.count == 3, "nothing was taken away"
    told = house.ask("GET", f"/mailboxes/{box}")
    assert (told["error"], told["counts"]["made"], told["has_password"]) == (None, 2, True)


def test_nobody_asks_more_often_than_every_minute(house: House, imap: Imap) -> None:
    boxed(house, imap)
    imap.deliver(letter(), "a")
    house.clock.advance(timedelta(seconds=59))
    assert fetching.fetch_due(house.rt) == 0
    house.clock.advance(timedelta(seconds=1))
    assert fetching.fetch_due(house.rt) == 1


def test_what_was_fetched_is_deleted_where_that_is_wanted(house: House, imap: Imap) -> None:
    boxed(house, imap, after="delete")
    imap.deliver(letter("gone"), "a")
    assert look(house) == 1
    assert (subjects(house), imap.count) == (["gone"], 0)


def test_whoever_dies_between_two_mails_goes_on_there(
    house: House, imap: Imap, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxed(house, imap, after="delete")
    for number in range(3):
        imap.deliver(letter(f"no {number}"), str(number))
    taken = iter(range(9))

    def dies_at_the_second(rt: Any, box: Any, raw: bytes) -> Any:
        done = receiving.receive(rt, box, raw)
        if next(taken) == 1:
            raise SystemExit  # after the mail is taken in, before that is written down
        return done

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(fetching, "receive", dies_at_the_second)
        look(house)
    look(house)
    assert subjects(house) == ["no 0", "no 1", "no 2"]
    assert imap.count == 0


def test_mails_that_were_numbered_anew_are_not_taken_in_twice(house: House, imap: Imap) -> None:
    boxed(house, imap)
    imap.deliver(letter("first"), "a")
    look(house)
    imap.number_anew()
    imap.deliver(letter("second"), "b")
    look(house)
    look(house)
    assert subjects(house) == ["first", "second"]


def test_what_came_while_a_server_failed_is_read_when_its_mails_were_numbered_anew(house: House, imap: Imap) -> None:
    """So it is after a move to another server, to which the password is given days later."""
    box = boxed(house, imap)
    imap.deliver(letter("first"), "a", at=house.clock.now())
    look(house)
    house.ask("PUT", f"/mailboxes/{box}/password", {"password": "wrong"})
    imap.deliver(letter("meanwhile"), "b", at=house.clock.now())
    for _ in range(2):
        house.clock.advance(timedelta(days=3))
        look(house)
    imap.number_anew()
    house.ask("PUT", f"/mailboxes/{box}/password", {"password": PASSWORD})
    look(house)
    assert subjects(house) == ["first", "meanwhile"]


def test_a_mail_that_is_too_long_to_keep_is_not_deleted(house: House, imap: Imap) -> None:
    boxed(house, imap, after="delete")
    imap.deliver(letter("long") + b"x\n" * MAX_BYTES, "a")
    imap.deliver(letter("short"), "b")
    assert look(house) == 2
    assert look(house) == 0
    assert (subjects(house), imap.count) == (["short"], 1)


def test_a_mail_at_which_something_fails_keeps_no_other_back(
    house: House, imap: Imap, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxed(house, imap)
    create = making.create

    def fails_at_the_first(*args: Any, **options: Any) -> Any:
        if args[4].subject == "first":
            raise RuntimeError
        return create(*args, **options)

    imap.deliver(letter("first"), "a")
    imap.deliver(letter("second"), "b")
    with monkeypatch.context() as patched:
        patched.setattr(making, "create", fails_at_the_first)
        assert look(house) == 2
    assert subjects(house) == ["second"]
    (waits,) = house.rows(messages, messages.c.state == "held")
    assert waits.cause == "failed"
    (section,) = house.ask("GET", "/failures")["failures"]
    told = [group["text"]["en"] for group in section["groups"]]
    assert told == ["Mails could not be taken in: an internal fault (RuntimeError)"]
    house.ask("POST", f"/messages/{waits.id}/let-in")
    assert sorted(subjects(house)) == ["first", "second"]


def test_a_mail_is_fetched_again_after_the_database_was_in_trouble(
    house: House, imap: Imap, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxed(house, imap, after="delete")
    imap.deliver(letter("first"), "a")
    with monkeypatch.context() as patched:
        trouble = OperationalError("", {}, Exception())
        patched.setattr(making, "create", lambda *_args, **_options: (_ for _ in ()).throw(trouble))
        assert look(house) == 0
    assert (house.rows(messages), imap.count) == ([], 1)
    assert look(house) == 1
    assert (subjects(house), imap.count) == (["first"], 0)


def test_a_server_is_tried_before_it_is_published(house: House, imap: Imap) -> None:
    box = mailbox(house, server=server(imap))
    assert house.ask("POST", f"/mailboxes/{box}/check")["code"] == "no_password"
    house.ask("PUT", f"/mailboxes/{box}/password", {"password": "wrong"})
    assert house.ask("POST", f"/mailboxes/{box}/check")["code"] == "login"
    house.ask("PUT", f"/mailboxes/{box}/password", {"password": PASSWORD})
    imap.deliver(letter(), "a")
    good = house.ask("POST", f"/mailboxes/{box}/check")
    assert (good["ok"], good["messages"], "INBOX" in good["folders"]) == (True, 1, True)
    draft = house.ask("GET", f"/definitions/{box}/draft")["document"]
    for change, code in (
        ({"folder": "Nowhere"}, "folder"), ({"port": 1}, "refused_address"), ({"host": "127.0.0.1"}, "refused_address"),
        ({"host": "nowhere.invalid"}, "unreachable"),
    ):  # fmt: skip
        house.ask("PUT", f"/definitions/{box}/draft", {"document": {**draft, "server": server(imap, **change)}})
        told = house.ask("POST", f"/mailboxes/{box}/check")
        assert (told["ok"], told["code"]) == (False, code), change


def test_an_unknown_certificate_is_refused(house: House, imap: Imap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    box = mailbox(house, server=server(imap))
    house.ask("PUT", f"/mailboxes/{box}/password", {"password": PASSWORD})
    assert house.ask("POST", f"/mailboxes/{box}/check")["code"] == "tls"


def test_a_server_that_fails_is_asked_less_often_and_told_of(house: House, imap: Imap) -> None:
    box = boxed(house, imap)
    house.ask("PUT", f"/mailboxes/{box}/password", {"password": "wrong"})
    for _ in range(fetching.TRIES_BEFORE_TELLING):
        look(house)
    assert house.ask("GET", f"/mailboxes/{box}")["error"]["code"] == "login"
    (place,) = house.rows(mailbox_places)
    assert place.tries == fetching.TRIES_BEFORE_TELLING
    (section,) = house.ask("GET", "/failures")["failures"]
    assert [group["kind"] for group in section["groups"]] == ["mailbox"]
    house.clock.advance(timedelta(minutes=5))
    assert fetching.fetch_due(house.rt) == 0
    house.ask("PUT", f"/mailboxes/{box}/password", {"password": PASSWORD})
    imap.deliver(letter("at last"), "a")
    assert fetching.fetch_due(house.rt) == 1


def test_the_password_is_kept_sealed_and_shown_to_nobody(house: House, imap: Imap) -> None:
    box = boxed(house, imap)
    assert PASSWORD not in str(house.everything())
    assert PASSWORD not in str(house.ask("GET", f"/mailboxes/{box}"))
    house.ask("DELETE", f"/mailboxes/{box}/password")
    assert house.ask("GET", f"/mailboxes/{box}")["has_password"] is False
    with house.db.read() as unit:
        assert [one.key for one in mailboxes.working(unit)] == ["support"]
