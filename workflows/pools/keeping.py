"""Keeps along where records stand: in which pool they wait, or who holds them since when.

Membership itself is no row: a record lies in a pool when nobody owns it and the pool's condition takes it. What is kept
beside it is what the record can't tell: since when, why, after whom, how often it came back, and when to look again.
It is written in the transaction of whatever changes the record (`listen` hears every write of the pipeline), so a flow
that empties the owner and a person who does are treated alike.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.events import RecordEvent
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.workflows.engine.conditions import clean_values
from formloom.workflows.pools import telling
from formloom.workflows.pools.policy import POOLS, Pool, days_of, pool_for
from formloom.workflows.pools.rules import Outlook, Standing, outlook
from formloom.workflows.pools.steps import Step
from formloom.workflows.queries import pools as rows
from formloom.workflows.queries.pools import EntryRow

WAITING, HELD = "waiting", "held"
CONTEXT = "pool"
"""Under which name a write says what it is to the pool: `did`, and `by`, `why` and `note` where there are any."""


def listen(uow: UnitOfWork, events: Sequence[RecordEvent], form: FormVersion) -> None:
    """Keep along what the events of a form's records come to."""
    pools = POOLS.of(uow, form)
    if not pools:
        return
    known = rows.entries_of(uow, [event.record_id for event in events])
    made: list[EntryRow] = []
    changed: list[EntryRow] = []
    gone: list[str] = []
    told: list[tuple[Step, RecordEvent]] = []
    for event in events:
        before = known.get(event.record_id)
        values = clean_values(form, event.after)
        pool = pool_for(pools, values, event.at) if event.kind != "record.deleted" else None
        if pool is None:
            gone += [event.record_id] if before else []
            continue
        after = _moved(before, pool, values.get(pool.owner), event)
        after = looked_at(uow, form, pool, after, values, event.at)
        if before is None:
            made.append(after)
        elif after != before:
            changed.append(after)
        told += [(step, event) for step in _steps(before, after, pool, event)]
    if gone:
        rows.drop_entries(uow, gone)
    rows.write_entries(uow, [asdict(one) for one in made], [asdict(one) for one in changed])
    rows.log(uow, [step.logged(form) for step, _event in told])
    telling.occasions(uow, form, [(step, event.cause, event.locale, event.messages) for step, event in told])


def first_entry(form_id: str, pool: Pool, record_id: str, owner: str | None, at: datetime, why: str) -> EntryRow:
    """Return where a record stands of which nothing is known yet."""
    return EntryRow(
        record_id, form_id, pool.id, HELD if owner else WAITING, owner, at, why, None, 0, None, None, None, None,
        None, None,
    )  # fmt: skip


def looked_at(
    unit: ReadUnit, form: FormVersion, pool: Pool, entry: EntryRow, values: Mapping[str, Any], now: datetime
) -> EntryRow:
    """Return an entry with what lies ahead of it worked out anew; `values` are the record's clean values."""
    if entry.state == WAITING:
        asks = now if pool.mode == "automatic" else None
        return replace(entry, due_at=None, due_why=None, protected_until=None, next_at=asks, owner_left_at=None)
    ahead = ahead_of(unit, form, pool, entry, values, now)
    return replace(
        entry, due_at=ahead.due_at, due_why=ahead.why, protected_until=ahead.protected_until,
        next_at=ahead.next_at(now),
    )  # fmt: skip


def ahead_of(
    unit: ReadUnit, form: FormVersion, pool: Pool, entry: EntryRow, values: Mapping[str, Any], now: datetime
) -> Outlook:
    """Return what lies ahead of a record that somebody holds."""
    has_left = entry.owner_left_at is not None and rows.has_left(unit, entry.owner_id or "")
    standing = Standing(
        entry.since, pool.followed(form, values) if pool.followed_by else entry.followed_at,
        is_won=pool.is_won(values, now), is_protected=pool.is_kept(values, now),
        left_at=entry.owner_left_at if has_left else None,
    )  # fmt: skip
    return outlook(pool.terms, standing, days_of(unit, form, pool))


def _moved(before: EntryRow | None, pool: Pool, owner: str | None, event: RecordEvent) -> EntryRow:
    """Return where a record stands after an event."""
    if before is None:
        return first_entry(event.form_id, pool, event.record_id, owner, event.at, "new")
    told = _told(event)
    if owner != before.owner_id:
        back = told.get("did") == "recycled"
        return replace(
            before, pool_id=pool.id, state=HELD if owner else WAITING, owner_id=owner, since=event.at,
            why=str(told.get("why") or told.get("did") or "edited")[:20], from_id=before.owner_id,
            recycled=before.recycled + (1 if back else 0), followed_at=None, owner_left_at=None,
        )  # fmt: skip
    if owner and event.actor_kind == "member" and event.actor_id == owner:
        before = replace(before, followed_at=event.at)
    return replace(before, pool_id=pool.id)


def _steps(before: EntryRow | None, after: EntryRow, pool: Pool, event: RecordEvent) -> Iterator[Step]:
    told = _told(event)
    by = event.actor_id if event.actor_kind == "member" else None
    note = str(told["note"]) if told.get("note") else None
    why = str(told["why"]) if told.get("why") else None
    old, new = before.owner_id if before else None, after.owner_id
    step = Step(pool, "", event.record_id, event.at, by, old, new, why, note)
    if before is None and new is None:
        yield replace(step, did="entered", why="new")
    elif old != new and new is None:
        yield replace(step, did=str(told.get("did") or "returned"), why=why or "edited")
    elif old is None and new is not None:
        own = "claimed" if before is not None and by == new else "assigned"
        yield replace(step, did=str(told.get("did") or own))
    elif old != new:
        yield replace(step, did="transferred")
    elif new is None and before is not None and before.pool_id != after.pool_id:
        yield replace(step, did="entered", why="moved")


def _told(event: RecordEvent) -> Mapping[str, Any]:
    told = event.context.get(CONTEXT)
    return told if isinstance(told, Mapping) else {}
