"""The pieces of time in which a zone keeps one distance from UTC.

SQLite knows no zones; with these pieces a query can say for each moment how far its clock on the wall was ahead, so
that days, weeks and months begin where they do on PostgreSQL, before and after a clock change.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_STEP = timedelta(days=5)
"""No zone changed its clocks twice within five days and back."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch of time; `begins_at` and `ends_at` are None where it has no end."""

    begins_at: datetime | None
    ends_at: datetime | None
    offset_s: int


@lru_cache(maxsize=16)
def pieces(zone_key: str) -> tuple[Piece, ...]:
    """Return the pieces of a zone in order, without gaps; exact to the second from 1900 to 2100."""
    zone = ZoneInfo(zone_key)
    found: list[Piece] = []
    begins_at, moment, offset_s = None, _FIRST, _offset_s(_FIRST, zone)
    while moment < _LAST:
        following = moment + _STEP
        if _offset_s(following, zone) != offset_s:
            change = _change(moment, following, zone)
            found.append(Piece(begins_at, change, offset_s))
            begins_at, offset_s = change, _offset_s(change, zone)
        moment = following
    return (*found, Piece(begins_at, None, offset_s))


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first second with another offset than `before`."""
    offset_s = _offset_s(before, zone)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if _offset_s(middle, zone) == offset_s else (before, middle)
    return after


def _offset_s(moment: datetime, zone: ZoneInfo) -> int:
    offset = moment.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0
