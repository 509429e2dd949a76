"""Trying again with what waits in the queue: when somebody lets go of a record of the form, and by the clock."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import System
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.records.queries.rows import read_one
from formloom.platform.records.record import Record, WriteOptions
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.assignment import queueing
from formloom.workflows.assignment.asking import facts_of
from formloom.workflows.assignment.choice import Choice, Rule, choose
from formloom.workflows.assignment.claiming import claim
from formloom.workflows.assignment.facts import Facts
from formloom.workflows.engine.context import Context, Occasion
from formloom.workflows.queries import queue, runs, staff
from formloom.workflows.queries.queue import Entry

LOOKED_AT = 200
TRIED_AT_ONCE = 5
"""How many of those who wait longest are tried when one record is let go; the clock tries the others."""
TRIED_BY_THE_CLOCK = 100
HAND = System("routing")
_log = logging.getLogger(__name__)


def look_again(uow: UnitOfWork, rt: Runtime, form: FormVersion, occasion: Occasion, *, now: datetime) -> None:
    """Follow what happened to a record: it may wait no more, and who had it may have room for another one."""
    if occasion.kind not in {"record.updated", "record.deleted"}:
        return
    waiting = queue.of_form(uow, form.form_id, most=LOOKED_AT)
    for entry in waiting:
        if entry.record_id == occasion.record_id and (
            occasion.kind == "record.deleted" or occasion.after.get(entry.field)
        ):
            queue.remove(uow, entry.record_id, entry.field)
    others = [entry for entry in waiting if entry.record_id != occasion.record_id and entry.pool is None]
    freed = [entry for entry in others if occasion.before.get(entry.field)]
    _try_each(uow, rt, [entry.id for entry in freed[:TRIED_AT_ONCE]], now)


def retry_due(rt: Runtime, write: Callable[[Callable[[UnitOfWork], None]], Any], now: datetime) -> None:
    """Try what is due by the clock, a few at a time."""
    with rt.db.read() as unit:
        due = queue.due(unit, now=now, most=TRIED_BY_THE_CLOCK)
    for first in range(0, len(due), TRIED_AT_ONCE):
        some = due[first : first + TRIED_AT_ONCE]
        write(lambda uow: _try_each(uow, rt, some, now))  # noqa: B023 - run at once
    if due:
        rt.wake()


def rule_of(unit: ReadUnit, entry: Entry) -> Rule | None:
    """Return the rule by which an entry came here, as it is published now; None when it is gone."""
    if entry.document is not None:
        return entry.document
    return store.published_document(unit, entry.app_id, "assignment_rule", entry.rule_key)


def context_of(form: FormVersion, record: Record, entry_id: str, now: datetime) -> Context:
    """Return the record as a decision looks at it."""
    values = form.dump(record.values)
    occasion = Occasion(
        event_id=entry_id, kind="record.created", app_id=form.app_id, form_id=form.form_id, at=now,
        record_id=record.id, after=values,
    )  # fmt: skip
    return Context(form, occasion, now, form.zone, values)


def options_of(rt: Runtime, entry: Entry, **context: Any) -> WriteOptions:
    """Return how a record that waited is written."""
    return WriteOptions(
        cause=queueing.cause_of(entry), messages=bool(entry.cause.get("messages", True)), listeners=rt.listeners,
        locale=str(entry.cause.get("locale") or "zh-CN"), context={"channel": "queue", **context},
    )  # fmt: skip


def _try_each(uow: UnitOfWork, rt: Runtime, ids: Sequence[str], now: datetime) -> None:
    for entry_id in ids:
        try:
            with uow.attempt():
                _try(uow, rt, entry_id, now)
        except FormloomError as fault:  # one that can't be placed must not stop the others
            _log.warning("what waits as %s can't be placed: %s", entry_id, fault)
            queue.put_off(uow, entry_id, {"tried_at": now, "next_at": now + queueing.LONGEST_WAIT})


def _try(uow: UnitOfWork, rt: Runtime, entry_id: str, now: datetime) -> None:
    seen = queue.find(uow, entry_id)
    if seen is None:
        return
    staff.lock_rule(uow, seen.rule)
    entry = queue.find(uow, entry_id, lock=True)
    if entry is None:
        return
    form = rt.catalog.current(uow, entry.form_id)
    record = read_one(uow, form, entry.record_id)
    if record is None or record.values.get(entry.field):
        queue.remove(uow, entry.record_id, entry.field)
        return
    rule = rule_of(uow, entry)
    if rule is None:
        queue.put_off(uow, entry.id, {"tried_at": now, "next_at": now + queueing.LONGEST_WAIT})
        return
    context = context_of(form, record, entry.id, now)
    facts = facts_of(uow, context, rule, entry.rule, entry.field)
    found = choose(rule, facts, waited=now - entry.queued_at)
    if found.user_id is None:
        if entry.pool is not None and not found.waits:
            _tell_nobody_took_it(uow, rt, entry, context, facts, found, rule)
        told = queueing.standing(rule, facts, found, queued_at=entry.queued_at, tries=entry.tries, now=now)
        queue.put_off(uow, entry.id, {**told, "tries": entry.tries + 1})
        return
    staff.take_turn(uow, entry.rule, found.lane, found.user_id, found.start, now=now)
    claim(
        uow, form, entry.record_id, entry.field, found.user_id, actor=HAND, now=now,
        options=options_of(rt, entry, run=entry.run_id),
    )  # fmt: skip
    runs.log_assignment(
        uow,
        {
            "form_id": form.form_id, "record_id": entry.record_id, "run_id": entry.run_id, "rule": entry.rule,
            "user_id": found.user_id, "why": {**found.dump(), "waited_s": int((now - entry.queued_at).total_seconds())},
            "at": now,
        },
    )  # fmt: skip
    queue.remove(uow, entry.record_id, entry.field)


def _tell_nobody_took_it(
    uow: UnitOfWork, rt: Runtime, entry: Entry, context: Context, facts: Facts, found: Choice, rule: Rule
) -> None:
    """A record was left to be taken, nobody did, and nobody else can be given it: whom the rule names hears of it."""
    queueing.tell(uow, context, facts, found, rule, entry.field)
    if queue.is_quiet(uow, entry.rule):
        queueing.mail(uow, rt.settings, context, facts, found, rule, entry.rule)
