"""Fetching mails by IMAP from a server that a builder of apps names: guarded as calls by HTTP are.

The name is resolved here, all its addresses are checked, and the connection goes to the very address that was checked;
TLS verifies the name. Nothing goes over the line without TLS. Every wait ends after a while, and no transaction may be
open meanwhile.
"""

import ipaddress
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import imapclient
from imapclient.exceptions import IMAPClientError, LoginError
from imapclient.imap4 import IMAP4WithTimeout

from formloom.platform.kernel.text import LocalizedText
from formloom.platform.storage.database import ensure_no_transaction
from formloom.workflows.channels.addresses import AddressRefused, Allowance, check_addresses
from formloom.workflows.channels.http import Resolver, resolve

PORTS = frozenset({143, 993})
CONNECT_S = 5.0
READ_S = 10.0


class ServerFailed(Exception):
    """The server could not be reached or did not let us in. `code` is one of CODES."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


CODES: Mapping[str, LocalizedText] = {
    "refused_address": {
        "zh-CN": "不允许连接该地址。若服务器在内网，请管理员在 FORMLOOM_OUTBOUND_ALLOW 中放行",
        "en": "This address may not be connected to; an administrator can allow it in FORMLOOM_OUTBOUND_ALLOW",
    },
    "unreachable": {
        "zh-CN": "无法连接到服务器，请检查主机名和端口", "en": "The server can't be reached: check its name and port",
    },
    "tls": {
        "zh-CN": "加密连接失败，请检查加密方式和证书",
        "en": "No secure connection: check the kind of encryption and the certificate",
    },
    "login": {
        "zh-CN": "用户名或密码不正确，或未开通 IMAP",
        "en": "User name or password are wrong, or IMAP is switched off there",
    },
    "folder": {"zh-CN": "没有这个文件夹", "en": "There is no such folder"},
    "no_password": {"zh-CN": "还没有设置密码", "en": "No password is set yet"},
    "protocol": {"zh-CN": "服务器的回答无法理解", "en": "The server's answers can't be understood"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Account:
    """Where mails lie."""

    host: str
    port: int
    security: str
    user: str
    password: str
    folder: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as it is now: `next_uid` is the number that the next mail will have."""

    uid_validity: int
    next_uid: int
    count: int


class Session:
    """A connection on which somebody was let in."""

    def __init__(self, client: imapclient.IMAPClient) -> None:
        self._client = client

    def folders(self) -> list[str]:
        """Return the names of the folders, at most a hundred."""
        return sorted(str(name) for _flags, _sign, name in self._client.list_folders())[:100]

    def open(self, folder: str, *, is_changed: bool) -> Folder:
        """Open a folder. Raises ServerFailed when there is none of that name."""
        try:
            found: Mapping[bytes, Any] = self._client.select_folder(folder, readonly=not is_changed)
        except IMAPClientError as fault:
            raise ServerFailed("folder") from fault
        return Folder(int(found[b"UIDVALIDITY"]), int(found.get(b"UIDNEXT") or 1), int(found.get(b"EXISTS") or 0))

    def since(self, uid: int) -> list[int]:
        """Return the numbers of the mails that came after one, in order."""
        found = self._client.search(["UID", f"{uid + 1}:*"])
        return sorted(int(one) for one in found if int(one) > uid)  # "n:*" gives the last one even if it is older

    def since_day(self, moment: datetime) -> list[int]:
        """Return the numbers of the mails that came on the day of a moment or later, in order."""
        return sorted(int(one) for one in self._client.search(["SINCE", moment.date()]))

    def fetch(self, uid: int, *, most_bytes: int) -> bytes | None:
        """Return a mail as it lies there, its beginning if it is longer; None when it is gone. It stays unread."""
        found = self._client.fetch([uid], [f"BODY.PEEK[]<0.{most_bytes}>"])
        told: Mapping[bytes, Any] = found.get(uid) or {}
        return next(
            (value for name, value in told.items() if name.startswith(b"BODY[]") and isinstance(value, bytes)), None
        )

    def delete(self, uid: int) -> None:
        """Delete a mail for good."""
        self._client.delete_messages([uid])
        self._client.expunge([uid])


@contextmanager
def session(account: Account, allowance: Allowance, *, resolver: Resolver = resolve) -> Iterator[Session]:
    """Give a session with a server. Raises ServerFailed; TransactionOpen when called within a unit of work."""
    ensure_no_transaction()
    address = _checked(account, allowance, resolver)
    client: imapclient.IMAPClient | None = None
    try:
        client = _Pinned(account, address)
        if account.security == "starttls":
            client.starttls(ssl.create_default_context())
        client.login(account.user, account.password)
        yield Session(client)
    except LoginError as fault:
        raise ServerFailed("login") from fault
    except ssl.SSLError as fault:
        raise ServerFailed("tls") from fault
    except OSError as fault:
        raise ServerFailed("unreachable") from fault
    except (IMAPClientError, ValueError, KeyError) as fault:
        raise ServerFailed("tls" if client is None else "protocol") from fault
    finally:
        if client is not None:
            client.shutdown()


def _checked(account: Account, allowance: Allowance, resolver: Resolver) -> str:
    """Return the address to connect to. Raises ServerFailed."""
    host, port = account.host.strip("[]"), account.port
    found = resolver(host, port)
    if not found:
        raise ServerFailed("unreachable")
    try:
        if port not in PORTS and not _is_allowed(host, port, found, allowance):
            raise AddressRefused(why=f"port {port}")
        return check_addresses(host, port, found, allowance, ports=PORTS)[0]
    except AddressRefused as fault:
        raise ServerFailed("refused_address") from fault


def _is_allowed(host: str, port: int, addresses: list[str], allowance: Allowance) -> bool:
    return allowance.has_host(host, port) or all(
        allowance.has_address(ipaddress.ip_address(one.split("%", 1)[0]), port) for one in addresses
    )


class _Pinned(imapclient.IMAPClient):  # type: ignore[misc]  # the library has no types
    """Connects to the address that was checked, and verifies the name that was given."""

    def __init__(self, account: Account, address: str) -> None:
        self._address = address
        super().__init__(
            account.host, account.port, ssl=account.security == "tls", ssl_context=ssl.create_default_context(),
            timeout=imapclient.SocketTimeout(CONNECT_S, READ_S),
        )  # fmt: skip

    def _create_IMAP4(self) -> Any:  # noqa: N802 - the library's name
        context = self.ssl_context if self.ssl else None
        return _PinnedConnection(self.host, self.port, self._address, context)


class _PinnedConnection(IMAP4WithTimeout):  # type: ignore[misc]  # the library has no types
    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext | None) -> None:
        self._address, self._context = address, context
        super().__init__(host, port, CONNECT_S)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        plain = socket.create_connection((self._address, self.port), timeout or CONNECT_S)
        return plain if self._context is None else self._context.wrap_socket(plain, server_hostname=self.host)
