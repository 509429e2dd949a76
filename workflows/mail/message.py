"""A mail as bytes: built from what a delivery stores, the same bytes for every attempt.

Headers can't be injected: everything that goes into one is a single line first, addresses are checked, and the
`email` package refuses what is left.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from formloom.platform.kernel.errors import FormloomError

MAX_SUBJECT = 200
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_MESSAGE_ID = re.compile(r"<[^<>\s@]{1,200}@[^<>\s@]{1,200}>")


class AddressInvalid(FormloomError):
    """This is no mail address that we could write to."""

    code = "mail_address_invalid"
    message = {"zh-CN": "邮箱地址无效：{address}", "en": "Not a mail address: {address}"}


def checked_address(text: object) -> str:
    """Return a plain mail address. Raises AddressInvalid."""
    address = str(text or "").strip()
    local, _, domain = address.rpartition("@")
    ascii_address = f"{local}@{_ascii_domain(domain)}" if domain else address
    if not _ADDRESS.fullmatch(ascii_address) or ".." in ascii_address:
        raise AddressInvalid(address=one_line(address)[:100])
    return ascii_address


def one_line(text: str) -> str:
    """Return `text` without line ends and control characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def stable_key(*parts: str) -> str:
    """Return forty hexadecimal digits that belong to `parts`, the same whenever they are asked for."""
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:40]


def stable_message_id(secret: str, domain: str, *parts: str) -> str:
    """Return the Message-ID that belongs to `parts`, the same whenever it is asked for.

    Nobody can make one who does not know `secret`: whoever answers under it has seen the mail.
    """
    signed = hmac.digest(secret.encode(), f"message-id:{'|'.join(parts)}".encode(), hashlib.sha256)
    return f"<fl.{signed.hex()[:40]}@{domain}>"


def domain_of(address: str) -> str:
    """Return the domain of an address."""
    return address.rpartition("@")[2].rstrip(">").strip() or "localhost"


def automatic_headers(kind: str) -> dict[str, str]:
    """Return the headers that say "a machine wrote this": `reply` for answers, `notice` for all else.

    Source: RFC 3834 §5; `Precedence` and `X-Auto-Response-Suppress` for those who do not read it.
    """
    if kind == "reply":
        return {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All", "Precedence": "auto_reply"}
    return {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


def build(
    *, sender_name: str, sender: str, to: str, subject: str, text: str, message_id: str, at: datetime,
    headers: Mapping[str, str], references: tuple[str, ...] = (),
) -> bytes:  # fmt: skip
    """Return the mail in its wire form. Raises AddressInvalid."""
    mail = EmailMessage(policy=SMTP.clone(raise_on_defect=False))
    local, _, domain = sender.rpartition("@")
    mail["From"] = Address(one_line(sender_name)[:100], local, domain)
    mail["To"] = checked_address(to)
    mail["Subject"] = one_line(subject)[:MAX_SUBJECT]
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id
    known = [reference for reference in references if _MESSAGE_ID.fullmatch(reference)]
    if known:
        mail["In-Reply-To"] = known[-1]
        mail["References"] = " ".join(known[-10:])
    for name, value in headers.items():
        mail[name] = one_line(value)
    mail.set_content(text.replace("\r\n", "\n").replace("\r", "\n"), cte="base64" if not text.isascii() else None)
    return mail.as_bytes()


def _ascii_domain(domain: str) -> str:
    try:
        return domain.encode("idna").decode() if not domain.isascii() else domain
    except UnicodeError:
        return domain
