"""What a run has to know of its beginning when it goes on later, or again; the record's values are read anew then."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.events import Cause
from formloom.workflows.engine.context import Occasion
from formloom.workflows.queries.runs import Standing

MAX_BYTES = 16_384
"""A longer body of a call from outside, or longer values, are not kept."""
TOLD_TO_TEMPLATES = ("hook", "sla", "message")


def remembered(occasion: Occasion) -> dict[str, Any]:
    """Return the JSON form of an occasion: who, when, how, what changed from what, what a caller said."""
    before = {name: occasion.before.get(name) for name in occasion.changed}
    payload = {name: occasion.payload[name] for name in TOLD_TO_TEMPLATES if occasion.payload.get(name)}
    return {
        "kind": occasion.kind, "actor_kind": occasion.actor_kind, "actor_id": occasion.actor_id,
        "locale": occasion.locale, "messages": occasion.messages, "cause": occasion.cause.dump(),
        "at": occasion.at.isoformat(), **_if_short("before", before), **_if_short("payload", payload),
    }  # fmt: skip


def recalled(stood: Standing, form: FormVersion, values: Mapping[str, Any]) -> Occasion:
    """Return the occasion of a run, with the record's values as they are now."""
    told = stood.occasion
    before: Mapping[str, Any] = told.get("before") or {}
    return Occasion(
        event_id=stood.event_id, kind=told.get("kind") or "record.created", app_id=form.app_id, form_id=form.form_id,
        at=datetime.fromisoformat(told["at"]) if told.get("at") else stood.at, record_id=stood.record_id or None,
        after=dict(values), before={**values, **before} if before else {}, changed=tuple(before),
        actor_kind=told.get("actor_kind") or "system", actor_id=told.get("actor_id"),
        locale=told.get("locale") or "zh-CN", cause=Cause.of(told.get("cause") or {}),
        messages=told.get("messages", True), payload=told.get("payload") or {},
    )  # fmt: skip


def _if_short(name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: dict(value)} if value and len(orjson.dumps(value, default=str)) <= MAX_BYTES else {}
