"""From the outbox to the flows: claims events, runs what matches, exactly once.

An event is claimed under a lease; its flows run, and it is marked as done, in one transaction. The unique key of a
run (flow, event) makes a repeat after a crash do nothing. Events of one record are worked on in order. A flow that
breaks for a reason nobody foresaw is written down as failed, alone; an event that can't be worked on at all is tried
again and in the end put aside as dead. So is one that ends the process of whoever works on it: tries are counted when
an event is claimed. A person can have it run again (`dead_events`).
"""

import logging
import threading
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from formloom.platform.definitions.conditions.tree import duration
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import NotFound
from formloom.platform.kernel.events import Cause
from formloom.platform.kernel.text import LocalizedText
from formloom.platform.records.audience import is_followed
from formloom.platform.records.queries.rows import read_one
from formloom.platform.records.record import WriteOptions
from formloom.platform.records.relations import refreshing
from formloom.platform.storage import access_epoch
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import DatabaseTroubled, ReadUnit, UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows import watching
from formloom.workflows.approvals import timers
from formloom.workflows.assignment import waiting
from formloom.workflows.blueprints import automatic, following
from formloom.workflows.engine.context import Occasion
from formloom.workflows.engine.trace import TraceLine
from formloom.workflows.failures import reasons
from formloom.workflows.queries import claims, clockwork, failures, runs
from formloom.workflows.queries.claims import OutboxRow
from formloom.workflows.running import MAX_DEPTH, Flow, begin_run, run_flow
from formloom.workflows.sla.announcing import KEPT_FOR, Announcer
from formloom.workflows.triggers.registry import TRIGGERS

BY_THEMSELVES = frozenset({"flow.timer", automatic.OCCASION})
"""What is worked on whether or not flows listen to the form."""
BATCH = 100
TOGETHER = 8
MAX_ATTEMPTS = 6
ENDED_ITS_WORKER = "the process that worked on it ended each time, or took longer than its lease"
ITS_OWN_DOING = {
    "zh-CN": "由本规则自己的动作引起，未再次执行，以免循环",
    "en": "Not run again: this came of what the rule itself did",
}
TOO_OFTEN = {
    "zh-CN": "已达到本规则的频率上限，未执行",
    "en": "Not run: this rule has run as often as it may for now",
}
TOO_LONG_A_CHAIN = {
    "zh-CN": "规则接连触发已达 {max} 层，未再执行".replace("{max}", str(MAX_DEPTH)),
    "en": "Not run: {max} rules had set each other off by then".replace("{max}", str(MAX_DEPTH)),
}
_log = logging.getLogger(__name__)


