"""What happened around a record: changes, comments and touchpoints, in one stream."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from formloom.platform.access.policy import Access, Act, requires
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor
from formloom.platform.records import service
from formloom.platform.records.queries import people, touches, traces
from formloom.platform.records.queries.traces import CommentRow, HistoryRow
from formloom.platform.storage.database import ReadUnit, UnitOfWork


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `kind` is `change`, `comment` or `touchpoint`."""

    kind: str
    id: str
    at: datetime
    actor_kind: str
    actor_id: str | None
    actor_name: str | None = None
    data: dict[str, Any] = field(default_factory=dict)


@requires(Act.RECORD_READ)
def history(unit: ReadUnit, actor: Actor, form: FormVersion, record_id: str) -> list[Entry]:
    """Return a record's changes, newest first, with only the fields that the actor may see. Raises NotFound."""
    service.read(unit, actor, form, record_id)
    readable = Access.of(unit, actor).readable(form)
    found = [
        Entry(
            "change", _place(record_id, row), row.at, row.actor_kind, row.actor_id,
            data={"rev": row.rev, "act": row.act, "cause": row.cause, "changes": _visible(row.changes, readable)},
        )
        for row in traces.history_of(unit, record_id)
    ]  # fmt: skip
    return _named(unit, found)


@requires(Act.RECORD_READ)
def comments(unit: ReadUnit, actor: Actor, form: FormVersion, record_id: str) -> list[Entry]:
    """Return a record's comments, newest first. Raises NotFound."""
    service.read(unit, actor, form, record_id)
    return _named(unit, [_comment(row) for row in traces.comments_of(unit, record_id)])


@requires(Act.RECORD_READ)
def touchpoints(unit: ReadUnit, actor: Actor, form: FormVersion, record_id: str) -> list[Entry]:
    """Return what the record's customer and the house had to do with each other here. Raises NotFound."""
    service.read(unit, actor, form, record_id)
    readable = Access.of(unit, actor).readable(form)
    return [
        Entry("touchpoint", row.id, row.at, "customer", row.customer_id, row.customer_name,
              {"kind": row.kind, "channel": row.channel, "data": seen_of(form, row.data, readable)})
        for row in touches.of_record(unit, record_id)
    ]  # fmt: skip


def seen_of(form: FormVersion, data: Mapping[str, Any] | None, readable: Collection[str]) -> dict[str, Any] | None:
    """Return what is told of a touchpoint to who may read these fields: what stands in another field is left out.

    `shows` says which field of the record holds the same as a part of the touchpoint.
    """
    told = dict(data or {})
    shows = {"status": form.document.get("status_field"), **told.pop("shows", {})}
    return {
        name: value for name, value in told.items() if shows.get(name, name) in readable or name not in shows
    } or None


@requires(Act.RECORD_READ)
def everything(unit: ReadUnit, actor: Actor, form: FormVersion, record_id: str) -> list[Entry]:
    """Return changes, comments and touchpoints together, newest first. Raises NotFound."""
    streams = [read(unit, actor, form, record_id) for read in (history, comments, touchpoints)]
    return sorted((entry for stream in streams for entry in stream), key=lambda entry: entry.at, reverse=True)


@requires(Act.RECORD_COMMENT)
def add_comment(uow: UnitOfWork, actor: Actor, form: FormVersion, record_id: str, body: str, *, now: datetime) -> Entry:
    """Comment on a record that the actor may see. Raises NotFound."""
    service.read(uow, actor, form, record_id)
    made = traces.add_comment(uow, form.form_id, record_id, actor.kind, actor.id, body.strip(), now=now)
    return _named(uow, [_comment(made)])[0]


def _comment(row: CommentRow) -> Entry:
    return Entry("comment", row.id, row.at, row.actor_kind, row.actor_id, data={"body": row.body})


def _place(record_id: str, row: HistoryRow) -> str:
    """Return what tells a step from the others: its revision, or what it was where it changed nothing."""
    return f"{record_id}:{'accepted' if row.act == 'accepted' else row.rev}"


def _visible(changes: dict[str, Any], readable: Collection[str]) -> list[dict[str, Any]]:
    return [{"field": name, "before": pair[0], "after": pair[1]} for name, pair in changes.items() if name in readable]


def _named(unit: ReadUnit, entries: list[Entry]) -> list[Entry]:
    names = people.user_names(unit, {one.actor_id for one in entries if one.actor_id and one.actor_kind == "member"})
    return [
        Entry(one.kind, one.id, one.at, one.actor_kind, one.actor_id, names.get(one.actor_id or ""), one.data)
        for one in entries
    ]
