"""Whose turn it is to write to a SQLite file, among processes.

SQLite lets one process write and has the others look again, ever more seldom, up to every tenth of a second. One that
writes without a pause (flows after an import) then wins every time, and the others give up. Here they stand in line:
who holds the door is next, who holds the room writes.

    with turn:
        conn.begin(); …; conn.commit()

It is manners, not safety: SQLite's own lock keeps the file whole, and who waits too long goes on without a turn and
finds out there. The kernel gives both locks back when a process dies. Each instance serves one thread at a time.
"""

import fcntl
import os
import time
from pathlib import Path

LONGEST_WAIT_S = 5.0
LOOK_AGAIN_S = 0.001


class Turn:
    """The place in line of one process."""

    def __init__(self, path: Path) -> None:
        self._paths = (path.with_name(f"{path.name}-door"), path.with_name(f"{path.name}-room"))
        self._files: tuple[int, int] | None = None

    def __enter__(self) -> None:
        if self._files is None:  # not earlier: a lock that is held across a fork belongs to both
            door, room = (os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600) for path in self._paths)
            self._files = (door, room)
        door, room = self._files
        until = time.monotonic() + LONGEST_WAIT_S
        _take(door, until)
        _take(room, until)
        fcntl.flock(door, fcntl.LOCK_UN)

    def __exit__(self, *_fault: object) -> None:
        if self._files is not None:
            fcntl.flock(self._files[1], fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the files back."""
        for file in self._files or ():
            os.close(file)
        self._files = None


def _take(file: int, until: float) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return
            time.sleep(LOOK_AGAIN_S)
        else:
            return
