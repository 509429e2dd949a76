"""The clock: APScheduler only wakes, the rows decide.

A tick fires the timers that are due (each row once), plans the next firing of every scheduled flow, and clears what is
out of date. However often or late it ticks, a moment is fired once, and one that was planned is never left out, also
when the machine's clock is set forward or back.

Beside PostgreSQL several tickers may run; one of them leads (`leadership`), the others wait to take its seat.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from apscheduler.schedulers.background import BackgroundScheduler

from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.records.queries import pages, repeats, unfinished, waiting
from formloom.platform.records.queries.rows import read_one
from formloom.platform.records.record import Record
from formloom.platform.storage import definition_store as store
from formloom.platform.storage import house_zone
from formloom.platform.storage.database import UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.assignment import waiting as assignment
from formloom.workflows.blueprints import adopting as watching
from formloom.workflows.blueprints import automatic
from formloom.workflows.failures import telling
from formloom.workflows.inbound import fetching, receiving
from formloom.workflows.leadership import BEAT_S, TICKER, Deposed, Seat, Stillness, silent_workers
from formloom.workflows.pools import adopting as pool_adopting
from formloom.workflows.pools import looking as pools
from formloom.workflows.queries import claims, clockwork, failures, leases
from formloom.workflows.queries.clockwork import TimerRow
from formloom.workflows.sla import adopting, keeping
from formloom.workflows.triggers import schedule
from formloom.workflows.triggers.registry import TRIGGERS

EVERY_S = 1
PLAN_EVERY_S = 20
CLEAR_EVERY_S = 600
FETCH_EVERY_S = 15
MOST_RECORDS = 1_000
FIRE_AT_ONCE = 200
LONGEST_WAIT_S = 1.0
JUMP_S = 30.0
T = TypeVar("T")
BY_THE_CLOCK: dict[str, Any] = {"actor_kind": "system", "cause": {"origin": "clock", "flows": []}}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Follower:
    """A published flow that follows a date of its records."""

    definition: store.Definition
    trigger: Mapping[str, Any]
    form_id: str


class Ticker:
    """Wakes up regularly for one installation."""

    def __init__(self, rt: Runtime, owner: str = "") -> None:
        self._rt = rt
        self._owner = owner
        self._seat: Seat | None = None
        self._watched = Stillness()
        self._scheduler: Any = _SteadyScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    @property
    def leads(self) -> bool:
        """Tell whether this ticker's ticks count; always so where no other can be."""
        return self._seat is None or self._seat.is_ours

    def start(self) -> None:
        """Begin to tick, or to wait for the seat of whoever does."""
        if self._rt.db.dialect == "postgresql":
            self._seat = Seat(self._rt.db, self._rt.clock, TICKER, self._owner)
            self._scheduler.add_job(_guarded(self.attend), "interval", seconds=BEAT_S)
            _guarded(self.attend)()
        else:
            self.plan()
        for act, seconds in ((self.fire, EVERY_S), (self.plan, PLAN_EVERY_S), (self.clear, CLEAR_EVERY_S),
                             (self.fetch, FETCH_EVERY_S)):  # fmt: skip
            self._scheduler.add_job(_guarded(self._when_leading(act)), "interval", seconds=seconds)
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking; a tick that runs is waited for."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        if self._seat is not None:
            _guarded(self._seat.leave)()

    def attend(self) -> None:
        """Keep the seat or try to take it; whoever has it frees what dead workers had claimed."""
        if self._seat is None:
            return
        if self._seat.attend():
            _log.info("this ticker leads now", extra={"fence": self._seat.fence})
            self.plan()
        if not self._seat.is_ours:
            return
        with self._rt.db.read() as unit:
            silent = silent_workers(leases.workers(unit), self._watched)
        if silent:
            _log.warning("workers fell silent: %s", ", ".join(silent))
            self._write(lambda uow: leases.sign_out(uow, silent))
            self._rt.wake()

    def fire(self) -> int:
        """Turn the timers that are due into occasions, and look at what pools have due; return how many there were."""
        fired = pools.look(self._rt.db, self._write, self._rt, self._rt.now())
        while taken := self._fire_some():
            fired += taken
            if taken < FIRE_AT_ONCE:
                break
        return fired

    def _fire_some(self) -> int:
        now = self._rt.now()
        with self._rt.db.read() as unit:
            if not clockwork.is_due(unit, now=now):
                return 0
        fired = self._write(lambda uow: self._fire(uow, now))
        if fired:
            self._rt.wake()
        return fired

    def plan(self) -> None:
        """Plan the next firing of every flow that follows the clock, and the records of flows that follow a date."""
        now = self._rt.now()
        for follower in self._write(lambda uow: self._plan(uow, now)):
            self._adopt(follower, now)
        adopting.adopt(self._rt.db, self._write, self._rt.catalog, now)
        assignment.retry_due(self._rt, self._write, now)
        pool_adopting.adopt(self._rt.db, self._write, self._rt.catalog, now)
        pools.notice_leavers(self._rt.db, self._write, now)
        watching.adopt(self._rt.db, self._write, self._rt.catalog, now)
        telling.tell_if_due(self._rt, self._write, now)

    def clear(self) -> None:
        """Remove old idempotency keys, unfinished answers whose time is over, what was rejected long ago."""
        now = self._rt.now()
        self._write(lambda uow: repeats.forget_old(uow, now=now))
        self._write(lambda uow: unfinished.forget_old(uow, now=now))
        self._write(lambda uow: waiting.forget_old(uow, now=now))
        self._write(lambda uow: failures.forget_old(uow, now=now))
        receiving.forget_sources(self._rt, self._write, now)

    def fetch(self) -> int:
        """Fetch mails from the servers of mailboxes that are due; return how many came."""
        return fetching.fetch_due(self._rt)

    def _write(self, work: Callable[[UnitOfWork], T]) -> T:
        """Write as the leader, where there can be one. Raises Deposed."""
        seat = self._seat
        if seat is None:
            return self._rt.db.write(work)

        def led(uow: UnitOfWork) -> T:
            seat.prove(uow)
            return work(uow)

        return self._rt.db.write(led)

    def _when_leading(self, act: Callable[[], object]) -> Callable[[], object]:
        return lambda: act() if self.leads else None

    def _fire(self, uow: UnitOfWork, now: datetime) -> int:
        due = clockwork.take_due(uow, now=now, most=FIRE_AT_ONCE)
        for timer in due:
            if timer.kind in clockwork.IN_RUNS:
                told = {"timer": timer.kind, "at": timer.fire_at.isoformat(), **(timer.payload or {})}
                claims.add_occasion(uow, "flow.timer", timer.form_id, timer.record_id or "", told, now=now)
                continue
            if timer.kind == keeping.TIMER:
                claims.add_occasion(uow, "sla.due", timer.form_id, timer.record_id or "", BY_THE_CLOCK, now=now)
                continue
            if timer.kind == automatic.TIMER:
                told = {"flow_id": timer.flow_id, **BY_THE_CLOCK, **(timer.payload or {})}
                claims.add_occasion(uow, automatic.OCCASION, timer.form_id, timer.record_id or "", told, now=now)
                continue
            for record_id in self._records_of(uow, timer, now):
                payload: dict[str, Any] = {"flow_id": timer.flow_id, **BY_THE_CLOCK}
                claims.add_occasion(uow, f"flow.{timer.kind}", timer.form_id, record_id, payload, now=now)
        return len(due)

    def _records_of(self, uow: UnitOfWork, timer: TimerRow, now: datetime) -> list[str]:
        """Return for which records a timer fires; "" stands for none. What is out of date fires for nobody."""
        try:
            flow = store.find(uow, timer.flow_id)
            trigger = store.version(uow, flow.id, flow.version or 0).document["trigger"]
            form = self._rt.catalog.current(uow, timer.form_id)
            if timer.kind == "date_offset":
                record = read_one(uow, form, timer.record_id or "")
                is_meant = record is not None and _fires_for(trigger, form, record) == timer.fire_at
                return [timer.record_id or ""] if is_meant else []
            if trigger.get("filter") is None:
                return [""]
            return pages.ids(
                uow, form, pages.Query(filter=trigger["filter"], setting=Setting(now=now)), most=MOST_RECORDS
            )
        except FormloomError:
            _log.exception("the timer of flow %s can't fire", timer.flow_id)
            return []

    def _plan(self, uow: UnitOfWork, now: datetime) -> list[Follower]:
        """Plan what follows the clock; return the flows whose records have no timers yet."""
        followers = []
        for definition, document in store.published(uow, "flow"):
            try:
                with uow.attempt():
                    followers += self._plan_one(uow, definition, document, now)
            except (FormloomError, LookupError, ValueError):  # one flow that can't be read must not stop the others
                _log.exception("flow %s can't be planned", definition.key)
        return followers

    def _plan_one(
        self, uow: UnitOfWork, definition: store.Definition, document: Mapping[str, Any], now: datetime
    ) -> list[Follower]:
        trigger = TRIGGERS.get(str(document["trigger"]["type"]))
        if document.get("enabled", True) is False or not (trigger.follows_clock or trigger.follows_records):
            return []
        form = store.find_by_key(uow, definition.app_id, "form", str(document["form"]))
        if form is None:
            return []
        home = house_zone.current(uow)
        if trigger.follows_records:
            is_new = not clockwork.is_adopted(uow, definition.id, definition.version or 0, home.key)
            return [Follower(definition, document["trigger"], form.id)] if is_new else []
        fire_at = schedule.next_fire(uow, definition.app_id, document["trigger"], now, home)
        if fire_at is not None:
            clockwork.drop_other(uow, definition.id, fire_at, now=now)
            clockwork.plan(uow, "scheduled", definition.id, form.id, None, fire_at, now=now)
        return []

    def _adopt(self, flow: Follower, now: datetime) -> None:
        """Give the records that were there before a flow, its newest version or the present time zone their timers."""
        cursor = self._write(lambda uow: self._adopt_page(uow, flow, None, now))
        while cursor is not None:
            page = cursor
            cursor = self._write(lambda uow: self._adopt_page(uow, flow, page, now))  # noqa: B023 - run at once

    def _adopt_page(self, uow: UnitOfWork, flow: Follower, cursor: str | None, now: datetime) -> str | None:
        form = self._rt.catalog.current(uow, flow.form_id)
        filled = {"all": [{"field": flow.trigger["field"], "op": "not_empty"}]}
        found = pages.page(uow, form, pages.Query(filter=filled, sort=("id",), limit=MOST_RECORDS, cursor=cursor))
        for record in found.records:
            fire_at = _fires_for(flow.trigger, form, record)
            if fire_at is not None and fire_at > now:
                clockwork.plan(uow, "date_offset", flow.definition.id, form.form_id, record.id, fire_at, now=now)
        if found.next is None:
            version, zone = flow.definition.version or 0, form.zone.key
            clockwork.adopted(uow, flow.definition.id, version, zone, form.form_id, now=now)
        return found.next


