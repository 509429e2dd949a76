"""What the clock does with pools: takes back what nobody follows up, warns before, gives out what waits for a rule.

A few entries at a time are looked at, each in a savepoint of its own, those whose moment has come first. Everything is
worked out anew from the record as it is, so it does not matter how late a look comes or how often; that a record is
taken back and that its next look is planned are one transaction.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from formloom.platform.kernel.errors import FormloomError, NotFound
from formloom.platform.records.queries.rows import read_one
from formloom.platform.records.record import Record
from formloom.platform.storage.database import Database, DatabaseTroubled, UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.pools import automatic, claiming, telling
from formloom.workflows.pools.hall import Place, refreshed
from formloom.workflows.pools.keeping import WAITING, ahead_of, first_entry, looked_at
from formloom.workflows.pools.policy import POOLS, pool_for
from formloom.workflows.queries import pools as rows
from formloom.workflows.queries.pools import EntryRow

AT_ONCE = 50
AGAIN = timedelta(hours=1)
"""When a record that could not be looked at is tried again."""
NOBODY_FREE = timedelta(minutes=10)
Write = Callable[[Callable[[UnitOfWork], int]], int]
_log = logging.getLogger(__name__)


def look(db: Database, write: Write, rt: Runtime, now: datetime) -> int:
    """Look at the entries that are due, a batch for each transaction; return how many were looked at."""
    total = 0
    while True:
        with db.read() as unit:
            if not rows.is_due(unit, now=now):
                return total
        done = write(lambda uow: _batch(uow, rt, now))
        total += done
        if done < AT_ONCE:
            return total


def notice_leavers(db: Database, write: Write, now: datetime) -> int:
    """Mark what people who have left still own, so that it is looked at; return how much."""
    with db.read() as unit:
        found = rows.owned_by_leavers(unit, most=AT_ONCE * 10)
    return write(lambda uow: rows.note_leaving(uow, found, now=now)) if found else 0


def _batch(uow: UnitOfWork, rt: Runtime, now: datetime) -> int:
    found = rows.due(uow, now=now, most=AT_ONCE)
    for entry in found:
        try:
            with uow.attempt():
                _look_at(uow, rt, entry, now)
        except DatabaseTroubled:
            raise
        except Exception:  # noqa: BLE001 - one record must not keep the others from being looked at
            _log.exception("record %s can't be looked at for its pool", entry.record_id)
            rows.change_entry(uow, entry.record_id, {"next_at": now + AGAIN})
    if found:
        uow.after_commit(rt.wake)
    return len(found)


def _look_at(uow: UnitOfWork, rt: Runtime, entry: EntryRow, now: datetime) -> None:
    try:
        form = rt.catalog.current(uow, entry.form_id)
        record = read_one(uow, form, entry.record_id, lock=True)
    except NotFound:  # the form or its app is gone
        record = None
    if record is None:
        return rows.drop_entries(uow, [entry.record_id])
    pool = pool_for(POOLS.of(uow, form), record.values, now)
    if pool is None:
        return rows.drop_entries(uow, [entry.record_id])
    owner = record.values.get(pool.owner)
    if owner != entry.owner_id:  # written past the pipeline, by a restore or by hand
        entry = replace(first_entry(form.form_id, pool, record.id, owner, now, "edited"), recycled=entry.recycled)
    place = Place(pool, form, may_claim=False, may_manage=False)
    if entry.state == WAITING:
        return _hand_out(uow, rt, place, record, replace(entry, pool_id=pool.id), now)
    entry = refreshed(uow, pool, replace(entry, pool_id=pool.id))
    ahead = ahead_of(uow, form, pool, entry, record.values, now)
    if ahead.due_at is not None and ahead.due_at <= now:
        return _take_back(uow, rt, place, record, entry, ahead.why or "", now)
    warning = ahead.warned_by(now)
    if warning is not None and entry.owner_id is not None and ahead.due_at is not None:
        telling.tell(
            uow, rt, pool, form, record, telling.WARNS, to=entry.owner_id, now=now, why=ahead.why, days=warning.days,
            key=f"pool:{record.id}:{ahead.due_at.isoformat()}:{warning.days}",
            mail=bool((pool.document.get("warn") or {}).get("mail")),
        )  # fmt: skip
    seen = looked_at(uow, form, pool, entry, record.values, now)
    return rows.change_entry(uow, record.id, asdict(seen))


def _take_back(
    uow: UnitOfWork, rt: Runtime, place: Place, record: Record, entry: EntryRow, why: str, now: datetime
) -> None:
    told = {"did": "recycled", "why": why}
    claiming.set_owner(uow, rt, place, record, None, told, by=None, locale=claiming.HAND.locale, now=now)
    if entry.owner_id and why != "owner_left":
        telling.tell(
            uow, rt, place.pool, place.form, record, telling.TAKES, to=entry.owner_id, now=now, why=why,
            key=f"pool:{record.id}:{now.isoformat()}:back",
        )  # fmt: skip


def _hand_out(uow: UnitOfWork, rt: Runtime, place: Place, record: Record, entry: EntryRow, now: datetime) -> None:
    """Give a record that waits to somebody by the pool's rule; when nobody is free, it is tried again later."""
    rows.change_entry(uow, record.id, asdict(replace(entry, next_at=None)))
    if place.pool.mode != "automatic":
        return None
    try:
        chosen = automatic.choose_for(uow, place, record, now - entry.since, now)
    except FormloomError:
        _log.exception("the rule of pool %s can't be used", place.pool.definition.key)
        chosen = None
    if chosen is None:
        return rows.change_entry(uow, record.id, {"next_at": now + NOBODY_FREE})
    return claiming.give_to(uow, rt, place, record, chosen, did="assigned", by=claiming.HAND, now=now)
