"""Handing a mail to the SMTP server of the settings: STARTTLS when offered, `smtps://` from the first byte."""

import smtplib
import ssl
from urllib.parse import unquote, urlsplit

TIMEOUT_S = 20


class MailRefused(Exception):
    """The server will never take this mail (5xx); trying again is no use."""


class MailDelayed(Exception):
    """The server could not take the mail now: busy, away, too slow."""


def hand_over(smtp_url: str, sender: str, to: str, mail: bytes) -> None:
    """Return when the server took the mail (250). Raises MailRefused, MailDelayed."""
    try:
        with _connected(smtp_url) as server:
            server.sendmail(sender, [to], mail)
    except smtplib.SMTPRecipientsRefused as fault:
        code, words = next(iter(fault.recipients.values()))
        raise _fault(code, words) from fault
    except smtplib.SMTPResponseException as fault:
        raise _fault(fault.smtp_code, fault.smtp_error) from fault
    except (OSError, smtplib.SMTPException) as fault:
        raise MailDelayed(f"{type(fault).__name__}: {fault}"[:500]) from fault


def probe(smtp_url: str) -> str | None:
    """Return None when the server answers, else what is wrong."""
    try:
        with _connected(smtp_url) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as fault:
        return f"{type(fault).__name__}: {fault}"[:300]
    return None


def _connected(smtp_url: str) -> smtplib.SMTP:
    parts = urlsplit(smtp_url)
    host = parts.hostname or "127.0.0.1"
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=TIMEOUT_S, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT_S)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server


def _fault(code: int, words: bytes | str) -> MailRefused | MailDelayed:
    text = f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"[:500]
    return MailRefused(text) if 500 <= code < 600 else MailDelayed(text)