def _fires_for(trigger: Mapping[str, Any], form: FormVersion, record: Record) -> datetime | None:
    return TRIGGERS.get(str(trigger["type"])).fires_for(trigger, form.dump(record.values), form.zone)


def _guarded(act: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        try:
            act()
        except Deposed:
            _log.warning("another ticker leads by now")
        except Exception:  # noqa: BLE001 - the next tick comes
            _log.exception("a tick failed")

    return run


class _SteadyScheduler(BackgroundScheduler):  # type: ignore[misc]  # the library has no types
    """Goes on ticking when the machine's clock jumps.

    Set back, the parent would sleep until the old time comes again; set forward, it would count every tick in between.
    """

    def _main_loop(self) -> None:
        wait_s, lead_s = 0.0, _lead_s()
        while self.running:
            self._event.wait(min(wait_s, LONGEST_WAIT_S))
            self._event.clear()
            if abs(_lead_s() - lead_s) > JUMP_S:
                for job in self.get_jobs():
                    job.modify(next_run_time=datetime.now(UTC))
            lead_s = _lead_s()
            wait_s = self._process_jobs() or 0.0


def _lead_s() -> float:
    """Return how far the clock on the wall is ahead of the one that never jumps, counted from any beginning."""
    return time.time() - time.monotonic()
