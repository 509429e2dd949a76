"""How much work something is: told by what the processor did for it, never by how long it took.

Time on the wall also measures whatever else the machine does. Processor time of one thread does so little, and how
many functions were called not at all.
"""

import sys
import time
from collections.abc import Callable
from types import FrameType

TRIES = 3


def cpu_s(work: Callable[[], object], tries: int = TRIES) -> float:
    """Return the processor time that `work` takes in this thread, in the best of some tries."""
    return min(_once(work) for _try in range(tries))


def calls(work: Callable[[], object]) -> int:
    """Return how many functions `work` calls in this thread, written in Python or not."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def _once(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began
