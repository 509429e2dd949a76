"""Identifiers: UUIDv7 as lower-case text, ordered by creation time.

Source: RFC 9562 §5.7, with a 12-bit counter in rand_a (method 1 of §6.2) so that ids made in one process
within the same millisecond keep their order.
"""

import os
import re
import threading
import time

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_lock = threading.Lock()
_last_ms = 0
_counter = 0


def new_id() -> str:
    """Return a fresh UUIDv7, greater than every id that this process made before."""
    ms, counter = _tick()
    tail = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    number = (ms << 80) | (0x7 << 76) | (counter << 64) | (0b10 << 62) | tail
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_id(text: object) -> bool:
    """Tell whether `text` has the shape of an id made by `new_id`."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def _tick() -> tuple[int, int]:
    global _last_ms, _counter  # noqa: PLW0603 - the order of ids is a property of the process
    with _lock:
        now_ms = time.time_ns() // 1_000_000
        if now_ms > _last_ms:
            _last_ms, _counter = now_ms, int.from_bytes(os.urandom(1), "big")
        else:
            _counter += 1
            if _counter > 0xFFF:
                _last_ms, _counter = _last_ms + 1, 0
        return _last_ms, _counter
