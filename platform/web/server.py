"""The embedded server: waitress with our own loop, so that a stop loses no request.

Measured against the alternatives (docs/decisions/002-server.md): waitress alone keeps answering when bodies come
slowly, without a proxy in front, and is one process. Its own loop drops what is in flight on SIGTERM; ours closes
the listening socket and polls until every channel has answered, 25 seconds at the most.
"""

import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from waitress import create_server

DRAIN_S = 25.0
SWITCH_INTERVAL_S = 0.0005
"""How often Python threads take turns: the default starves requests beside one busy thread."""


class Server:
    """One listening server."""

    def __init__(self, app: Flask, host: str, port: int, threads: int) -> None:
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self._server: Any = create_server(
            app, host=host, port=port, threads=threads, connection_limit=2000, asyncore_use_poll=True,
            max_request_body_size=64 * 1024 * 1024, ident=None, channel_timeout=60,
        )  # fmt: skip
        self._stopping = False

    @property
    def port(self) -> int:
        """Return the port that was bound."""
        return int(self._server.effective_port)

    def run(self, on_stop: Callable[[], None] = lambda: None) -> None:
        """Serve until SIGTERM or SIGINT, then finish what is in flight and return."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        server = self._server
        while not self._stopping:
            server.asyncore.loop(timeout=0.2, use_poll=True, map=server._map, count=1)
        server.close()
        deadline = time.monotonic() + DRAIN_S
        while self._busy() and time.monotonic() < deadline:
            server.asyncore.loop(timeout=0.05, use_poll=True, map=server._map, count=1)
        on_stop()
        server.task_dispatcher.shutdown()

    def _stop(self, _signal: int, _frame: object) -> None:
        self._stopping = True

    def _busy(self) -> bool:
        channels = [entry for entry in list(self._server._map.values()) if hasattr(entry, "requests")]
        return any(channel.requests or channel.total_outbufs_len for channel in channels)
