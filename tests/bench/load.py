"""A small load generator: keep-alive connections on plain sockets, so that the client costs little.

Every request is prepared as bytes; an answer is read by its Content-Length. Bounded in count and time.
"""

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

Prepare = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run showed."""

    p50_ms: float
    per_second: float


class Connection:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""

    def send(self, request: bytes) -> tuple[int, bytes]:
        """Send one request and return status and body."""
        self._socket.sendall(request)
        while b"\r\n\r\n" not in self._buffer:
            self._more()
        head, _, rest = self._buffer.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        while len(rest) < length:
            self._more()
            rest = self._buffer.partition(b"\r\n\r\n")[2]
        self._buffer = rest[length:]
        return int(head.split(b" ", 2)[1]), rest[:length]

    def _more(self) -> None:
        data = self._socket.recv(262_144)
        if not data:
            raise ConnectionError("closed by the server")
        self._buffer += data

    def close(self) -> None:
        self._socket.close()


def request(method: str, path: str, token: str, body: bytes = b"") -> bytes:
    """Return one HTTP request."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def measure(port: int, prepare: Prepare, *, clients: int, seconds: float, expect: int) -> Figures:
    """Send requests for `seconds` from `clients` connections; every answer must have the status `expect`."""
    numbers: Iterator[int] = itertools.count()
    times: list[list[float]] = [[] for _ in range(clients)]
    faults: list[str] = []
    until = time.perf_counter() + seconds

    def work(mine: list[float]) -> None:
        connection = Connection(port)
        while time.perf_counter() < until:
            raw = prepare(next(numbers))
            began = time.perf_counter()
            status, body = connection.send(raw)
            mine.append(time.perf_counter() - began)
            if status != expect:
                faults.append(f"{status} {body[:200]!r}")
                break
        connection.close()

    threads = [threading.Thread(target=work, args=(mine,)) for mine in times]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise RuntimeError(f"unexpected answer: {faults[0]}")
    took = time.perf_counter() - began
    every = [one for mine in times for one in mine]
    return Figures(median(every) * 1000, len(every) / took)
