"""Mails as strangers send them, and a house that receives them."""

from email.message import EmailMessage
from itertools import count
from typing import Any

from formloom.workflows.inbound import mailboxes
from formloom.workflows.inbound.receiving import Received, receive

from .house import House, both

SUPPORT = "support@house.example"
MING = "Ming Li <ming@client.example>"
BOX = {
    "title": both("Support"), "form": "ticket", "addresses": [SUPPORT], "values": {"status": "new"},
    "fields": {"subject": "subject", "from": "email", "text": "note"},
}  # fmt: skip
_number = count(1)


def letter(
    subject: str = "Printer", text: str = "It smokes.", *, sender: str = MING, to: str = SUPPORT, answers: str = "",
    files: dict[str, bytes] | None = None, **headers: str,
) -> bytes:  # fmt: skip
    """Return a mail as it comes over the wire; further headers with _ for -."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = headers.pop("Message_ID", f"<{next(_number)}@client.example>")
    if answers:
        mail["In-Reply-To"] = answers
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    for name, content in (files or {}).items():
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def bounce_of(message_id: str, address: str, *, action: str = "failed") -> bytes:
    """Return what a mail server writes when it could not deliver a mail."""
    return (
        "From: MAILER-DAEMON@client.example\r\nTo: no-reply@house.example\r\nSubject: Undelivered\r\n"
        f"Message-ID: <bounce-{next(_number)}@client.example>\r\nAuto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\n\r\nIt did not arrive.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.client.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\nSubject: Got it\r\n\r\n--b--\r\n"
    ).encode()


def mailbox(house: House, **more: Any) -> str:
    """Publish a mailbox and return its id."""
    return house.define("mailbox", "support", {**BOX, **more})


def receives(house: House, raw: bytes) -> Received:
    """Let the house's one mailbox take in a mail, and the flows run."""
    with house.db.read() as unit:
        (box,) = mailboxes.working(unit)
    done = receive(house.rt, box, raw)
    house.work()
    return done
