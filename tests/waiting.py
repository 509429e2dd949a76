"""Waiting for what another thread, process or browser does, however slow the machine is.

A test names what must come about, never how soon: whoever waits goes on in the moment it has, and gives up only when
it surely never will.
"""

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE_S = 120.0
LOOK_AGAIN_S = 0.02
T = TypeVar("T")


def until(found: Callable[[], T], what: object = "") -> T:
    """Return the first true value that `found` returns. Raises AssertionError, saying `what`, when none comes."""
    gives_up_at = time.monotonic() + PATIENCE_S
    while not (value := found()):
        assert time.monotonic() < gives_up_at, f"waited in vain: {what() if callable(what) else what}"
        time.sleep(LOOK_AGAIN_S)
    return value
