"""Who the records of one write are about: recognised together, written together.

An import writes hundreds of records at once; asking for each customer alone would cost more than the records. So all
keys are looked up in one go, and new customers, keys and touchpoints are collected and written at the end. Within
the write the second record of a new customer finds the first.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from formloom.platform.customers.keys import Identification
from formloom.platform.customers.queries import identities
from formloom.platform.kernel.ids import new_id
from formloom.platform.storage.database import UnitOfWork


class Guests:
    """The customers of one write."""

    def __init__(self, uow: UnitOfWork, keys: Collection[tuple[str, str]]) -> None:
        self._uow = uow
        self._known = identities.owners(uow, keys)
        self._new: dict[str, dict[str, Any]] = {}
        self._keys: list[dict[str, str]] = []
        self._seen: dict[str, tuple[str | None, datetime]] = {}
        self._touchpoints: list[Mapping[str, Any]] = []

    def recognise(self, who: Identification, *, now: datetime) -> str:
        """Return the customer with these keys: known, joined from several, or new."""
        ids = list(dict.fromkeys(self._known[key] for key in who.keys if key in self._known))
        customer_id = ids[0] if ids else new_id()
        if not ids:
            self._new[customer_id] = {"id": customer_id, "name": who.name, "created_at": now, "seen_at": now}
        elif customer_id in self._new:
            self._new[customer_id]["name"] = self._new[customer_id]["name"] or who.name
        else:
            name, _at = self._seen.get(customer_id, (None, now))
            self._seen[customer_id] = (name or who.name, now)
        if len(ids) > 1:
            self._join(customer_id, ids[1:])
        for key in who.keys:
            if key not in self._known:
                self._known[key] = customer_id
                self._keys.append({"kind": key[0], "value": key[1], "customer_id": customer_id})
        return customer_id

    def note(self, touchpoint: Mapping[str, Any]) -> None:
        """Collect a touchpoint."""
        self._touchpoints.append(touchpoint)

    def write(self) -> None:
        """Write what was collected."""
        identities.add_customers(self._uow, list(self._new.values()))
        identities.add_keys(self._uow, self._keys)
        in_order = sorted(self._seen)  # the same everywhere, so that two writers never wait in a circle
        identities.see(self._uow, [(customer_id, *self._seen[customer_id]) for customer_id in in_order])
        identities.add_touchpoints(self._uow, self._touchpoints)
        self._new, self._keys, self._seen, self._touchpoints = {}, [], {}, []

    def _join(self, customer_id: str, others: list[str]) -> None:
        self.write()
        for other in others:
            identities.merge(self._uow, other, customer_id)
        self._known = {key: customer_id if owner in others else owner for key, owner in self._known.items()}
