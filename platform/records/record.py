"""A record, and the facts that can stand in the way of writing one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from formloom.platform.kernel.errors import Conflict, Forbidden, Invalid
from formloom.platform.kernel.events import Cause, RecordListener


@dataclass(frozen=True, slots=True)
class Record:
    """One record as stored; `values` are clean values by field id."""

    id: str
    form_id: str
    rev: int
    values: dict[str, Any]
    created_at: datetime
    created_by: str | None
    updated_at: datetime
    updated_by: str | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """To which version of a text somebody agreed, when and in which language; `actor` is who said so."""

    version: int | None
    locale: str
    text_hash: str
    at: datetime
    actor_kind: str
    actor_id: str | None


@dataclass(frozen=True, slots=True)
class Passage:
    """A transition that was checked and is being taken: it alone moves the state of a blueprint's field.

    Made by `workflows/blueprints` only. `key` is None where somebody puts a state right.
    """

    blueprint: str
    field: str
    to: str
    was: str | None
    key: str | None
    comment: str = ""

    def dump(self) -> dict[str, Any]:
        """Return what travels with the event."""
        return {
            "blueprint": self.blueprint, "field": self.field, "from": self.was, "to": self.to, "key": self.key,
            "comment": self.comment,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How a write is to be taken, apart from what is written.

    `rules` off: no event, so no flow runs. `messages` off: flows run, nothing leaves the house. `context` travels
    with the event.
    """

    cause: Cause = Cause()  # noqa: RUF009 - frozen
    rules: bool = True
    messages: bool = True
    listeners: tuple[RecordListener[Any, Any], ...] = ()
    locale: str = "zh-CN"
    context: Mapping[str, Any] = field(default_factory=dict)
    record_id: str | None = None
    kept: frozenset[str] = frozenset()
    """Fields with values that the house itself put in: a rule that locks them doesn't judge those."""
    agreed: Mapping[str, Agreement] = field(default_factory=dict)
    """What was agreed to before the record was made, by field: when somebody sent it that is now let in."""
    passage: Passage | None = None

    @property
    def told(self) -> Mapping[str, Any]:
        """What travels with the event: the context, and the transition that was taken."""
        return self.context if self.passage is None else {**self.context, "transition": self.passage.dump()}


class StaleRecord(Conflict):
    """The record was changed since it was read; `current` and `yours` show both sides of the same fields."""

    code = "stale_record"
    message = {
        "zh-CN": "这条记录刚被修改，请选择保留哪个值",
        "en": "This record was just changed; choose which value to keep",
    }


class InvalidValues(Invalid):
    """Some values don't fit; each finding names its field."""

    code = "invalid_values"
    message = {"zh-CN": "有 {count} 处需要修改", "en": "Fields to change: {count}"}


class FormClosed(Forbidden):
    """The form takes no submissions now."""

    code = "form_closed"
    message = {"zh-CN": "表单未开放", "en": "This form is not open"}


class QuotaReached(FormClosed):
    """The form has taken as many submissions as it may."""

    code = "quota_reached"
    message = {"zh-CN": "名额已满", "en": "This form is full"}
