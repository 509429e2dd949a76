"""The clock: APScheduler only wakes, the rows decide.

A tick fires the timers that are due (each row once), plans the next firing of every scheduled flow, and clears what is
out of date. However often or late it ticks, a moment is fired once.
"""

import logging
from datetime import datetime
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.records.queries import pages, repeats
from formloom.platform.storage import definition_store as store
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
        """Plan the next firing of every flow that follows the clock."""
        now = self._rt.now()
        self._rt.db.write(lambda uow: self._plan(uow, now))

    def clear(self) -> None:
        """Remove idempotency keys older than a day."""
        now = self._rt.now()
        self._rt.db.write(lambda uow: repeats.forget_old(uow, now=now))

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
        if timer.kind == "date_offset":
            return [timer.record_id or ""]
        try:
            flow = store.find(uow, timer.flow_id)
            document = store.version(uow, flow.id, flow.version or 0).document
            wanted = document["trigger"].get("filter")
            if wanted is None:
                return [""]
            form = self._rt.catalog.current(uow, timer.form_id)
            return pages.ids(uow, form, pages.Query(filter=wanted, setting=Setting(now=now)), most=MOST_RECORDS)
        except FormloomError:
            return []

    def _plan(self, uow: UnitOfWork, now: datetime) -> None:
        for definition, document in store.published(uow, "flow"):
            trigger = TRIGGERS.get(str(document["trigger"]["type"]))
            if not trigger.follows_clock or document.get("enabled", True) is False:
                continue
            form = store.find_by_key(uow, definition.app_id, "form", str(document["form"]))
            fire_at = trigger.next_fire(document["trigger"], now)
            if form is not None and fire_at is not None:
                clockwork.plan(uow, "scheduled", definition.id, form.id, None, fire_at, now=now)


def _guarded(act: Any) -> Any:
    def run() -> None:
        try:
            act()
        except Exception:  # noqa: BLE001 - the next tick comes
            _log.exception("a tick failed")

    return run
