"""Taking records out of a pool, giving them to somebody, putting them back.

The pool gives the right, not a permission group: the house writes the owner through the pipeline, in the name of the
person. Who takes is let in one at a time for each pool and person, and each record is locked before it is judged,
so that limits hold and one record has one winner however many try at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from formloom.platform.access.policy import Act, requires
from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor, Member, System
from formloom.platform.kernel.errors import Finding, Forbidden, FormloomError, Invalid, NotFound
from formloom.platform.kernel.zones import day_of, midnight
from formloom.platform.records import service
from formloom.platform.records.queries import pages
from formloom.platform.records.queries.rows import read_one
from formloom.platform.records.record import Record, WriteOptions
from formloom.platform.storage.database import DatabaseTroubled, ReadUnit, UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.assignment import claiming as taking
from formloom.workflows.pools import hall, telling
from formloom.workflows.pools.hall import Place
from formloom.workflows.pools.keeping import CONTEXT
from formloom.workflows.pools.policy import days_of
from formloom.workflows.pools.refusals import (
    AlreadyClaimed,
    BatchTooLarge,
    NoClaiming,
    NotInPool,
    Protected,
    refused,
)
from formloom.workflows.pools.rules import Claimer, Days, refusal
from formloom.workflows.queries import pools as rows
from formloom.workflows.queries import staff

HAND = System("pool")
"""Who writes the owner of a record; the history names whoever has his hand in it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one record: `fault` says why nothing did."""

    record_id: str
    fault: FormloomError | None = None


@dataclass(slots=True)
class _Taking:
    """What somebody's claims are judged by, counted along as he takes one after the other."""

    place: Place
    member: Member
    days: Days
    taken: int
    held: int
    gave_up: Mapping[str, datetime]
    now: datetime


@requires(Act.POOL_CLAIM)
def claim(
    uow: UnitOfWork, actor: Member, rt: Runtime, pool_id: str, record_ids: Sequence[str], *, now: datetime
) -> list[Outcome]:
    """Take records for oneself; those that can't be taken say why, the others are taken.

    Raises NotFound, Forbidden, NoClaiming, BatchTooLarge.
    """
    place = hall.enter(uow, actor, rt.catalog, pool_id)
    if not place.may_claim:
        raise Forbidden
    if place.pool.mode != "claim":
        raise NoClaiming
    wanted = sorted(set(record_ids))
    if len(wanted) > place.pool.batch:
        raise BatchTooLarge(limit=place.pool.batch)
    staff.lock_rule(uow, f"pool:{place.pool.id}:{actor.user_id}")
    asked = _Taking(
        place, actor, days_of(uow, place.form, place.pool), taken_today(uow, place, actor.user_id, now),
        held_now(uow, place, actor.user_id, now), rows.gave_up(uow, actor.user_id, wanted), now,
    )  # fmt: skip
    return [_try(uow, one, lambda record_id: _take(uow, rt, asked, record_id)) for one in wanted]


@requires(Act.POOL_ASSIGN)
def assign(
    uow: UnitOfWork, actor: Member, rt: Runtime, pool_id: str, record_ids: Sequence[str], to: str, *, now: datetime
) -> list[Outcome]:
    """Give records of a pool to somebody, as its manager, whom no limit binds. Raises NotFound, Forbidden, Invalid."""
    place = hall.enter(uow, actor, rt.catalog, pool_id)
    if not place.may_manage:
        raise Forbidden
    if not staff.active(uow, [to]):
        words = {"zh-CN": "没有这位成员，或已停用", "en": "There is no such active member"}
        raise Invalid(findings=[Finding("unknown_user", words, "to")])

    def give(record_id: str) -> None:
        record = _waiting(uow, place, record_id, now)
        give_to(uow, rt, place, record, to, did="assigned", by=actor, now=now)

    return [_try(uow, one, give) for one in sorted(set(record_ids))]


@requires(Act.POOL_RETURN)
def put_back(
    uow: UnitOfWork, actor: Member, rt: Runtime, pool_id: str, record_ids: Sequence[str], reason: str, *, now: datetime
) -> list[Outcome]:
    """Put records back into the pool, as their owner or as a manager. Raises NotFound, Invalid."""
    place = hall.enter(uow, actor, rt.catalog, pool_id, as_owner=True)
    if not reason.strip():
        raise Invalid(findings=[Finding("required", {"zh-CN": "请填写原因", "en": "Say why"}, "reason")])

    def back(record_id: str) -> None:
        record = _held(uow, place, record_id)
        own = record.values.get(place.pool.owner) == actor.user_id
        if not own and not place.may_manage:
            raise NotFound
        entry = rows.entries_of(uow, [record_id]).get(record_id)
        until = entry.protected_until if entry else None
        if not own and until is not None and until > now:
            raise Protected(until=until.astimezone(place.form.zone).strftime("%Y-%m-%d %H:%M"))
        told = {"did": "returned", "why": "own" if own else "manager", "note": reason.strip()}
        set_owner(uow, rt, place, record, None, told, by=actor.user_id, locale=actor.locale, now=now)

    return [_try(uow, one, back) for one in sorted(set(record_ids))]


