"""Who leads where several processes could: a seat that one holds by a lease, and a watch over the workers.

The holder counts the lease up every `BEAT_S`; the others look as often, and take the seat when its count stood still
for `SILENT_S` on their own steady clock. So a leader that was killed is replaced within `SILENT_S + 2 * BEAT_S`, and
one that says goodbye at once. Clocks that differ or jump change nothing. A leader that was only paused finds its fence
outdated: what it writes proves the fence in the same transaction (`prove`).

    seat = Seat(db, clock, "ticker", owner)
    seat.attend()                                   # every BEAT_S
    db.write(lambda uow: (seat.prove(uow), …))      # what only the leader does
"""

import time
from collections.abc import Callable

from formloom.platform.kernel.clock import Clock
from formloom.platform.storage.database import Database, UnitOfWork
from formloom.workflows.queries import leases
from formloom.workflows.queries.leases import Lease

BEAT_S = 2.0
SILENT_S = 6.0
TICKER = "ticker"


class Deposed(Exception):
    """Somebody else leads by now; nothing of the unit was written."""


class Seat:
    """One process's claim to a lease."""

    def __init__(
        self, db: Database, clock: Clock, name: str, holder: str, *, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._db = db
        self._clock = clock
        self._name = name
        self._holder = holder
        self._steady = steady
        self._fence: int | None = None
        self._renewed = 0.0
        self._watched = Stillness(steady)

    @property
    def is_ours(self) -> bool:
        """Tell whether this process leads as far as it knows: renewed lately, or not long enough ago to be taken."""
        return self._fence is not None and self._steady() - self._renewed < SILENT_S

    @property
    def fence(self) -> int | None:
        """Return the number of this leadership, or None when another leads."""
        return self._fence

    def attend(self) -> bool:
        """Renew the lease, or take it when it is free or its holder fell silent; tell whether it was gained now."""
        now, began = self._clock.now(), self._steady()
        if (fence := self._fence) is not None:
            if self._db.write(lambda uow: leases.renew(uow, self._name, fence, now=now)):
                self._renewed = began
                return False
            self._fence = None
        with self._db.read() as unit:
            found = leases.find(unit, self._name)
        if found is not None and found.holder != leases.NOBODY and not self._watched.is_still(found, SILENT_S):
            return False
        self._fence = self._db.write(lambda uow: leases.take(uow, self._name, self._holder, found, now=now))
        self._renewed = began
        return self._fence is not None

    def prove(self, uow: UnitOfWork) -> None:
        """Make sure that nobody else leads until `uow` is over. Raises Deposed."""
        if self._fence is None or not leases.is_held(uow, self._name, self._fence):
            raise Deposed

    def leave(self) -> None:
        """Give the seat to the next one."""
        if (fence := self._fence) is not None:
            self._fence = None
            self._db.write(lambda uow: leases.give_back(uow, self._name, fence))


class Stillness:
    """Remembers since when leases have not been counted up, by a clock that never jumps."""

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        self._steady = steady
        self._seen: dict[str, tuple[int, int, float]] = {}

    def is_still(self, lease: Lease, seconds: float) -> bool:
        """Tell whether a lease has been the same for `seconds`; seen for the first time, it never has."""
        fence, beat, since = self._seen.get(lease.name, (-1, -1, 0.0))
        if (fence, beat) != (lease.fence, lease.beat):
            since = self._steady()
            self._seen[lease.name] = (lease.fence, lease.beat, since)
        return self._steady() - since >= seconds

    def forget(self, lease: Lease) -> None:
        """Stop remembering a lease that is gone."""
        self._seen.pop(lease.name, None)


def silent_workers(found: list[Lease], stillness: Stillness) -> list[str]:
    """Return the owners among `found` that have not been heard of for `SILENT_S`, and forget them."""
    silent = [lease for lease in found if stillness.is_still(lease, SILENT_S)]
    for lease in silent:
        stillness.forget(lease)
    return [lease.holder for lease in silent]
