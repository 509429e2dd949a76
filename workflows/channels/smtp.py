"""Handing a mail to the SMTP server of the settings: STARTTLS when offered, `smtps://` from the first byte."""

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

TIMEOUT_S = 20
TOTAL_S = 60
PARTING_S = 2


class MailRefused(Exception):
    """The server will never take this mail (5xx); trying again is no use."""


class MailDelayed(Exception):
    """The server could not take the mail now: busy, away, too slow."""


def hand_over(smtp_url: str, sender: str, to: str, mail: bytes) -> None:
    """Return when the server took the mail (250). Raises MailRefused, MailDelayed.

    What the server says to *us* (greeting, password) is never a refusal of the mail; what it says after its 250 does
    not matter any more.
    """
    try:
        with _session(smtp_url) as server:
            server.sendmail(sender, [to], mail)
    except NotAdmitted as fault:
        raise MailDelayed(str(fault)) from fault
    except smtplib.SMTPRecipientsRefused as fault:
        code, words = next(iter(fault.recipients.values()))
        raise _fault(code, words) from fault
    except smtplib.SMTPResponseException as fault:
        raise _fault(fault.smtp_code, fault.smtp_error) from fault
    except (OSError, smtplib.SMTPException) as fault:
        raise MailDelayed(_told(fault)) from fault


def probe(smtp_url: str) -> str | None:
    """Return None when the server answers, else what is wrong."""
    try:
        with _session(smtp_url) as server:
            server.noop()
    except NotAdmitted as fault:
        return str(fault)[:300]
    except (OSError, smtplib.SMTPException) as fault:
        return _told(fault)[:300]
    return None


class NotAdmitted(Exception):
    """The server can't be reached, or does not let us in."""


@contextmanager
def _session(smtp_url: str) -> Iterator[smtplib.SMTP]:
    """Give a server that let us in; whatever is done with it takes at most a minute. Raises NotAdmitted."""
    try:
        server = _connected(smtp_url)
    except (OSError, smtplib.SMTPException) as fault:
        raise NotAdmitted(_told(fault)) from fault
    deadline = threading.Timer(TOTAL_S, _hang_up, [server])
    deadline.daemon = True
    deadline.start()
    try:
        yield server
    finally:
        _part(server)
        deadline.cancel()


def _connected(smtp_url: str) -> smtplib.SMTP:
    parts = urlsplit(smtp_url)
    host = parts.hostname or "127.0.0.1"
    if parts.scheme == "smtps":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT_S, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT_S)
    try:
        if parts.scheme != "smtps":
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _part(server: smtplib.SMTP) -> None:
    if server.sock is not None:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            server.sock.settimeout(PARTING_S)
            server.quit()
    server.close()


def _hang_up(server: smtplib.SMTP) -> None:
    """End a talk that never ends, such as one byte every few seconds: whoever waits for the socket is told so."""
    with contextlib.suppress(OSError):
        if server.sock is not None:
            server.sock.shutdown(socket.SHUT_RDWR)


def _told(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"[:500]


def _fault(code: int, words: bytes | str) -> MailRefused | MailDelayed:
    text = f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"[:500]
    return MailRefused(text) if 500 <= code < 600 else MailDelayed(text)
