"""A real IMAP server, Dovecot, with a mailbox of its own and a certificate that the tests trust."""

import datetime as dt
import grp
import ipaddress
import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

USER, PASSWORD = "support", "Loom-2026"
_PROGRAM = shutil.which("dovecot") or ("/usr/sbin/dovecot" if Path("/usr/sbin/dovecot").exists() else None)
NEEDS_DOVECOT = pytest.mark.skipif(
    _PROGRAM is None, reason="Dovecot is not on this machine (apt install dovecot-imapd)"
)


@dataclass
class Imap:
    """A running server: `tls_port` speaks TLS from the first byte, `plain_port` with STARTTLS."""

    folder: Path
    tls_port: int
    plain_port: int

    def deliver(self, raw: bytes, name: str, *, at: dt.datetime | None = None) -> None:
        """Put a mail into the inbox as a mail server does; `at` is when it came."""
        inbox = self.folder / "mail" / USER / "Maildir"
        for place in (inbox, inbox / "tmp", inbox / "new", inbox / "cur"):
            place.mkdir(parents=True, exist_ok=True)
            _own(place)
        target = inbox / "tmp" / f"{time.time_ns()}.{name}"
        target.write_bytes(raw)
        _own(target)
        if at is not None:
            os.utime(target, (at.timestamp(), at.timestamp()))
        target.rename(inbox / "new" / target.name)

    @property
    def count(self) -> int:
        """Return how many mails lie in the inbox."""
        inbox = self.folder / "mail" / USER / "Maildir"
        return sum(1 for part in ("new", "cur") for _file in (inbox / part).glob("*"))

    def number_anew(self) -> None:
        """Lose what was known of the numbers of mails, as a server does that was rebuilt."""
        for known in (self.folder / "mail" / USER / "Maildir").glob("dovecot*"):
            known.unlink()


@contextmanager
def imap_server(folder: Path) -> Iterator[Imap]:
    """Run a server."""
    _let_others_through(folder)
    server = Imap(folder, _free_port(), _free_port())
    _certify(folder)
    (folder / "mail" / USER).mkdir(parents=True)
    _own(folder / "mail" / USER)
    (folder / "dovecot.conf").write_text(_settings(server))
    running = subprocess.Popen([str(_PROGRAM), "-F", "-c", str(folder / "dovecot.conf")])
    try:
        _wait_for(server.tls_port, running)
        yield server
    finally:
        running.terminate()
        running.wait(30)


def _let_others_through(folder: Path) -> None:
    """Open the folders above to whoever the server reads mails as, up to the one for all that is temporary."""
    for place in itertools.takewhile(lambda one: one != Path(tempfile.gettempdir()), (folder, *folder.parents)):
        place.chmod(0o755)


def _settings(server: Imap) -> str:
    folder = server.folder
    return f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
mail_location = maildir:~/Maildir
auth_failure_delay = 0
first_valid_uid = 1
{_unprivileged()}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={_UID} gid={_GID} home={folder}/mail/%u
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {server.plain_port}
  }}
  inet_listener imaps {{
    port = {server.tls_port}
    ssl = yes
  }}
}}
"""


def _unprivileged() -> str:
    """Return what lets the server run as somebody who is not root."""
    if os.getuid() == 0:
        return ""
    who, group = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
    chroots = "".join(f"service {name} {{\n  chroot =\n}}\n" for name in ("anvil", "stats"))
    return f"default_internal_user = {who}\ndefault_login_user = {who}\ndefault_internal_group = {group}\n{chroots}"


_UID, _GID = (os.getuid() or 65534, os.getgid() or 65534)
"""Dovecot reads no mails as root."""


def _own(path: Path) -> None:
    if os.getuid() == 0:
        os.chown(path, _UID, _GID)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(port: int, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert running.poll() is None, "Dovecot did not start"
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("Dovecot does not answer")


def _certify(folder: Path) -> None:
    """Write a certificate for localhost that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2)).add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(key, SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
