"""The clock: APScheduler only wakes, the rows decide.

A tick fires the timers that are due (each row once), plans the next firing of every scheduled flow, and clears what is
out of date. However often or late it ticks, a moment is fired once.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.records.queries import pages, repeats, unfinished
from formloom.platform.records.queries.rows import read_one
from formloom.platform.records.record import Record
from formloom.platform.storage import definition_store as store
from formloom.platform.storage import house_zone
from formloom.platform.storage.database import UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.queries import claims, clockwork
from formloom.workflows.queries.clockwork import TimerRow
from formloom.workflows.triggers.registry import TRIGGERS

EVERY_S = 1
PLAN_EVERY_S = 20
CLEAR_EVERY_S = 600
MOST_RECORDS = 1_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Follower:
    """A published flow that follows a date of its records."""

    definition: store.Definition
    trigger: Mapping[str, Any]
    form_id: str


class Ticker:
    """Wakes up regularly for one installation."""

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._scheduler: Any = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})

    def start(self) -> None:
        """Begin to tick."""
        for act, seconds in ((self.fire, EVERY_S), (self.plan, PLAN_EVERY_S), (self.clear, CLEAR_EVERY_S)):
            self._scheduler.add_job(_guarded(act), "interval", seconds=seconds)
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking; a tick that runs is waited for."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def fire(self) -> int:
        """Turn the timers that are due into occasions; return how many."""
        now = self._rt.now()
        with self._rt.db.read() as unit:
            if not clockwork.is_due(unit, now=now):
                return 0
        fired = self._rt.db.write(lambda uow: self._fire(uow, now))
        if fired:
            self._rt.wake()
        return fired

    def plan(self) -> None:
        """Plan the next firing of every flow that follows the clock, and the records of flows that follow a date."""
        now = self._rt.now()
        for follower in self._rt.db.write(lambda uow: self._plan(uow, now)):
            self._adopt(follower, now)

    def clear(self) -> None:
        """Remove idempotency keys older than a day, and unfinished answers whose time is over."""
        now = self._rt.now()
        self._rt.db.write(lambda uow: repeats.forget_old(uow, now=now))
        self._rt.db.write(lambda uow: unfinished.forget_old(uow, now=now))

    def _fire(self, uow: UnitOfWork, now: datetime) -> int:
        due = clockwork.take_due(uow, now=now)
        for timer in due:
            for record_id in self._records_of(uow, timer, now):
                payload: dict[str, Any] = {
                    "flow_id": timer.flow_id,
                    "actor_kind": "system",
                    "cause": {"origin": "clock", "flows": []},
                }
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
        fire_at = trigger.next_fire(document["trigger"], now, home)
        if fire_at is not None:
            clockwork.drop_other(uow, definition.id, fire_at, now=now)
            clockwork.plan(uow, "scheduled", definition.id, form.id, None, fire_at, now=now)
        return []

    def _adopt(self, flow: Follower, now: datetime) -> None:
        """Give the records that were there before a flow, its newest version or the present time zone their timers."""
        cursor = self._rt.db.write(lambda uow: self._adopt_page(uow, flow, None, now))
        while cursor is not None:
            page = cursor
            cursor = self._rt.db.write(lambda uow: self._adopt_page(uow, flow, page, now))  # noqa: B023 - run at once

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


def _guarded(act: Any) -> Any:
    def run() -> None:
        try:
            act()
        except Exception:  # noqa: BLE001 - the next tick comes
            _log.exception("a tick failed")

    return run
