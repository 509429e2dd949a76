"""Deliveries: what leaves the house, with its stable id, its state and its attempts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from formloom.platform.kernel.ids import new_id
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.tables import deliveries

LEASE = timedelta(seconds=90)
WAITING = ("pending", "retrying")


@dataclass(frozen=True, slots=True)
class Post:
    """One delivery."""

    id: str
    channel: str
    state: str
    stable_id: str
    recipient: str
    subject: str | None
    payload: dict[str, Any]
    lane: str
    form_id: str | None
    record_id: str | None
    run_id: str | None
    attempts: int
    next_at: datetime | None
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None


_COLUMNS = tuple(deliveries.c[name] for name in Post.__dataclass_fields__)


def add(uow: UnitOfWork, row: Mapping[str, Any]) -> tuple[str, str]:
    """Put a delivery in line and return its id and state; one of the same stable id is there only once."""
    made = new_id()
    insert: Any = sqlite.insert if uow.dialect == "sqlite" else postgresql.insert
    statement = insert(deliveries).values(id=made, **row).on_conflict_do_nothing(index_elements=["stable_id"])
    if uow.conn.execute(statement).rowcount == 1:
        return made, str(row["state"])
    found = uow.conn.execute(
        select(deliveries.c.id, deliveries.c.state).where(deliveries.c.stable_id == row["stable_id"])
    ).one()
    return found.id, found.state


def is_due(unit: ReadUnit, *, now: datetime, but: Collection[str] = ()) -> bool:
    """Tell whether any delivery is due: asked at every poll, so that an idle sender writes nothing."""
    statement = select(deliveries.c.id).where(*_takeable(now, but))
    return unit.conn.execute(statement.limit(1)).first() is not None


def claim(uow: UnitOfWork, owner: str, *, now: datetime, most: int, but: Collection[str] = ()) -> list[Post]:
    """Take up to `most` deliveries that are due, for ninety seconds, leaving out the lanes `but`."""
    columns = deliveries.c
    statement = (
        select(*_COLUMNS)
        .where(*_takeable(now, but))
        .order_by(columns.next_at.asc().nulls_first(), columns.id)
        .limit(most)
    )
    if uow.dialect == "postgresql":
        statement = statement.with_for_update(skip_locked=True)
    found = [Post(*row) for row in uow.conn.execute(statement)]
    if found:
        uow.conn.execute(
            update(deliveries)
            .where(columns.id.in_([post.id for post in found]))
            .values(state="sending", lease_until=now + LEASE, lease_owner=owner)
        )
    return found


def hold(uow: UnitOfWork, post_id: str, owner: str, *, now: datetime) -> bool:
    """Hold a claimed delivery for ninety more seconds; False when somebody else has it by now."""
    columns = deliveries.c
    statement = (
        update(deliveries)
        .where(columns.id == post_id, columns.state == "sending", columns.lease_owner == owner)
        .values(lease_until=now + LEASE)
    )
    return uow.conn.execute(statement).rowcount == 1


def give_back(uow: UnitOfWork, owner: str) -> None:
    """Let others take what `owner` claimed and did not get to."""
    columns = deliveries.c
    uow.conn.execute(
        update(deliveries)
        .where(columns.state == "sending", columns.lease_owner == owner)
        .values(lease_until=None, lease_owner=None)
    )


def _takeable(now: datetime, but: Collection[str]) -> list[ColumnElement[bool]]:
    columns = deliveries.c
    found = [
        columns.state.in_((*WAITING, "sending")),
        or_(columns.next_at.is_(None), columns.next_at <= now),
        or_(columns.lease_until.is_(None), columns.lease_until < now),
    ]
    return [*found, columns.lane.not_in(list(but))] if but else found


def settle(uow: UnitOfWork, post_id: str, values: Mapping[str, Any], *, tried: bool = True) -> None:
    """Write what came of an attempt, or why there was none, and give the lease back."""
    attempts = deliveries.c.attempts + (1 if tried else 0)
    uow.conn.execute(
        update(deliveries)
        .where(deliveries.c.id == post_id)
        .values(lease_until=None, lease_owner=None, attempts=attempts, **values)
    )


def again(uow: UnitOfWork, post_id: str, *, now: datetime) -> bool:
    """Put a dead, unsent or suspended delivery in line again; False when it is not one of these."""
    statement = (
        update(deliveries)
        .where(deliveries.c.id == post_id, deliveries.c.state.in_(("dead", "unsent", "suspended")))
        .values(state="pending", next_at=now, attempts=0, last_error=None)
    )
    return uow.conn.execute(statement).rowcount == 1


def count_to(unit: ReadUnit, recipient: str, *, since: datetime, purpose: str) -> int:
    """Return how many automatic mails of a purpose went, or are about to go, to an address since a moment."""
    return int(unit.conn.scalar(select(func.count()).where(*_automatic(recipient, since, purpose))) or 0)


def counts_to(
    unit: ReadUnit, recipient: str, moments: Sequence[datetime], record_id: str | None
) -> list[tuple[int, int]]:
    """Return for each moment how many mails of flows went, or are about to go, to an address since then, and how many
    of them about a record."""
    columns = deliveries.c
    counted = [
        func.count().filter(columns.created_at >= since, *about)
        for since in moments
        for about in ((), (columns.record_id == record_id,))
    ]
    row = unit.conn.execute(select(*counted).where(*_automatic(recipient, min(moments), "flow"))).one()
    return list(zip(row[::2], row[1::2], strict=True))


def _automatic(recipient: str, since: datetime, purpose: str) -> tuple[ColumnElement[bool], ...]:
    columns = deliveries.c
    return (
        columns.channel == "mail", columns.purpose == purpose, columns.recipient == recipient,
        columns.created_at >= since, columns.state != "suspended",
    )  # fmt: skip


def last_of_record(unit: ReadUnit, record_id: str, recipient: str) -> list[tuple[datetime, str]]:
    """Return when earlier mails about a record were written to an address, and their Message-IDs."""
    columns = deliveries.c
    rows = unit.conn.execute(
        select(columns.created_at, columns.stable_id)
        .where(columns.record_id == record_id, columns.recipient == recipient, columns.channel == "mail")
        .order_by(columns.id)
        .limit(10)
    )
    return [(row[0], row[1]) for row in rows]


def by_message_ids(unit: ReadUnit, ids: Collection[str]) -> dict[str, Post]:
    """Return Message-ID → delivery of the mails among `ids` that are ours."""
    wanted = deliveries.c.stable_id.in_(list(ids))
    found = [Post(*row) for row in unit.conn.execute(select(*_COLUMNS).where(wanted))] if ids else []
    return {post.stable_id: post for post in found if post.channel == "mail"}


def addresses_of_record(unit: ReadUnit, record_id: str) -> set[str]:
    """Return to whom mails about a record were written."""
    columns = deliveries.c
    wanted = (columns.record_id == record_id, columns.channel == "mail")
    return {
        str(one).lower() for one in unit.conn.scalars(select(columns.recipient).where(*wanted).distinct().limit(200))
    }


def listing(
    unit: ReadUnit, *, state: str | None = None, channel: str | None = None, before: str | None = None, limit: int = 50
) -> list[Post]:
    """Return deliveries, newest first."""
    statement = select(*_COLUMNS).order_by(deliveries.c.id.desc()).limit(limit)
    if state:
        statement = statement.where(deliveries.c.state == state)
    if channel:
        statement = statement.where(deliveries.c.channel == channel)
    if before:
        statement = statement.where(deliveries.c.id < before)
    return [Post(*row) for row in unit.conn.execute(statement)]


def find(unit: ReadUnit, post_id: str) -> Post | None:
    """Return one delivery, or None."""
    row = unit.conn.execute(select(*_COLUMNS).where(deliveries.c.id == post_id)).one_or_none()
    return None if row is None else Post(*row)


def counts(unit: ReadUnit) -> dict[str, int]:
    """Return state → number of deliveries."""
    rows = unit.conn.execute(select(deliveries.c.state, func.count()).group_by(deliveries.c.state))
    return {row[0]: row[1] for row in rows}