class Dispatcher:
    """Runs flows for the events of one installation."""

    def __init__(self, rt: Runtime, owner: str) -> None:
        self._rt = rt
        self._owner = owner
        self._lock = threading.Lock()
        self._epoch = ""
        self._flows: dict[str, list[Flow]] = {}
        self._clocks = Announcer()

    def dispatch(self) -> int:
        """Work on what waits, up to one batch; return how many events were taken."""
        with self._rt.db.read() as unit:
            if not claims.waiting(unit):
                return 0
        taken, rows = self._rt.db.write(self._claim)
        rows = self._but_worn_out(rows)
        for first in range(0, len(rows), TOGETHER):
            self._work_on(rows[first : first + TOGETHER])
        return taken

    def _claim(self, uow: UnitOfWork) -> tuple[int, list[OutboxRow]]:
        """Return how many events were found, and those of them that some flow may be meant for."""
        found = claims.ready(uow, now=self._rt.now(), most=BATCH)
        rows = [row for row in found if row.kind in BY_THEMSELVES or self._has_flows(uow, row.form_id)]
        meant = {row.id for row in rows}
        if idle := [row.id for row in found if row.id not in meant]:
            claims.finish(uow, idle)
        if rows:
            claims.lease(uow, [row.id for row in rows], self._owner, now=self._rt.now())
        return len(found), rows

    def _but_worn_out(self, rows: list[OutboxRow]) -> list[OutboxRow]:
        """Put aside what was tried as often as can be without anybody living to tell; return the others."""
        if worn := [row.id for row in rows if row.attempts >= MAX_ATTEMPTS]:
            _log.error("events put aside, %s: %s", ENDED_ITS_WORKER, ", ".join(worn))
            for row in rows:
                if row.id in worn:
                    self._bury(row, ENDED_ITS_WORKER, reasons.WORN_OUT)
        return [row for row in rows if row.attempts < MAX_ATTEMPTS]

    def _bury(self, row: OutboxRow, error: str, code: str) -> None:
        """Let an event wait for a person."""

        def work(uow: UnitOfWork) -> None:
            claims.finish(uow, [row.id], state="dead", error=error)
            failures.note(uow, "event", code, form_id=row.form_id, now=self._rt.now())

        self._rt.db.write(work)

    def _has_flows(self, uow: UnitOfWork, form_id: str) -> bool:
        try:
            form = self._rt.catalog.current(uow, form_id)
            listens = self._clocks.listens(uow, form) or following.listens(uow, form)
            return listens or bool(self._flows_of(uow, form)) or is_followed(uow, form)
        except NotFound:  # the form or its app is gone
            return False

    def _work_on(self, rows: list[OutboxRow]) -> None:
        try:
            self._rt.db.write(lambda uow: self._run_all(uow, rows))
        except Exception as fault:  # noqa: BLE001 - whatever happened, the events must not be lost
            if len(rows) > 1:
                for row in rows:
                    self._work_on([row])
            else:
                self._put_aside(rows[0], fault)

    def _run_all(self, uow: UnitOfWork, rows: list[OutboxRow]) -> None:
        for row in rows:
            if row.kind == "flow.timer":
                timers.fire(uow, self._rt, row.payload, now=self._rt.now())
            elif row.kind == automatic.OCCASION:
                automatic.fire(uow, self._rt, row.form_id, row.payload, now=self._rt.now())
            elif self._has_flows(uow, row.form_id):
                self._run(uow, row)
        claims.finish(uow, [row.id for row in rows])
        uow.after_commit(self._rt.wake)

    def _run(self, uow: UnitOfWork, row: OutboxRow) -> None:
        form = self._rt.catalog.current(uow, row.form_id)
        occasion = self._occasion(uow, form, row)
        self._follow(uow, form, occasion)
        flows = self._flows_of(uow, form) if row.payload.get("rules", True) else []
        self._plan_dates(uow, form, occasion, flows)
        watching.look_again(uow, self._rt, occasion, now=self._rt.now())
        meant = [flow for flow in flows if self._is_meant(flow, occasion)]
        own = [*self._clocks.actions_of(uow, form, occasion), *following.actions_of(uow, form, occasion)]
        for flow in [*own, *meant]:
            if flow.id in occasion.cause.flows or occasion.cause.depth >= MAX_DEPTH:
                is_own = flow.id in occasion.cause.flows
                text = ITS_OWN_DOING if is_own else TOO_LONG_A_CHAIN
                code = reasons.IN_A_CIRCLE if is_own else reasons.TOO_LONG_A_CHAIN
                # A rule that is not run for what it did itself works as it should; one in a circle of rules does not.
                self._stop(uow, flow, form, occasion, text, None if occasion.cause.flows == (flow.id,) else code)
            elif self._is_spent(uow, flow):
                self._stop(uow, flow, form, occasion, TOO_OFTEN, reasons.TOO_OFTEN)
            else:
                self._run_one(uow, flow, form, occasion)
        waiting.look_again(uow, self._rt, form, occasion, now=self._rt.now())
        if occasion.kind in KEPT_FOR and occasion.record_id:
            self._keep_clocks(uow, form, occasion, flows)

    def _keep_clocks(self, uow: UnitOfWork, form: FormVersion, occasion: Occasion, flows: Iterable[Flow]) -> None:
        """Work out the clocks of the record anew; what breaks here must not keep the event from being done."""
        try:
            with uow.attempt():
                self._clocks.keep(uow, form, occasion, flows, now=self._rt.now())
        except DatabaseTroubled:
            raise
        except Exception:  # noqa: BLE001 - the next event, or the next timer, works them out again
            _log.exception("the clocks of record %s can't be kept", occasion.record_id)

    def _follow(self, uow: UnitOfWork, form: FormVersion, occasion: Occasion) -> None:
        """Gather again in records of other forms that show something of this one."""
        if not occasion.kind.startswith("record.") or not occasion.record_id or occasion.cause.depth >= MAX_DEPTH:
            return
        options = WriteOptions(
            listeners=self._rt.listeners, locale=occasion.locale, messages=occasion.messages,
            rules=bool(occasion.payload.get("rules", True)),
        )  # fmt: skip
        planned = refreshing.follow(
            uow, form, occasion.record_id, occasion.before, occasion.after, cause=occasion.cause, now=self._rt.now(),
            options=options,
        )  # fmt: skip
        for job_id in planned:
            uow.after_commit(partial(self._rt.start_job, job_id))

    def _run_one(self, uow: UnitOfWork, flow: Flow, form: FormVersion, occasion: Occasion) -> None:
        now = self._rt.now()
        try:
            with uow.attempt():
                run_flow(uow, self._rt, flow, form, occasion, now=now)
        except DatabaseTroubled:  # a deadlock, a lost connection, a full disk: no fault of the flow
            raise
        except Exception as fault:  # noqa: BLE001 - one broken flow must not stop the others
            _log.exception("flow %s broke on event %s", flow.definition.key, occasion.event_id)
            run_id = begin_run(uow, flow, form, occasion, now=self._rt.now())
            if run_id is not None:
                runs.finish(uow, run_id, {"state": "failed", "error": f"{type(fault).__name__}: {fault}"[:2000]})
                self._note(uow, "run", reasons.code_of(fault), flow, form)

    def _is_meant(self, flow: Flow, occasion: Occasion) -> bool:
        if not flow.is_on or (occasion.flow_id is not None and occasion.flow_id != flow.id):
            return False
        if occasion.kind == "flow.called":
            return occasion.flow_id == flow.id
        return TRIGGERS.get(str(flow.trigger["type"])).accepts(flow.trigger, occasion)

    def _is_spent(self, unit: ReadUnit, flow: Flow) -> bool:
        """Tell whether a flow has run as often as it may for now."""
        limit = flow.document.get("limit")
        if not limit:
            return False
        since = self._rt.now() - duration(str(limit["per"]))
        return runs.is_spent(unit, flow.id, int(limit["runs"]), since)

    def _stop(
        self, uow: UnitOfWork, flow: Flow, form: FormVersion, occasion: Occasion, text: LocalizedText, code: str | None
    ) -> None:
        """Write down that a flow was not started, and why; with a `code` it is a failure."""
        run_id = begin_run(uow, flow, form, occasion, now=self._rt.now())
        if run_id is not None:
            line = TraceLine("", "", "skipped", error=text)
            runs.finish(uow, run_id, {"state": "skipped", "trace": [line.dump()], "took_ms": 0})
            if code is not None:
                self._note(uow, "stopped", code, flow, form)

    def _note(self, uow: UnitOfWork, kind: failures.Kind, code: str, flow: Flow, form: FormVersion) -> None:
        failures.note(uow, kind, code, form_id=form.form_id, flow_id=flow.id, now=self._rt.now())

    def _occasion(self, uow: UnitOfWork, form: FormVersion, row: OutboxRow) -> Occasion:
        payload = row.payload
        after: dict[str, Any] = payload.get("after") or {}
        if row.kind.startswith(("flow.", "sla.")) and row.record_id:
            record = read_one(uow, form, row.record_id)
            after = form.dump(record.values) if record else {}
        return Occasion(
            event_id=row.id, kind=row.kind, app_id=form.app_id, form_id=form.form_id, at=row.created_at,  # type: ignore[arg-type]  # the kinds are ours
            record_id=row.record_id or None, after=after, before=payload.get("before") or {},
            changed=tuple(payload.get("changed") or ()), actor_kind=payload.get("actor_kind") or "system",
            actor_id=payload.get("actor_id"), locale=payload.get("locale") or "zh-CN",
            cause=Cause.of(payload.get("cause") or {}),
            messages=payload.get("messages", True), flow_id=payload.get("flow_id"), payload=payload,
        )  # fmt: skip

    def _plan_dates(self, uow: UnitOfWork, form: FormVersion, occasion: Occasion, flows: Iterable[Flow]) -> None:
        """Move the timers of date triggers along with the record."""
        if not occasion.kind.startswith("record.") or not occasion.record_id:
            return
        now = self._rt.now()
        for flow in flows:
            trigger = TRIGGERS.get(str(flow.trigger["type"]))
            if not trigger.follows_records:
                continue
            is_gone = occasion.kind == "record.deleted"
            fire_at = None if is_gone else trigger.fires_for(flow.trigger, occasion.after, form.zone)
            clockwork.drop_waiting(uow, flow.id, occasion.record_id, but=fire_at)
            # measured by when it was written, not by now: an event that waited for long still gets its timer
            if fire_at is not None and fire_at > occasion.at - timedelta(minutes=1):
                clockwork.plan(uow, "date_offset", flow.id, form.form_id, occasion.record_id, fire_at, now=now)

    def _flows_of(self, unit: ReadUnit, form: FormVersion) -> list[Flow]:
        epoch = access_epoch.current(unit)
        with self._lock:
            if epoch != self._epoch or not epoch:
                self._epoch, self._flows = epoch, {}
            known = self._flows.get(form.form_id)
        if known is None:
            known = [
                Flow(definition, document)
                for definition, document in store.published(unit, "flow", app_id=form.app_id)
                if document.get("form") == form.key
            ]
            with self._lock:
                self._flows[form.form_id] = known
        return known

    def _put_aside(self, row: OutboxRow, fault: Exception) -> None:
        _log.exception("event %s could not be worked on", row.id)
        why = f"{type(fault).__name__}: {fault}"
        if row.attempts + 1 >= MAX_ATTEMPTS:
            self._bury(row, why[:2000], reasons.code_of(fault))
        else:
            later = self._rt.now() + timedelta(seconds=5 * 2**row.attempts)
            self._rt.db.write(lambda uow: claims.put_off(uow, row.id, later, why))
