"""Jobs in processes of their own, a few at a time, so that nobody's requests wait for somebody's file.

The process gets the job's id and the installation's settings, nothing else. What waits here when the server stops is
still a row that says "queued"; `start` takes it up again when the server is back. Two servers may start the same job:
the row can be claimed only once.
"""

import collections
import logging
import os
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence

AT_ONCE = 2
_log = logging.getLogger(__name__)


class JobProcesses:
    """Starts a process for each job and notices how it ends."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], on_death: Callable[[str], None]) -> None:
        self._command = list(command)
        self._environ = {**os.environ, **environ}
        self._on_death = on_death
        self._lock = threading.Lock()
        self._waiting: collections.deque[str] = collections.deque()
        self._busy = 0

    def start(self, job_id: str) -> None:
        """Do a job as soon as fewer than `AT_ONCE` others run here. Returns at once and never raises."""
        with self._lock:
            self._waiting.append(job_id)
            if self._busy >= AT_ONCE:
                return
            self._busy += 1
        threading.Thread(target=self._work, name="jobs", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._busy -= 1
                    return
                job_id = self._waiting.popleft()
            self._do(job_id)

    def _do(self, job_id: str) -> None:
        try:
            # a session of its own: stopping the server by Ctrl-C does not break a running import
            code = subprocess.call(  # noqa: S603 - ourselves, with an id of ours
                [*self._command, job_id], env=self._environ, stdin=subprocess.DEVNULL, start_new_session=True
            )
        except OSError:
            _log.exception("no process for job %s", job_id)
            code = -1
        if code != 0:
            _log.error("job %s ended with status %s", job_id, code)
            try:
                self._on_death(job_id)
            except Exception:  # noqa: BLE001 - a thread of its own has nobody to tell
                _log.exception("job %s is dead, but its row could not be written", job_id)
