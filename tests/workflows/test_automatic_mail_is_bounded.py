"""Nobody is answered who should not be, and two machines that answer each other come to rest."""

from datetime import UTC, datetime, timedelta

import pytest

from formloom.workflows.mail.loops import PER_RECIPIENT, PER_RECORD, Traffic, classify, refusal
from formloom.workflows.mail.message import automatic_headers

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
QUIET = Traffic(sent=lambda _span, _here: 0)


def test_an_ordinary_address_may_be_answered() -> None:
    assert refusal("ming@example.com", ["no-reply@forms.example"], QUIET) is None


@pytest.mark.parametrize(
    ("address", "cause"),
    [
        ("No-Reply@forms.example", "own_address"), ("desk@forms.example", "own_address"),
        ("noreply@shop.example", "noreply_address"), ("no-reply-77@shop.example", "noreply_address"),
        ("donotreply@shop.example", "noreply_address"), ("MAILER-DAEMON@shop.example", "noreply_address"),
        ("postmaster@shop.example", "noreply_address"), ("bounces+abc@shop.example", "noreply_address"),
    ],
)  # fmt: skip
def test_machines_and_ourselves_are_not_answered(address: str, cause: str) -> None:
    assert refusal(address, ["no-reply@forms.example", "desk@forms.example"], QUIET) == cause


def test_the_kill_switch_stops_everything() -> None:
    assert refusal("ming@example.com", [], QUIET, is_on=False) == "switched_off"


def test_a_failed_address_and_an_auto_responder_are_left_alone() -> None:
    assert refusal("a@x.example", [], Traffic(lambda _s, _h: 0, has_bounced=True)) == "address_failed"
    assert refusal("a@x.example", [], Traffic(lambda _s, _h: 0, answers_automatically=True)) == "automatic_sender"


def test_each_window_is_a_limit_of_its_own() -> None:
    for span, most in PER_RECORD.items():

        def sent(asked: timedelta, here: bool, span: timedelta = span, most: int = most) -> int:
            return most if here and asked == span else 0

        assert refusal("a@x.example", [], Traffic(sent)) == "too_many_on_record"
        assert refusal("a@x.example", [], Traffic(sent), about_record=False) is None
    for span, most in PER_RECIPIENT.items():

        def sent_all(asked: timedelta, here: bool, span: timedelta = span, most: int = most) -> int:
            return most if not here and asked == span else 0

        assert refusal("a@x.example", [], Traffic(sent_all)) == "too_many_to_recipient"


class Robot:
    """Answers every mail at once and does not care what its headers say."""

    def __init__(self) -> None:
        self.sent: list[datetime] = []


@pytest.mark.parametrize("new_record_each_time", [False, True])
def test_two_auto_responders_come_to_rest(new_record_each_time: bool) -> None:
    """A robot answers each of our mails within ten seconds for ten hours; with a new ticket each time, too."""
    ours: list[tuple[datetime, int]] = []
    now, record = NOW, 0
    for _ in range(3_600):
        if new_record_each_time:
            record += 1

        def count(span: timedelta, here: bool, now: datetime = now, record: int = record) -> int:
            return sum(1 for at, about in reversed(ours) if now - at < span and (about == record or not here))

        if refusal("robot@shop.example", ["desk@forms.example"], Traffic(count)) is None:
            ours.append((now, record))
        now += timedelta(seconds=10)
    assert len(ours) == (360 if new_record_each_time else 100)


@pytest.mark.parametrize(
    "headers",
    [
        {"auto-submitted": "auto-replied"}, {"auto-submitted": "auto-generated; foo"}, {"precedence": "Bulk"},
        {"x-precedence": "junk"}, {"x-autoreply": "yes"}, {"list-unsubscribe": "<mailto:x>"}, {"x-loop": "true"},
        {"return-path": "<>"}, {"message-id": "<fl.1@forms.example>"}, {"from": "MAILER-DAEMON@x.example"},
        {"content-type": 'multipart/report; report-type="delivery-status"'}, {"x-autorespond": "1"},
    ],
)  # fmt: skip
def test_automatic_mail_is_recognised(headers: dict[str, str]) -> None:
    assert classify(headers, own_domain="forms.example").is_automatic


@pytest.mark.parametrize("headers", [{}, {"auto-submitted": "no"}, {"precedence": "normal"}, {"return-path": "<a@b>"}])
def test_mail_from_people_is_not(headers: dict[str, str]) -> None:
    found = classify(headers, own_domain="forms.example")
    assert not found.is_automatic
    assert not found.suppress_reply


def test_a_wish_for_silence_is_no_sign_of_a_machine() -> None:
    found = classify({"x-auto-response-suppress": "DR, OOF, AutoReply"}, own_domain="forms.example")
    assert found.suppress_reply
    assert not found.is_automatic


def test_our_own_replies_are_recognised_as_automatic() -> None:
    for kind in ("reply", "notice"):
        headers = {name.lower(): value for name, value in automatic_headers(kind).items()}
        assert classify(headers, own_domain="forms.example").is_automatic