def give_to(
    uow: UnitOfWork, rt: Runtime, place: Place, record: Record, to: str, *, did: str, by: Actor, now: datetime
) -> None:
    """Let somebody own a record that waits, and tell him if it was not he who took it."""
    by_id = by.user_id if isinstance(by, Member) else None
    set_owner(uow, rt, place, record, to, {"did": did}, by=by_id, locale=_locale(by), now=now)
    if by_id != to:
        telling.tell(
            uow, rt, place.pool, place.form, record, telling.GIVES, to=to, key=f"pool:{record.id}:{now.isoformat()}",
            now=now,
        )  # fmt: skip


def set_owner(
    uow: UnitOfWork, rt: Runtime, place: Place, record: Record, owner: str | None, told: Mapping[str, Any], *,
    by: str | None, locale: str, now: datetime,
) -> None:  # fmt: skip
    """Write who owns a record through the pipeline. Raises AlreadyTaken, InvalidValues, StaleRecord."""
    context = {"channel": "pool", CONTEXT: dict(told)}
    options = WriteOptions(listeners=rt.listeners, locale=locale, context=context)
    form, field, hand = place.form, place.pool.owner, replace(HAND, person=by, locale=locale)
    if owner is not None:
        taking.claim(uow, form, record.id, field, owner, actor=hand, now=now, options=options)
    else:
        service.update(uow, hand, form, record.id, {field: None}, now=now, if_rev=record.rev, options=options)


def taken_today(unit: ReadUnit, place: Place, user_id: str, now: datetime) -> int:
    """Return how many records somebody took out of a pool since midnight."""
    zone = place.form.zone
    return rows.taken_since(unit, place.pool.id, user_id, midnight(day_of(now, zone), zone))


def held_now(unit: ReadUnit, place: Place, user_id: str, now: datetime) -> int:
    """Return how many records of a pool somebody holds that count."""
    query = pages.Query(filter=place.pool.held_by(user_id), setting=Setting(now=now))
    return pages.count(unit, place.form, query)


def _take(uow: UnitOfWork, rt: Runtime, asked: _Taking, record_id: str) -> None:
    place, pool = asked.place, asked.place.pool
    record = _waiting(uow, place, record_id, asked.now)
    counts = pool.counts(record.values, asked.now)
    who = Claimer(asked.taken, asked.held, asked.gave_up.get(record_id))
    why = refusal(pool.terms, who, asked.days, asked.now, counts=counts)
    if why is not None:
        raise refused(why, place.form.zone)
    give_to(uow, rt, place, record, asked.member.user_id, did="claimed", by=asked.member, now=asked.now)
    asked.taken += 1
    asked.held += 1 if counts else 0


def _try(uow: UnitOfWork, record_id: str, act: Any) -> Outcome:
    """Do something with one record; what stands in its way is told, and undoes nothing of the others."""
    try:
        with uow.attempt():
            act(record_id)
    except DatabaseTroubled:
        raise
    except FormloomError as fault:
        return Outcome(record_id, fault)
    return Outcome(record_id)


def _waiting(uow: UnitOfWork, place: Place, record_id: str, now: datetime) -> Record:
    """Return a record that lies in the pool, under lock. Raises NotFound, AlreadyClaimed, NotInPool."""
    record = _locked(uow, place.form, record_id)
    owner = record.values.get(place.pool.owner)
    if owner is not None:
        names = hall.names(uow, [str(owner)])
        raise AlreadyClaimed(name=names.get(str(owner), "—"))
    if not hall.lies_in(uow, place, record, now):
        raise NotInPool
    return record


def _held(uow: UnitOfWork, place: Place, record_id: str) -> Record:
    record = _locked(uow, place.form, record_id)
    if record.values.get(place.pool.owner) is None:
        raise NotInPool
    return record


def _locked(uow: UnitOfWork, form: FormVersion, record_id: str) -> Record:
    record = read_one(uow, form, record_id, lock=True)
    if record is None:
        raise NotFound
    return record


def _locale(actor: Actor) -> str:
    return actor.locale
