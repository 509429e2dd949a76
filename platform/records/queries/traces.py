"""What is written beside a record: history, outbox, comments, serial counters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from formloom.platform.kernel.events import RecordEvent
from formloom.platform.kernel.ids import new_id
from formloom.platform.records.queries.child_rows import differing
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.prepared import Insertion, PreparedInsert
from formloom.platform.storage.tables import comments, outbox, record_history, serial_counters

_HISTORY = PreparedInsert(record_history)
_OUTBOX = PreparedInsert(outbox, ("id", "kind", "form_id", "record_id", "payload", "state", "created_at"))


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One step in the life of a record."""

    rev: int
    at: datetime
    actor_kind: str
    actor_id: str | None
    act: str
    changes: dict[str, Any]
    cause: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class CommentRow:
    """One comment."""

    id: str
    actor_kind: str
    actor_id: str | None
    body: str
    at: datetime


def note(uow: UnitOfWork, events: Iterable[RecordEvent], *, is_heard: bool, is_followed: bool = False) -> None:
    """Write what each event leaves behind."""
    uow.leave(*left_by(list(events), is_heard=is_heard, is_followed=is_followed))


def left_by(events: Sequence[RecordEvent], *, is_heard: bool, is_followed: bool = False) -> list[Insertion]:
    """Return what events leave behind: a history row each, and an outbox row for those that flows may run for.

    Where no flow listens (`is_heard` is False) the outbox row is done from the start and carries no values, which
    stand in the history. Where records of other forms follow (`is_followed`), no event is left out.
    """
    outbox_row = _waiting if is_heard else _done
    return [
        (_HISTORY, [_history(event) for event in events]),
        (_OUTBOX, [outbox_row(one) for one in events if one.rules or is_followed]),
    ]


def _history(event: RecordEvent) -> dict[str, Any]:
    return {
        "id": event.id, "form_id": event.form_id, "record_id": event.record_id, "rev": event.rev, "at": event.at,
        "actor_kind": event.actor_kind, "actor_id": event.actor_id, "act": event.kind.removeprefix("record."),
        "changes": {name: _change(event, name) for name in event.changed},
        "cause": event.cause.dump() if event.cause.flows or event.cause.origin != "person" else None,
    }  # fmt: skip


def _change(event: RecordEvent, name: str) -> list[Any]:
    sides = event.before.get(name), event.after.get(name)
    return list(differing(*sides) if name in event.row_fields else sides)


def _waiting(event: RecordEvent) -> dict[str, Any]:
    row = _done(event)
    values = {"before": event.before, "after": event.after, "changed": list(event.changed)}
    return {**row, "payload": {**row["payload"], **values}, "state": "new"}


def _done(event: RecordEvent) -> dict[str, Any]:
    return {
        "id": event.id, "kind": event.kind, "form_id": event.form_id, "record_id": event.record_id,
        "payload": {
            "app_id": event.app_id, "version": event.version, "rev": event.rev, "actor_kind": event.actor_kind,
            "actor_id": event.actor_id, "cause": event.cause.dump(), "locale": event.locale,
            "messages": event.messages, "context": dict(event.context), **({} if event.rules else {"rules": False}),
        },
        "state": "done", "created_at": event.at,
    }  # fmt: skip


def note_step(
    uow: UnitOfWork, form_id: str, record_id: str, rev: int, act: str, actor: tuple[str, str | None],
    changes: Mapping[str, Any], *, now: datetime,
) -> None:  # fmt: skip
    """Write a step of a record's life that is no change of it; `actor` is kind and id."""
    row = {
        "id": new_id(), "form_id": form_id, "record_id": record_id, "rev": rev, "at": now, "actor_kind": actor[0],
        "actor_id": actor[1], "act": act, "changes": dict(changes), "cause": None,
    }  # fmt: skip
    uow.leave((_HISTORY, [row]))


def history_of(unit: ReadUnit, record_id: str, *, limit: int = 200) -> list[HistoryRow]:
    """Return a record's history, newest first."""
    rows = unit.conn.execute(
        select(
            record_history.c.rev, record_history.c.at, record_history.c.actor_kind, record_history.c.actor_id,
            record_history.c.act, record_history.c.changes, record_history.c.cause,
        )
        .where(record_history.c.record_id == record_id)
        .order_by(record_history.c.rev.desc(), record_history.c.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [HistoryRow(*row) for row in rows]


def add_comment(
    uow: UnitOfWork, form_id: str, record_id: str, actor_kind: str, actor_id: str | None, body: str, *, now: datetime
) -> CommentRow:
    """Write a comment and return it."""
    made = CommentRow(new_id(), actor_kind, actor_id, body, now)
    uow.conn.execute(
        comments.insert().values(
            id=made.id,
            form_id=form_id,
            record_id=record_id,
            actor_kind=actor_kind,
            actor_id=actor_id,
            body=body,
            at=now,
        )
    )
    return made


def comments_of(unit: ReadUnit, record_id: str, *, limit: int = 200) -> list[CommentRow]:
    """Return a record's comments, newest first."""
    rows = unit.conn.execute(
        select(comments.c.id, comments.c.actor_kind, comments.c.actor_id, comments.c.body, comments.c.at)
        .where(comments.c.record_id == record_id, comments.c.deleted_at.is_(None))
        .order_by(comments.c.id.desc())
        .limit(limit)
    )
    return [CommentRow(*row) for row in rows]


def next_numbers(uow: UnitOfWork, form_id: str, field_id: str, period: str, count: int) -> int:
    """Take `count` numbers of a serial field's period and return the first."""
    insert_into: Any = sqlite.insert if uow.dialect == "sqlite" else postgresql.insert
    statement = insert_into(serial_counters).values(form_id=form_id, field_id=field_id, period=period, value=count)
    statement = statement.on_conflict_do_update(
        index_elements=["form_id", "field_id", "period"], set_={"value": serial_counters.c.value + count}
    ).returning(serial_counters.c.value)
    last = uow.conn.execute(statement).scalar_one()
    return int(last) - count + 1
