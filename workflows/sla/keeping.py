"""Keeps the clocks of records: works them out anew and writes down what became of them.

`follow` is called in the unit of work that takes care of a record's event, and when a timer says that a mark is
reached. It replays the record's whole life, so it can be called at any time, any number of times. What it returns is
what people should be told; a mark is told once for each clock and number, because its row stays.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.records.queries.rows import read_one
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.per_epoch import PerForm
from formloom.workflows.business_time import calendar_of
from formloom.workflows.calendars import WorkingTime
from formloom.workflows.queries import clockwork, messages
from formloom.workflows.queries import sla as rows
from formloom.workflows.queries.sla import ClockRow, EventRow
from formloom.workflows.sla.clock import ALWAYS, Clock, Event, EventKind, replay
from formloom.workflows.sla.life import Life, Said, moments, policy_for, read_life
from formloom.workflows.sla.policy import Metric, Policy, read

TIMER = "sla"
STRICTLY_AFTER = timedelta(milliseconds=1)
"""A mark is passed once time has gone on: what stops at the very moment is in time."""
_MARKS = frozenset({"warn", "breach", "escalate"})
_TOLD: Mapping[EventKind, str] = {
    "warn": "warn", "breach": "breach", "escalate": "ladder", "pause": "paused", "resume": "resumed",
    "reopen": "reopened",
}  # fmt: skip
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Timed:
    """A clock with what it belongs to."""

    policy: Policy
    metric: Metric
    clock: Clock

    @property
    def key(self) -> tuple[str, str, int]:
        return self.policy.id, self.metric.rule.id, self.clock.number


@dataclass(frozen=True, slots=True)
class Telling:
    """Something that a clock came to, for rules and for the actions of its policy (`mark` names those)."""

    policy: Policy
    mark: str
    told: Mapping[str, Any]


def clocks_now(
    unit: ReadUnit, form: FormVersion, policies: Sequence[Policy], record_id: str, now: datetime
) -> list[Timed]:
    """Return the clocks of a record as they stand at `now`; none for a record that is gone for good."""
    record = read_one(unit, form, record_id, with_deleted=True)
    if record is None:
        return []
    used = frozenset().union(*(policy.fields for policy in policies))
    life = read_life(
        form, form.dump(record.values), rows.steps_of(unit, record_id), _said(unit, record_id, policies), used
    )
    policy = policy_for(policies, life)
    return [] if policy is None else list(_timed(unit, form, policy, life, now))


def follow(
    uow: UnitOfWork, form: FormVersion, policies: Sequence[Policy], record_id: str, *, now: datetime,
    since: datetime | None,
) -> list[Telling]:  # fmt: skip
    """Work out a record's clocks anew, write them down, plan the next look; return what is to be told.

    Of a clock that was not there before, only what happened from `since` on is told: nobody wants to hear what a
    record of last year would have missed. None tells nothing.
    """
    known = {row.key: row for row in rows.clocks_of(uow, record_id)}
    if not policies and not known:
        return []
    found = clocks_now(uow, form, policies, record_id, now)
    events = rows.events_of(uow, [row.id for row in known.values()]) if known else {}
    tellings: list[Telling] = []
    for timed in found:
        row = known.get(timed.key)
        fresh = _write(uow, form, record_id, timed, row, events.get(row.id, []) if row else [], now)
        heard = fresh if row else [event for event in fresh if since is not None and event.at >= since]
        tellings += [
            _telling(timed, event, record_id) for event in heard if event.kind in _TOLD or event.kind == "fulfil"
        ]
    _cancel(uow, [row for key, row in known.items() if key not in {one.key for one in found}], now)
    _plan(uow, form, record_id, found, now)
    return tellings


def _read_all(unit: ReadUnit, form: FormVersion) -> Sequence[Policy]:
    found = []
    for definition, document in store.published(unit, "sla", app_id=form.app_id):
        if document.get("form") != form.key or document.get("enabled", True) is False:
            continue
        try:
            found.append(read(definition, document, form))
        except (FormloomError, ValueError, LookupError):  # one policy that the form outgrew must not stop the others
            _log.exception("policy %s can't be used", definition.key)
    return sorted(found, key=lambda policy: (policy.position, policy.definition.key))


POLICIES = PerForm(_read_all)
"""The published policies of forms that are switched on, in the order in which they are tried."""


def _said(unit: ReadUnit, record_id: str, policies: Iterable[Policy]) -> list[Said]:
    asked = {side.event for one in policies for metric in one.metrics for side in (metric.start, metric.stop)}
    said: list[Said] = []
    if "public_reply" in asked:
        said += [Said("public_reply", at) for at in rows.replies_of(unit, record_id)]
    if "requester_message" in asked:
        said += [Said("requester_message", at) for at in messages.answers_of(unit, record_id)]
    if "member_comment" in asked:
        said += [Said("member_comment", at) for at in rows.comments_of(unit, record_id)]
    return said


def _timed(unit: ReadUnit, form: FormVersion, policy: Policy, life: Life, now: datetime) -> Iterable[Timed]:
    calendar: WorkingTime | None = calendar_of(unit, form.app_id, policy.calendar) if policy.calendar else None
    for metric in policy.metrics:
        for clock in replay(moments(life, metric), metric.rule, calendar or ALWAYS, now):
            yield Timed(policy, metric, clock)


def _write(
    uow: UnitOfWork, form: FormVersion, record_id: str, timed: Timed, row: ClockRow | None,
    known: Sequence[EventRow], now: datetime,
) -> list[Event]:  # fmt: skip
    """Write a clock and its events; return the events that were not there before."""
    values = _values(timed)
    if row is None:
        belongs = {"app_id": form.app_id, "form_id": form.form_id, "record_id": record_id, "updated_at": now}
        clock_id = rows.add_clock(uow, {**belongs, **values})
    else:
        clock_id = row.id
        if any(row.values[name] != value for name, value in values.items()):
            rows.change_clock(uow, clock_id, {**values, "updated_at": now})
    before = {event.key: event for event in known}
    after = {event.key: event for event in timed.clock.events}
    moved = {key for key, event in before.items() if event.kind not in _MARKS and _differs(after.get(key), event)}
    rows.drop_events(uow, clock_id, moved)
    added = [event for event in timed.clock.events if event.key not in before or event.key in moved]
    rows.add_events(uow, clock_id, [(event.key, event.kind, event.at, event.detail) for event in added])
    return [event for event in added if event.key not in before]


def _differs(now: Event | None, row: EventRow) -> bool:
    return now is None or (now.kind, now.at, now.detail) != (row.kind, row.at, dict(row.detail))


def _values(timed: Timed) -> dict[str, Any]:
    clock, target = timed.clock, timed.clock.target
    return {
        "policy_id": timed.policy.id, "metric": timed.metric.rule.id, "kind": timed.metric.rule.kind,
        "number": clock.number, "state": clock.state, "started_at": clock.started_at, "stopped_at": clock.stopped_at,
        "due_at": clock.due_at, "next_at": clock.next_at,
        "within_s": int(target.within.total_seconds()) if target else None,
        "business": target is not None and target.business, "elapsed_s": int(clock.elapsed.total_seconds()),
        "paused_s": int(clock.paused.total_seconds()), "is_breached": clock.is_breached,
        "breached_at": clock.breached_at, "is_warned": clock.is_warned,
    }  # fmt: skip


def _cancel(uow: UnitOfWork, gone: Iterable[ClockRow], now: datetime) -> None:
    for row in gone:
        if row.state in rows.OPEN:
            rows.change_clock(uow, row.id, {"state": "cancelled", "next_at": None, "due_at": None, "updated_at": now})
            rows.drop_events(uow, row.id, ["cancel"])
            rows.add_events(uow, row.id, [("cancel", "cancel", now, {})])


def _plan(uow: UnitOfWork, form: FormVersion, record_id: str, found: Sequence[Timed], now: datetime) -> None:
    clockwork.drop_waiting(uow, form.form_id, record_id)
    ahead = [timed.clock.next_at for timed in found if timed.clock.next_at is not None]
    if ahead:
        fire_at = max(min(ahead) + STRICTLY_AFTER, now + STRICTLY_AFTER)
        clockwork.plan(uow, TIMER, form.form_id, form.form_id, record_id, fire_at, now=now)


def _telling(timed: Timed, event: Event, record_id: str) -> Telling:
    clock = timed.clock
    name = ("missed" if clock.is_breached else "met") if event.kind == "fulfil" else _TOLD[event.kind]
    place = event.key.partition(":")[2]
    told = {
        "policy": timed.policy.definition.key, "metric": timed.metric.rule.id, "event": name, "number": clock.number,
        "step": int(place) + 1 if event.kind in {"warn", "escalate"} else None, "at": event.at.isoformat(),
        "due_at": clock.due_at.isoformat() if clock.due_at else None, "record": record_id,
    }  # fmt: skip
    return Telling(timed.policy, event.key if event.kind in _MARKS else "", told)
