"""When a task is late, and the timers that watch over it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.workflows.approvals.facts import Running
from formloom.workflows.business_time import calendar_of, passed
from formloom.workflows.durations import Duration
from formloom.workflows.engine.context import Context
from formloom.workflows.engine.expressions import moment
from formloom.workflows.queries import clockwork


def later(unit: ReadUnit, context: Context, after: Duration, calendar: str | None) -> datetime | None:
    """Return the moment after a duration: on the wall clock, or in the working days and hours of a calendar."""
    found = calendar_of(unit, context.form.app_id, calendar) if calendar else None
    return after.after(context.now, context.zone) if found is None else passed(found, context.now, after)


def due_at(unit: ReadUnit, context: Context, node: Mapping[str, Any]) -> datetime | None:
    """Return when a task that opens now is late; None for never, or where its date is empty."""
    setting = node.get("timeout") or {}
    if setting.get("after"):
        return later(unit, context, Duration.parse(str(setting["after"])), setting.get("calendar"))
    if setting.get("field"):
        return moment(context.values.get(str(setting["field"])), "18:00", context.zone)
    return None


def plan(
    uow: UnitOfWork, context: Context, node: Mapping[str, Any], task_id: str, due: datetime | None, run: Running
) -> None:
    """Set the timers of a task: the reminder before it is late, and the moment when it is."""
    if due is None:
        return
    about = {"flow_id": run.flow_id, "form_id": run.form_id, "record_id": run.record_id}
    before = str((node.get("timeout") or {}).get("remind_before") or "")
    if before:
        at = Duration.parse(before if before.startswith("-") else f"-{before}").after(due, context.zone).astimezone(UTC)
        if at > context.now:
            clockwork.plan_in_run(uow, "remind", about, at, {"task": task_id}, now=context.now)
    clockwork.plan_in_run(uow, "late", about, due, {"task": task_id}, now=context.now)
