"""What happened to a record, and the port through which higher floors take part in its transaction.

A `RecordEvent` is written to the outbox in the record's own transaction; from there the flows are run after
the commit. What must happen *inside* the transaction but belongs to a higher floor (the touchpoint event, for
one) is a `RecordListener`, wired in `app.py`. A listener must not wait for anything and must not do I/O
beyond the given unit of work.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeVar

from formloom.platform.kernel.jsontypes import JSONObject, JSONValue

RecordEventKind = Literal["record.created", "record.updated", "record.deleted", "record.restored"]


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an event came about: the flows that led to it, oldest first, and what began it."""

    origin: str = "person"
    flows: tuple[str, ...] = ()

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Cause":
        """Return the cause of its JSON form."""
        return cls(str(told.get("origin") or "person"), tuple(map(str, told.get("flows") or ())))

    @property
    def depth(self) -> int:
        """Return how many flows stand between a person's act and this event."""
        return len(self.flows)

    def by(self, flow_id: str) -> "Cause":
        """Return the cause of what `flow_id` does now."""
        return Cause(self.origin, (*self.flows, flow_id))

    def dump(self) -> dict[str, JSONValue]:
        """Return the JSON form."""
        return {"origin": self.origin, "flows": list(self.flows)}


@dataclass(frozen=True, slots=True)
class RecordEvent:
    """One change of one record.

    `before` and `after` map field ids to JSON values as the API shows them; `before` is empty for a creation.
    `rules` off means that no flow runs for it; `messages` off means that flows run but nothing leaves the house.
    """

    id: str
    kind: RecordEventKind
    app_id: str
    form_id: str
    version: int
    record_id: str
    rev: int
    actor_kind: str
    actor_id: str | None
    at: datetime
    after: JSONObject
    before: JSONObject = field(default_factory=lambda: MappingProxyType({}))
    changed: tuple[str, ...] = ()
    cause: Cause = Cause()
    locale: str = "zh-CN"
    rules: bool = True
    messages: bool = True
    context: Mapping[str, JSONValue] = field(default_factory=lambda: MappingProxyType({}))
    """Facts about the way it came: `link`, `channel`, `import`."""
    row_fields: frozenset[str] = frozenset()
    """The fields whose values are rows; of these the history keeps the rows that differ."""


UnitT = TypeVar("UnitT", contravariant=True)
FormT = TypeVar("FormT", contravariant=True)


class RecordListener(Protocol[UnitT, FormT]):
    """Called within the record's transaction, once per write, with the events of all records that it wrote."""

    def __call__(self, uow: UnitT, events: Sequence[RecordEvent], form: FormT) -> None: ...
