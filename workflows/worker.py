"""What runs beside the requests: one thread for flows, one for deliveries, woken after each commit.

What is sent is sent by threads of the sender, one for each server that it goes to. Beside PostgreSQL, where there may
be other workers, a third thread tells that this one lives, so that others take over soon what it can't finish.
"""

import logging
import os
import secrets
import threading
from collections.abc import Callable

from formloom.platform.web.runtime import Runtime
from formloom.workflows.deliveries.sender import Sender
from formloom.workflows.dispatcher import Dispatcher
from formloom.workflows.leadership import BEAT_S
from formloom.workflows.queries import leases
from formloom.workflows.ticker import Ticker

POLL_S = 0.5
PAUSE_S = 0.04
"""How long a woken loop lets others come along: many writes in a row then cost one look together, not one each."""
PLENTY = 20
"""With so much taken at once, more is probably waiting already."""
STOP_S = 20
_log = logging.getLogger(__name__)


class Worker:
    """The background work of one process."""

    def __init__(self, rt: Runtime, *, with_ticker: bool = True, with_flows: bool = True) -> None:
        self._rt = rt
        self.owner = owner = f"{os.uname().nodename[:30]}:{os.getpid()}:{secrets.token_hex(4)}"
        self.dispatcher = Dispatcher(rt, owner)
        self.sender = Sender(rt.db, rt.settings, rt.clock, owner)
        self.ticker = Ticker(rt, owner) if with_ticker else None
        self._stopping = threading.Event()
        self._loops = [
            _Loop("flows", self.dispatcher.dispatch, self._stopping),
            _Loop("deliveries", lambda: self.sender.begin_due(self.wake), self._stopping),
        ]
        if not with_flows:
            self._loops = []
        has_company = rt.db.dialect == "postgresql"
        self._pulse = _Pulse(self._sign_in, self._stopping) if self._loops and has_company else None

    def start(self) -> None:
        """Start the threads; to be called after the server has forked."""
        if self._pulse is not None:
            self._pulse.start()
        for loop in self._loops:
            loop.start()
        if self.ticker is not None:
            self.ticker.start()

    def wake(self) -> None:
        """Look now instead of at the next poll."""
        for loop in self._loops:
            loop.woken.set()

    def look(self) -> None:
        """Look now, and return when the events that wait were looked at: what another process woke this one for."""
        flows = self._loops[0]
        flows.looked.clear()
        self.wake()
        flows.looked.wait(STOP_S)

    def stop(self) -> None:
        """Finish what is being done and stop."""
        self._stopping.set()
        if self.ticker is not None:
            self.ticker.stop()
        self.wake()
        for loop in self._loops:
            loop.join(STOP_S)
        self.sender.close()
        if self._pulse is not None and self._pulse.ident is not None:
            self._pulse.join(STOP_S)
            self._rt.db.write(lambda uow: leases.sign_out(uow, [self.owner]))

    def drain(self, *, rounds: int = 1_000) -> None:
        """Work in this thread until nothing waits; for tests, scenarios and commands."""
        for _ in range(rounds):
            if not self.dispatcher.dispatch() and not self.sender.send_due():
                return

    def _sign_in(self) -> None:
        now = self._rt.now()
        self._rt.db.write(lambda uow: leases.sign_in(uow, self.owner, now=now))


class _Pulse(threading.Thread):
    def __init__(self, beat: Callable[[], None], stopping: threading.Event) -> None:
        super().__init__(name="pulse", daemon=True)
        self._beat = beat
        self._stopping = stopping

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._beat()
            except Exception:  # noqa: BLE001 - the next beat comes
                _log.exception("the pulse stumbled")
            self._stopping.wait(BEAT_S)


class _Loop(threading.Thread):
    def __init__(self, name: str, work: Callable[[], int], stopping: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self._work = work
        self._stopping = stopping
        self.woken = threading.Event()
        self.looked = threading.Event()

    def run(self) -> None:
        while not self._stopping.is_set():
            self.woken.clear()  # before looking: what is woken meanwhile is looked for again
            try:
                taken = self._work()
            except Exception:  # noqa: BLE001 - the rows are still there
                _log.exception("%s stumbled", self.name)
                taken = 0
                self._stopping.wait(1.0)
            self.looked.set()
            if taken < PLENTY and (taken or self.woken.wait(POLL_S)):
                self._stopping.wait(PAUSE_S)
