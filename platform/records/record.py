"""A record, and the facts that can stand in the way of writing one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from formloom.platform.kernel.errors import Conflict, Forbidden, FormloomError, Invalid
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
    message = {"zh-CN": "有 {count} 处需要修改", "en": "{count} fields need a change"}


class FormClosed(Forbidden):
    """The form takes no submissions now."""

    code = "form_closed"
    message = {"zh-CN": "表单未开放", "en": "This form is not open"}


class QuotaReached(FormClosed):
    """The form has taken as many submissions as it may."""

    code = "quota_reached"
    message = {"zh-CN": "名额已满", "en": "This form is full"}


class RecordDeleted(FormloomError):
    """The record is in the trash."""

    code = "record_deleted"
    kind = "missing"
    message = {"zh-CN": "记录已在回收站", "en": "This record is in the trash"}
