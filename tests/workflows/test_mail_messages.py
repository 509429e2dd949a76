"""A mail carries what the standards ask for, and nobody can smuggle headers into it."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from formloom.workflows.mail.message import AddressInvalid, automatic_headers, build, checked_address, stable_message_id

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def mail(**changed: object) -> EmailMessage:
    given = {
        "sender_name": "织单 Desk", "sender": "no-reply@forms.example", "to": "ming@example.com", "subject": "收到：漏水",
        "text": "你好\nhttps://x.example", "message_id": stable_message_id("forms.example", "f", "e", "1"), "at": NOW,
        "headers": automatic_headers("reply"), **changed,
    }  # fmt: skip
    raw = build(**given)
    parsed = message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_an_automatic_reply_says_so_in_every_way() -> None:
    made = mail()
    assert made["Auto-Submitted"] == "auto-replied"
    assert made["X-Auto-Response-Suppress"] == "All"
    assert made["Precedence"] == "auto_reply"
    assert made["Subject"] == "收到：漏水"
    assert made.get_content().startswith("你好")


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x00", "\x85"])
def test_line_ends_cannot_start_a_header(end: str) -> None:
    made = mail(subject=f"Hi{end}Bcc: victim@example.com", sender_name=f"A{end}Bcc: x@example.com")
    assert made["Bcc"] is None
    assert len(made.get_all("Subject", [])) == 1


@pytest.mark.parametrize(
    "address",
    ["", None, "ming", "a@b@c", "a b@example.com", "a@example.com\r\nBcc: x@y.example", "a@example.com, b@example.com",
     "<a@example.com>", "a@exam ple.com", "a@-", "a@b..c", '"x"@example.com'],
)  # fmt: skip
def test_what_is_no_single_plain_address_is_refused(address: object) -> None:
    with pytest.raises(AddressInvalid):
        checked_address(address)


def test_references_are_kept_when_they_are_message_ids() -> None:
    made = mail(references=("<one@x.example>", "broken\r\nX: y", "<two@x.example>"))
    assert made["In-Reply-To"] == "<two@x.example>"
    assert made["References"] == "<one@x.example> <two@x.example>"


def test_the_same_cause_gives_the_same_message_id_and_the_same_bytes() -> None:
    assert stable_message_id("d", "f", "e", "1") == stable_message_id("d", "f", "e", "1")
    assert stable_message_id("d", "f", "e", "1") != stable_message_id("d", "f", "e", "2")
    assert mail().as_bytes() == mail().as_bytes()
