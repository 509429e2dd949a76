"""Which message brokers answer here, and a line between a broker and its users that can be cut."""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

import pytest

URLS = {
    "RabbitMQ": os.environ.get("FORMLOOM_TEST_RABBITMQ", "amqp://guest:guest@127.0.0.1:5672//"),
    "Redis": os.environ.get("FORMLOOM_TEST_REDIS", "redis://127.0.0.1:6379/0"),
}


def answers(name: str) -> bool:
    """Tell whether somebody listens where the broker called `name` should be."""
    parts = urlsplit(URLS[name])
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0), timeout=60).close()
    except OSError:
        return False
    return True


HAS = {name: answers(name) for name in URLS}
NEEDS_RABBITMQ = pytest.mark.skipif(not HAS["RabbitMQ"], reason="RabbitMQ is not running here")
BROKERS = [
    pytest.param(name, marks=pytest.mark.skipif(not HAS[name], reason=f"{name} is not running here")) for name in URLS
]


@dataclass
class Line:
    """A port that leads to another one, until it is cut."""

    url: str
    _listening: socket.socket
    _target: tuple[str, int]
    _open: list[socket.socket] = field(default_factory=list)
    _is_cut: bool = False

    def cut(self) -> None:
        """Break every connection and let nobody through."""
        self._is_cut = True
        self._break()

    def mend(self) -> None:
        self._is_cut = False

    def _break(self) -> None:
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def serve(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            if self._is_cut:
                near.close()
                continue
            far = socket.create_connection(self._target)
            self._open += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_pump, args=(source, sink), daemon=True).start()
            if self._is_cut:  # in this very moment
                self._break()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    for one in (source, sink):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


@contextmanager
def line_to(url: str) -> Iterator[Line]:
    """Open a line to the broker at `url`; the line's own `url` is to be used instead."""
    parts = urlsplit(url)
    login = f"{parts.username}:{parts.password}@" if parts.username else ""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        here = urlunsplit(parts._replace(netloc=f"{login}127.0.0.1:{listening.getsockname()[1]}"))
        line = Line(here, listening, (parts.hostname or "", parts.port or 0))
        threading.Thread(target=line.serve, daemon=True).start()
        yield line
        line.cut()
