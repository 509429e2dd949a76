"""Mails from machines, liars and attackers: nothing is lost, nothing is set off, nobody is answered for ever."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from formloom.platform.storage.tables import outbox, touchpoints
from formloom.workflows.inbound.receiving import MOST_AUTOMATIC, MOST_PER_HOUR
from formloom.workflows.mail import loops
from formloom.workflows.mail.reading import MAX_BYTES, read

from .house import House, reply, set_fields
from .letters import MING, SUPPORT, bounce_of, letter, mailbox, receives

RECEIVED = {"type": "message_received"}
EVE = "Eve <eve@elsewhere.example>"


@pytest.fixture
def first(house: House) -> str:
    """Return the record of a mail that was answered."""
    mailbox(house)
    house.flow("thanks", [reply()], {**RECEIVED, "which": "new"})
    house.flow("reopen", [set_fields(status="open")], {**RECEIVED, "which": "answer"})
    return str(receives(house, letter()).record_id)


def sent(house: House) -> str:
    return str(house.deliveries("mail")[0].stable_id)


def test_a_stranger_who_knows_the_message_id_is_heard_and_not_believed(house: House, first: str) -> None:
    done = receives(house, letter("Re: Got it", "close it", sender=EVE, answers=sent(house)))
    assert (done.state, done.record_id) == ("unverified", first)
    assert house.values(first)["status"] == "new", "no flow was set off"
    told = [
        one
        for one in house.ask("GET", f"/forms/desk.ticket/records/{first}/activity")["activity"]
        if one["kind"] == "message_received"
    ]
    assert [one["data"]["verified"] for one in told] == [False, True]


def test_a_mail_that_fails_the_senders_own_policy_is_not_believed(house: House, first: str) -> None:
    forged = letter("Re: Got it", answers=sent(house), Authentication_Results="mx.house.example; dmarc=fail")
    assert receives(house, forged).state == "unverified"
    assert house.values(first)["status"] == "new"


def test_a_new_mail_that_fails_the_senders_own_policy_sets_off_nothing(house: House, first: str) -> None:
    done = receives(house, letter("Other", Authentication_Results="mx.house.example; dmarc=fail"))
    assert (done.state, len(house.deliveries("mail"))) == ("made", 1), "only the first one was thanked for"
    (told,) = house.rows(touchpoints, touchpoints.c.record_id == done.record_id, touchpoints.c.channel == "mail",
                         touchpoints.c.kind == "message_received")  # fmt: skip
    assert (told.customer_id, told.data["verified"]) == (None, False)


def test_a_made_up_message_id_joins_nothing(house: House, first: str) -> None:
    guess = sent(house).replace("<fl.", "<fl.0", 1).replace("@", "", 1)[:44] + "@house.example>"
    done = receives(house, letter("Re: Got it", sender=EVE, answers=guess))
    assert (done.state, done.record_id == first) == ("made", False)


def test_an_absence_note_joins_and_sets_off_nothing_and_is_not_answered(house: House, first: str) -> None:
    away = letter("Out of office", answers=sent(house), Auto_Submitted="auto-replied")
    assert receives(house, away).state == "joined"
    assert (house.values(first)["status"], len(house.deliveries("mail"))) == ("new", 1)
    receives(house, letter("I am back"))
    assert house.deliveries("mail")[-1].last_error == "automatic_sender"
    house.clock.advance(loops.QUIET_AFTER_AUTOMATIC + timedelta(seconds=1))
    receives(house, letter("Still back"))
    assert house.deliveries("mail")[-1].last_error is None


def test_an_absence_note_that_answers_nothing_waits(house: House, first: str) -> None:
    done = receives(house, letter("Out of office", Auto_Submitted="auto-replied"))
    assert (done.state, done.cause) == ("held", "automatic")


def test_a_machine_that_reports_makes_a_record_and_is_not_answered(house: House) -> None:
    mailbox(house)
    house.flow("thanks", [reply()], {"type": "record_created"})
    done = receives(house, letter("Disk full", Auto_Submitted="auto-generated"))
    assert done.state == "made"
    (held,) = house.deliveries("mail")
    assert (held.state, held.last_error) == ("suspended", "automatic_sender")


def test_who_asks_for_no_answer_of_a_machine_gets_none_to_that_mail(house: House, first: str) -> None:
    """This says nothing about who wrote it."""
    done = receives(house, letter("Alert", X_Auto_Response_Suppress="DR, OOF, AutoReply"))
    held = house.deliveries("mail")[-1]
    assert (done.state, held.state, held.last_error) == ("made", "suspended", "automatic_sender")
    house.clock.advance(timedelta(minutes=1))
    receives(house, letter("By hand"))
    assert house.deliveries("mail")[-1].last_error is None


@pytest.mark.parametrize(
    ("sender", "more"),
    [("Mail Delivery System <MAILER-DAEMON@client.example>", {}), (MING, {"Return_Path": "<>"})],
    ids=["its name", "nobody to send it back to"],
)
def test_a_mail_server_that_says_what_went_wrong_in_its_own_words_opens_nothing(
    house: House, first: str, sender: str, more: dict[str, str]
) -> None:
    done = receives(house, letter("Undeliverable: Got it", "No such user", sender=sender, **more))
    assert (done.state, done.cause, len(house.records())) == ("held", "automatic", 1)


def test_two_machines_that_answer_each_other_come_to_rest(house: House, first: str) -> None:
    states = [
        receives(house, letter("Re", answers=sent(house), Auto_Submitted="auto-replied")).state
        for _ in range(MOST_AUTOMATIC + 3)
    ]
    assert states == ["joined"] * MOST_AUTOMATIC + ["dropped"] * 3
    assert len(house.deliveries("mail")) == 1
    assert house.values(first)["status"] == "new"


def test_a_flood_of_one_address_waits_for_a_person(house: House) -> None:
    mailbox(house)
    states = [receives(house, letter(f"no {number}")).cause for number in range(MOST_PER_HOUR + 2)]
    assert states == [None] * MOST_PER_HOUR + ["too_many"] * 2
    assert receives(house, letter("another", sender=EVE)).state == "made"
    house.clock.advance(timedelta(hours=2))
    assert receives(house, letter("later")).state == "made"


def test_our_own_mail_is_dropped(house: House, first: str) -> None:
    done = receives(house, letter("Got it", sender="no-reply@house.example", Message_ID=sent(house)))
    assert (done.state, done.cause, len(house.records())) == ("dropped", "own", 1)
    assert house.values(first)["status"] == "new"


def test_a_mail_that_came_back_is_put_to_its_delivery_and_its_address_left_alone(house: House, first: str) -> None:
    done = receives(house, bounce_of(sent(house), "ming@client.example"))
    assert (done.state, done.cause, done.record_id) == ("bounced", "permanent", first)
    (thanks,) = house.deliveries("mail")
    assert (thanks.state, thanks.last_error) == ("dead", "bounced: 5.1.1 smtp; 550 no such user")
    assert len(house.records()) == 1
    (section,) = house.ask("GET", "/failures")["failures"]
    assert [(group["kind"], group["text"]["en"]) for group in section["groups"]] == [
        ("delivery", "A message was not delivered: the mail came back")
    ]
    receives(house, letter("Hello again"))
    assert house.deliveries("mail")[-1].last_error == "address_failed"


@pytest.mark.parametrize("said", [("delayed", "temporary", "unsent")])
def test_a_mail_that_is_only_late_changes_nothing(house: House, first: str, said: tuple[str, str, str]) -> None:
    action, cause, state = said
    done = receives(house, bounce_of(sent(house), "ming@client.example", action=action))
    assert (done.cause, done.record_id, house.deliveries("mail")[0].state) == (cause, first, state)


def test_a_bounce_of_a_mail_that_is_not_ours_silences_nobody(house: House, first: str) -> None:
    done = receives(house, bounce_of("<made-up@house.example>", "ming@client.example"))
    assert (done.state, done.cause) == ("dropped", "not_ours")
    receives(house, letter("Hello again"))
    assert house.deliveries("mail")[-1].last_error is None


@pytest.mark.parametrize(
    ("raw", "cause"),
    [
        (letter(X_Spam_Flag="YES"), "spam"),
        (b"\x00\xff garbage", "malformed"),
        (b"Subject: nobody wrote this\r\n\r\nhello", "malformed"),
        (b"From: ming@client.example\r\nSubject: big\r\n\r\n" + b"x" * (MAX_BYTES + 1), "too_large"),
    ],
    ids=["spam", "garbage", "without a sender", "too large"],
)
def test_what_can_not_be_taken_in_waits_with_the_reason(house: House, raw: bytes, cause: str) -> None:
    mailbox(house)
    done = receives(house, raw)
    assert (done.state, done.cause) == ("held", cause)
    assert house.rows(outbox, outbox.c.kind == "flow.message") == []
    assert house.ask("GET", f"/messages/{done.id}")["has_source"]


HEAD = b"From: a@b.example\n"


def poisonous() -> Iterator[tuple[str, bytes]]:
    """Yield mails that a decoder or a database refuses: raw bytes, NUL, values that are too long, odd encodings."""
    report = HEAD + b"Content-Type: multipart/report; report-type=delivery-status; boundary=X\n\n--X\n"
    part = HEAD + b"Content-Type: multipart/mixed; boundary=X\n\n--X\nContent-Disposition: inline; "
    yield "bytes in the Message-ID", HEAD + b"Message-ID: <caf\xe9@x>\n\nx"
    yield "NUL in the Message-ID", HEAD + b"Message-ID: <a\x00b@x>\n\nx"
    yield "bytes and NUL in what it answers", HEAD + b"References: <caf\xe9@x>\nIn-Reply-To: <a\x00b@x>\n\nx"
    yield "bytes and NUL in the recipients", HEAD + b"To: caf\xe9@x, a\x00b@x\n\nx"
    yield "bytes in the charset of a subject", HEAD + b"Subject: =?\xe9?q?a?=\n\nx"
    yield "bytes in the charset of a name", b"From: =?\xe9?q?a?= <a@b.example>\n\nx"
    yield "a sender that is too long", b"From: " + b"a" * 64 + b"@" + b"b" * 250 + b"\n\nx"
    for charset in (b"undefined", b"idna", b'"a\x00b"', b"rot13"):
        yield f"text in {charset!r}", HEAD + b"Content-Type: text/plain; charset=" + charset + b"\n\ncaf\xe9"
    yield "a charset with a language", HEAD + b"Content-Type: text/plain; charset*=x'y'z\n\ncaf\xe9"
    yield "a boundary in no charset", HEAD + b"Content-Type: multipart/mixed; boundary*=undefined''%ff\n\n--X\n"
    yield "NUL in the charset of a file", part + b"filename*=a\x00b''x%ff\n\nhi\n--X--"
    yield "bytes and NUL in the name of a file", part + b'filename="caf\xe9\x00.txt"\n\nhi\n--X--'
    for kind in (b"message/rfc822", b"text/rfc822-headers"):
        mail = b"Content-Type: " + kind + b"\n\nMessage-ID: <\xe9\x00@x>\n\nx\n--X--"
        yield f"bytes and NUL in a {kind.decode()} that came back", report + mail


@pytest.mark.parametrize("raw", [pytest.param(raw, id=name) for name, raw in poisonous()])
def test_a_mail_that_can_hardly_be_stored_is_taken_in_like_any_other(house: House, raw: bytes) -> None:
    mailbox(house)
    done = receives(house, raw)
    assert done.state in {"made", "held", "dropped"}
    assert receives(house, raw) == done
    assert house.ask("GET", f"/messages/{done.id}")["has_source"]


def hostile() -> Iterator[tuple[str, bytes]]:
    mixed = HEAD + b"Content-Type: multipart/mixed; boundary=X\n\n"
    yield "ten thousand parts", mixed + b"--X\n\nhi\n" * 10_000 + b"--X--\n"
    yield "a thousand mails in each other", b"From: a@b.example\nContent-Type: message/rfc822\n\n" * 1_000 + b"hi"
    yield (
        "parts in each other",
        HEAD + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3_000)),
    )
    yield "fifty megabytes", HEAD + b"\n" + b"a\n" * 25_000_000
    for name, markup in (("boxes", b"<div>"), ("brackets", b"<"), ("comments", b"<!--"), ("entities", b"&")):
        yield name, mixed + b"--X\nContent-Type: text/html\n\n" + markup * 400_000 + b"\n--X--"
    yield "encoded words", HEAD + b"Subject: " + b"=?utf-8?q?a?=" * 100_000 + b"\n\nx"
    yield "recipients", HEAD + b"To: " + b"a@b," * 200_000 + b"\n\nx"
    yield "brackets in the sender", b"From: " + b"(" * 100_000 + b"\n\nx"
    yield "references", HEAD + b"References: " + b"<a@" * 300_000 + b"\n\nx"
    yield "lines that begin to quote", HEAD + b"\n" + b"On a\n" * 100_000 + b"> b\n" * 100_000 + b"from:\n" * 50_000
    yield "headers", b"".join(b"X-%d: y\n" % number for number in range(100_000)) + HEAD + b"\nhi"
    yield "parameters", HEAD + b"Content-Type: text/plain" + b"; a*0=b" * 20_000 + b"\n\nhi"


@pytest.mark.parametrize("raw", [pytest.param(raw, id=name) for name, raw in hostile()])
def test_hostile_mails_cost_little_and_break_nothing(raw: bytes) -> None:
    """Bounded by processor time, so that a busy machine can't fail it; what runs away takes minutes."""
    began = time.thread_time()
    found = read(raw)
    assert time.thread_time() - began < 15
    assert len(found.text) <= 100_000
    assert found.sender in {"a@b.example", ""}


def test_to_the_mailboxes_address_with_something_added(house: House, first: str) -> None:
    """A key that no mail of ours has is no key at all."""
    done = receives(house, letter("Hello", to=f"support+r{'0' * 40}@house.example"))
    assert (done.state, done.record_id == first, SUPPORT.partition("@")[2]) == ("made", False, "house.example")
