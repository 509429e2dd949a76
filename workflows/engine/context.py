"""What a flow knows while it runs: the record before and after, who and when; nothing that changes the outside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.events import Cause
from formloom.platform.kernel.jsontypes import JSONObject

OccasionKind = Literal[
    "record.created", "record.updated", "record.deleted", "record.restored",
    "flow.button", "flow.scheduled", "flow.date_offset", "flow.webhook",
]  # fmt: skip
Words = Callable[[str], Mapping[str, Any]]


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

    def now_text(self) -> str:
        """Return the present moment as records show it."""
        return self.now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
