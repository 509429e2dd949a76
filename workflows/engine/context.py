"""What a flow knows while it runs: the record before and after, who and when; nothing that changes the outside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.events import Cause
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.workflows.engine import scope

OccasionKind = Literal[
    "record.created", "record.updated", "record.deleted", "record.restored",
    "flow.button", "flow.scheduled", "flow.date_offset", "flow.webhook", "flow.called",
    "flow.sla_event", "flow.pool_event", "flow.message", "sla.due", "blueprint.due",
]  # fmt: skip
Words = Callable[[str], Mapping[str, Any]]
People = Callable[[Sequence[Mapping[str, Any]]], Sequence[Mapping[str, Any]]]


def _nobody(_meant: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    return ()


def _no_words(_locale: str) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Occasion:
    """What sets flows off: one row of the outbox, read.

    `flow_id` names the only flow that is meant, for a button, a timer or a hook. `messages` off means that
    nothing may leave the house on this occasion.
    """

    event_id: str
    kind: OccasionKind
    app_id: str
    form_id: str
    at: datetime
    record_id: str | None = None
    after: JSONObject = field(default_factory=dict)
    before: JSONObject = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    actor_kind: str = "system"
    actor_id: str | None = None
    locale: str = "zh-CN"
    cause: Cause = Cause()  # noqa: RUF009 - frozen
    messages: bool = True
    flow_id: str | None = None
    payload: JSONObject = field(default_factory=dict)

    @property
    def transition(self) -> Mapping[str, Any]:
        """What is told of the transition of a blueprint that was taken (`records/record.py` Passage); else nothing."""
        context: Any = self.payload.get("context") if self.kind == "record.updated" else None
        return (context or {}).get("transition") or {}


def _no_facts() -> Mapping[str, Any]:
    return {}


@dataclass(slots=True)
class Context:
    """The state of one run. `values` follow what the flow's own actions change."""

    form: FormVersion
    occasion: Occasion
    now: datetime
    zone: ZoneInfo
    values: dict[str, Any]
    words: Words = _no_words
    """Gives the variables of templates in a language: `record`, `form`, `links` …"""
    people: People = _nobody
    """Finds the people that parts of a document mean: `id` and `name` of each."""
    facts: Callable[[], Mapping[str, Any]] = _no_facts
    """Gives what stands beside the record's values: `id`, `created_at`, `created_by` and their like."""
    item: Any = None
    """What a loop stands at; see `engine/scope.py`."""
    kept: Mapping[str, Any] = field(default_factory=dict)
    """Results of earlier nodes by name."""

    def at(self, item: Any, kept: Mapping[str, Any]) -> "Context":
        """Return the context at one place of a run; the values are the same ones."""
        if item is None and not kept:
            return self
        known, beside = self.words, scope.words(item, kept)
        return replace(self, item=item, kept=kept, words=lambda locale: {**known(locale), **beside})

    @property
    def record_id(self) -> str | None:
        return self.occasion.record_id

    @property
    def before(self) -> JSONObject:
        return self.occasion.before

    @property
    def today(self) -> str:
        """Return the local date."""
        return self.now.astimezone(self.zone).date().isoformat()
