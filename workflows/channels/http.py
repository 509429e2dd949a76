"""The one HTTP client of the house, guarded against being turned inwards.

Every name is resolved here, *all* its addresses are checked, and the connection goes to the very address that was
checked, so a name server that answers differently the second time (DNS rebinding) gains nothing. TLS still
verifies the name. No redirects, no proxies from the environment, no compressed answers; connecting takes at most
5 s, everything together 10 s even when the other side sends one byte at a time, and at most 1 MB is read.

No call while a transaction is open: a slow stranger must never hold a lock of ours.
"""

import functools
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import httpcore
import httpx

from formloom.platform.storage.database import ensure_no_transaction
from formloom.workflows.channels.addresses import AddressRefused, Allowance, check_addresses, check_url

CONNECT_S = 5.0
TOTAL_S = 10.0
MAX_BODY_BYTES = 1_000_000
AGENT = "Formloom-Webhooks/1"

Resolver = Callable[[str, int], list[str]]


class CallFailed(Exception):
    """The other side could not be reached, or did not answer properly in time; worth another try."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back; `body` is cut at the limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def resolve(host: str, port: int) -> list[str]:
    """Return every address of `host` by the system's resolver; none for an unknown name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedHttp:
    """Sends single requests to addresses chosen by users."""

    def __init__(self, allowance: Allowance | None = None, *, resolver: Resolver = resolve) -> None:
        self._allowance = allowance or Allowance()
        self._resolver = resolver

    def send(self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"") -> HttpAnswer:
        """Return the answer, of whatever status.

        Raises AddressRefused, CallFailed; TransactionOpen when called within a unit of work.
        """
        ensure_no_transaction()
        check_url(url, self._allowance)
        backend = _GuardedBackend(self._allowance, self._resolver, time.monotonic() + TOTAL_S)
        transport = _PinnedTransport(backend)
        patience = httpx.Timeout(TOTAL_S, connect=CONNECT_S)
        sent = {"user-agent": AGENT, "accept-encoding": "identity", **headers}
        try:
            with (
                httpx.Client(transport=transport, trust_env=False, follow_redirects=False, timeout=patience) as client,
                client.stream(method, url, headers=sent, content=body) as answer,
            ):
                return HttpAnswer(answer.status_code, dict(answer.headers), _read(answer.iter_raw(65_536)))
        except AddressRefused:
            raise
        except httpx.InvalidURL as fault:
            raise AddressRefused(why="malformed") from fault
        except (httpx.HTTPError, httpcore.ProtocolError, ValueError, OSError) as fault:
            raise CallFailed(f"{type(fault).__name__}: {fault}") from fault


def _read(chunks: Iterable[bytes]) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) >= MAX_BODY_BYTES:
            break
    return bytes(body[:MAX_BODY_BYTES])


class _PinnedTransport(httpx.HTTPTransport):
    """httpx's transport over a connection pool whose connections are made by the guarded backend."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:  # the parent's would build a pool of its own
        self._pool = httpcore.ConnectionPool(ssl_context=_tls(), max_connections=1, network_backend=backend)


@functools.cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


class _GuardedBackend(httpcore.NetworkBackend):
    def __init__(self, allowance: Allowance, resolver: Resolver, deadline: float) -> None:
        self._plain = httpcore.SyncBackend()
        self._allowance = allowance
        self._resolver = resolver
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        name = host.strip("[]")
        allowed = check_addresses(name, port, self._resolver(name, port), self._allowance)
        stream = self._plain.connect_tcp(
            allowed[0], port, _within(timeout, self._deadline), local_address, socket_options
        )
        return _TimedStream(stream, self._deadline)

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002 - httpcore's signature
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 - the signature is the base's
    ) -> httpcore.NetworkStream:
        raise AddressRefused(why=f"unix socket {path}")

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class _TimedStream(httpcore.NetworkStream):
    """A stream whose every wait ends at one common deadline, so that a trickle of bytes can't hold it open."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _within(timeout, self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _within(timeout, self._deadline))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: object, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _within(timeout, self._deadline)
        secured = self._stream.start_tls(ssl_context, server_hostname, left)  # type: ignore[arg-type]  # left is set above
        return _TimedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _within(timeout: float | None, deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("out of time")
    return left if timeout is None else min(timeout, left)
