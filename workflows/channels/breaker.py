"""Stops calling a server that only fails, so that it does not eat the time of the others."""

import threading
from collections import defaultdict, deque
from datetime import datetime, timedelta

FAILURES = 20
WINDOW = timedelta(minutes=10)


class Breaker:
    """Counts failures per lane; open after 20 within 10 minutes, then lets one call through every 10 minutes.

    Kept in memory: after a restart every lane begins closed and opens again by itself.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures: dict[str, deque[datetime]] = defaultdict(lambda: deque(maxlen=FAILURES))
        self._probe_at: dict[str, datetime] = {}

    def waits_until(self, lane: str, now: datetime) -> datetime | None:
        """Return when the lane may be tried again, or None when it may be now.

        When the wait is over, exactly one caller is let through; its outcome decides.
        """
        with self._lock:
            probe_at = self._probe_at.get(lane)
            if probe_at is None:
                return None
            if now < probe_at:
                return probe_at
            self._probe_at[lane] = now + WINDOW
            return None

    def succeeded(self, lane: str) -> None:
        """Close the lane."""
        with self._lock:
            self._failures.pop(lane, None)
            self._probe_at.pop(lane, None)

    def failed(self, lane: str, now: datetime) -> None:
        """Count a failure and open the lane when it was one too many."""
        with self._lock:
            failures = self._failures[lane]
            failures.append(now)
            if len(failures) == FAILURES and now - failures[0] <= WINDOW:
                self._probe_at[lane] = now + WINDOW
