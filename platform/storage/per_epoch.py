"""What is read once per access epoch and then remembered: the rulebook of permissions, the structure of people.

    _books = PerEpoch(load)
    book = _books.present(unit)      # as this unit of work sees it
    POOLS = PerForm(read_pools)
    pools = POOLS.of(unit, form)     # the same for each version of each form

One value is kept per database. A new epoch (`access_epoch.advance`) makes a new one at the next question.
"""

import threading
import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

from formloom.platform.definitions.form import FormVersion
from formloom.platform.storage import access_epoch
from formloom.platform.storage.database import ReadUnit, UnitOfWork

T = TypeVar("T")


class PerEpoch(Generic[T]):
    """Keeps what `read` found in the present epoch of each database."""

    def __init__(self, read: Callable[[ReadUnit], T]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._kept: weakref.WeakKeyDictionary[object, tuple[str, T]] = weakref.WeakKeyDictionary()

    def present(self, unit: ReadUnit) -> T:
        """Return the value as this unit of work sees it."""
        epoch, engine = access_epoch.current(unit), unit.conn.engine
        with self._lock:
            kept = self._kept.get(engine)
        if kept is not None and epoch and kept[0] == epoch:
            return kept[1]
        value = self._read(unit)
        if isinstance(unit, UnitOfWork):  # what is rolled back must not be remembered
            unit.after_commit(lambda: self._keep(engine, epoch, value))
        else:
            self._keep(engine, epoch, value)
        return value

    def _keep(self, engine: object, epoch: str, value: T) -> None:
        with self._lock:
            self._kept[engine] = (epoch, value)


class PerForm(Generic[T]):
    """Keeps what `read` found for a version of a form in the present epoch."""

    def __init__(self, read: Callable[[ReadUnit, FormVersion], T]) -> None:
        self._read = read
        self._known: PerEpoch[dict[tuple[str, int], T]] = PerEpoch(lambda _unit: {})

    def of(self, unit: ReadUnit, form: FormVersion) -> T:
        """Return what belongs to a form as this unit of work sees it."""
        known, key = self._known.present(unit), (form.form_id, form.version)
        if key not in known:
            known[key] = self._read(unit, form)
        return known[key]
