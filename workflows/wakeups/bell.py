"""Ringing for the workers of other processes, without ever keeping anybody waiting.

`ring` only notes that somebody rang. A thread, started by the first ring (so after any fork), tells the broker: rings
that come while it does so, or shortly after, are one. When the broker is down it says so once, tries again ever more
seldom, and the workers find the rows by looking, twice a second.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from formloom.platform.kernel.settings import Settings

if TYPE_CHECKING:
    from formloom.workflows.wakeups.broker import Broker

PAUSE_S = 0.02
BACK_OFF_S = (0.5, 1.0, 2.0, 5.0, 10.0)
_log = logging.getLogger(__name__)


class Rope(Protocol):
    """What rings elsewhere; may take seconds and may raise anything."""

    def ring(self) -> bool: ...

    def hang_up(self) -> None: ...


class Bell:
    """The wake-ups that one process sends."""

    def __init__(self, reach: Callable[[], Rope]) -> None:
        self._reach = reach
        self._rung = threading.Event()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._pid = 0
        self.failures = 0
        """How often in a row the broker could not be told."""

    def ring(self) -> None:
        """Wake workers elsewhere; returns at once and never raises."""
        self._rung.set()
        if self._thread is None or self._pid != os.getpid():
            self._begin()

    def close(self, timeout_s: float = 3.0) -> None:
        """Tell what was rung for, if that goes quickly, and stop."""
        self._stopping.set()
        self._rung.set()
        if self._thread is not None and self._pid == os.getpid():
            self._thread.join(timeout_s)

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None or self._pid != os.getpid():
                self._pid = os.getpid()
                self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        rope: Rope | None = None
        while not self._stopping.is_set():
            self._rung.wait()
            self._rung.clear()
            try:
                rope = rope or self._reach()
                began = time.monotonic()
                rope.ring()
                if self.failures:
                    _log.warning("the broker answers again")
                self.failures = 0
                self._stopping.wait(max(0.0, PAUSE_S - (time.monotonic() - began)))
            except Exception as fault:  # noqa: BLE001 - whatever it is, the workers look by themselves
                if not self.failures:
                    _log.warning("the broker can't be reached, workers look twice a second: %s", fault)
                self.failures += 1
                self._stopping.wait(BACK_OFF_S[min(self.failures, len(BACK_OFF_S)) - 1])
        if rope is not None:
            rope.hang_up()


def broker_of(settings: Settings) -> "Broker":
    """Return the broker that the settings name, not yet connected."""
    from formloom.workflows.wakeups.broker import Broker  # noqa: PLC0415 - without a broker Celery is not loaded

    return Broker(settings)


def probe(settings: Settings) -> str | None:
    """Return what is wrong with the broker that the settings name, or None."""
    try:
        broker_of(settings).waiting()
    except Exception as fault:  # noqa: BLE001 - whatever is wrong is what is to be told
        return f"{type(fault).__name__}: {fault}"[:300]
    return None
