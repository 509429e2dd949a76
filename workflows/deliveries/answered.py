"""What a called system answered, for the run that waits for it: an event like any other, so none is lost."""

from datetime import datetime
from typing import Any

import orjson

from formloom.platform.storage.database import UnitOfWork
from formloom.workflows.channels.http import HttpAnswer
from formloom.workflows.queries import claims
from formloom.workflows.queries.posts import Post

MAX_ANSWER_BYTES = 65_536
"""Longer answers are not read: a run keeps a few values, no documents."""


def tell(uow: UnitOfWork, post: Post, answer: HttpAnswer | None, error: str | None, *, now: datetime) -> None:
    """Have the run that a delivery belongs to go on, where it waits for the answer; else nothing."""
    place = post.payload.get("answer_to")
    if not place or not post.form_id:
        return
    told: dict[str, Any] = {"timer": "answer", **place, "delivery": post.id, "error": error}
    if answer is not None:
        told |= {"status": answer.status, "body": _read(answer.body)}
    claims.add_occasion(uow, "flow.timer", post.form_id, post.record_id or "", told, now=now)


def _read(body: bytes) -> Any:
    try:
        return orjson.loads(body) if len(body) <= MAX_ANSWER_BYTES else None
    except orjson.JSONDecodeError:
        return None
