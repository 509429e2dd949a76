"""The hands of a flow: everything that an action may do.

A protocol, because there are two desks: the one of the dispatcher writes within the run's transaction, the one of
a rehearsal answers what would happen and cannot write at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from formloom.platform.kernel.text import LocalizedText
from formloom.workflows.durations import Duration
from formloom.workflows.engine.context import Context
from formloom.workflows.engine.outcome import Outcome

Asking = Literal["approve", "fill", "cc", "start"]


@dataclass(frozen=True, slots=True)
class Found:
    """Records of another form: as a run keeps them, what their fields hold, and `id` and `title` of each."""

    rows: list[dict[str, Any]]
    kinds: dict[str, Any]
    told: list[dict[str, Any]]


class Desk(Protocol):
    """What an action may ask for while a step is performed."""

    context: Context
    is_live: bool
    """False at a rehearsal, where nothing is waited for."""

    def change_record(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Change the flow's record through the write pipeline; return the values that are now different."""
        ...

    def change_others(self, form_key: str, match: Mapping[str, Any], values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Change the records of a form of the same app whose fields equal `match`, at most 20; return their ids and
        titles."""
        ...

    def find_records(self, form_key: str, tree: Mapping[str, Any], sort: Sequence[str], limit: int) -> Found:
        """Return records of a form of the same app that meet a condition. Raises BadQuery, ConditionInvalid."""
        ...

    def delete_others(self, form_key: str, match: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Delete the records of a form of the same app whose fields equal `match`, at most 20; return their ids and
        titles."""
        ...

    def add_record(self, form_key: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Create a record in a form of the same app; return `form`, `id` and `title`."""
        ...

    def add_comment(self, text: str) -> None:
        """Comment on the flow's record."""
        ...

    def notify(self, user_ids: Sequence[str], text: LocalizedText) -> int:
        """Tell members in the app; return how many were told."""
        ...

    def send_reply(self, address: str, subject: str, body: str, locale: str) -> dict[str, Any]:
        """Put an automatic mail among the deliveries; return `delivery`, `state` and the `cause` if held back."""
        ...

    def call(self, url: str, secret: str | None, body: Mapping[str, Any], *, waits: bool = False) -> dict[str, Any]:
        """Put a webhook call among the deliveries; return `delivery` and `state`.

        With `waits` the node is told what came back, or that nothing ever will.
        """
        ...

    def assign(self, rule: Mapping[str, Any], rule_key: str, field: str) -> dict[str, Any]:
        """Choose a person by an assignment rule and log why; return `user`, `name` and `why`."""
        ...

    def document(self, kind: str, key: str) -> dict[str, Any] | None:
        """Return a published document of the same app, or None."""
        ...

    def people(self, to: Mapping[str, Any]) -> list[str]:
        """Return the members meant by `{"user_field"|"users"|"role"|"department"|"item"}`, active ones only."""
        ...

    def addresses(self, to: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Return mail addresses with the language to write in; for `{"field"}`, that of the respondent."""
        ...

    def ask(self, kind: Asking, node: Mapping[str, Any]) -> Outcome:
        """Give the people of a node their tasks; the outcome waits unless nobody needs to be waited for."""
        ...

    def later(self, after: Duration, calendar: str | None) -> datetime | None:
        """Return the moment after a duration, counted in a calendar's working hours if one is named."""
        ...

    def wait_for_change(self, until: datetime | None, looks_at: datetime | None) -> Outcome:
        """Have the run look at its node again whenever the record changes and at `looks_at`, and wake it at `until`."""
        ...

    def wait_until(self, at: datetime) -> Outcome:
        """Have the run go on at a moment."""
        ...

    def start_process(self, flow_key: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Create a record of another flow's form and start that flow for it; return `flow`, `record` and `title`."""
        ...
