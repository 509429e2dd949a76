"""Transitions that the clock takes: so long after a state was entered, or after a date of the record.

Their timers are rows, planned in the transaction in which a record enters a state or changes in it. When one comes, the
stage for which it was planned must still last: a record that was moved meanwhile is left alone, and moving it ends the
stage, so nothing is taken twice. The clock asks for the condition of a transition; what people are asked for (fields,
a checklist, a comment) it does not give. Where the condition is not met in time, the next change of the record that
meets it is the moment.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import System
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.kernel.events import Cause, RecordEvent
from formloom.platform.records import service
from formloom.platform.records.blueprints import plan as plans
from formloom.platform.records.blueprints.plan import Blueprint, Transition
from formloom.platform.records.queries import stages
from formloom.platform.records.queries.rows import read_one
from formloom.platform.records.queries.stages import StageRow
from formloom.platform.records.record import Passage, Record, WriteOptions
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.blueprints import taking
from formloom.workflows.business_time import calendar_of, passed
from formloom.workflows.durations import Duration
from formloom.workflows.engine.conditions import clean_values
from formloom.workflows.engine.expressions import moment
from formloom.workflows.queries import clockwork

TIMER = "blueprint"
OCCASION = "blueprint.due"
_log = logging.getLogger(__name__)


def listen(uow: UnitOfWork, events: Sequence[RecordEvent], form: FormVersion) -> None:
    """Plan what the clock will do, in the transaction of what happened to the records."""
    watched = [one for one in plans.of_form(uow, form) if any(way.automatic for way in one.transitions)]
    living = {one.record_id: one for one in events if one.kind != "record.deleted"}
    if not watched or not living:
        return
    now_in = stages.open_of(uow, living)
    for blueprint in watched:
        for stage in now_in:
            if stage.field == blueprint.field:
                event = living[stage.record_id]
                values = clean_values(form, event.after)
                record = Record(event.record_id, event.form_id, event.rev, values, event.at, None, event.at, None)
                plan(uow, form, blueprint, stage, record, now=event.at)


def plan(
    uow: UnitOfWork, form: FormVersion, blueprint: Blueprint, stage: StageRow, record: Record, *, now: datetime
) -> None:
    """Plan the automatic transitions out of the stage in which a record is."""
    values = form.dump(record.values)
    about = {"flow_id": blueprint.id, "form_id": form.form_id, "record_id": record.id}
    for transition in blueprint.leaving(stage.state):
        at = due_at(uow, form, transition, stage, values)
        if at is None or (at <= now and not taking.holds(form, record, transition, now=now)):
            continue
        told = {"stage": stage.id, "transition": transition.key}
        clockwork.plan_in_run(uow, TIMER, about, max(at, now), told, now=now)


def due_at(
    unit: ReadUnit, form: FormVersion, transition: Transition, stage: StageRow, values: Mapping[str, Any]
) -> datetime | None:
    """Return when the clock takes a transition; None for never, or where its date is empty."""
    when = transition.automatic
    if not when:
        return None
    begin = stage.entered_at
    if when.get("field"):
        found = moment(values.get(str(when["field"])), "00:00", form.zone)
        if found is None:
            return None
        begin = found
    if not when.get("after"):
        return begin
    length = Duration.parse(str(when["after"]))
    calendar = calendar_of(unit, form.app_id, str(when["calendar"])) if when.get("calendar") else None
    if calendar is None:
        return length.after(begin, form.zone)
    return passed(calendar, begin, length)


def fire(uow: UnitOfWork, rt: Runtime, form_id: str, told: Mapping[str, Any], *, now: datetime) -> None:
    """Take the transition that a timer was planned for, if its stage still lasts and it is still due."""
    stage = stages.find(uow, str(told.get("stage")))
    if stage is None or stage.left_at is not None:
        return
    form = rt.catalog.current(uow, form_id)
    blueprint = next((one for one in plans.of_form(uow, form) if one.id == told.get("flow_id")), None)
    transition = blueprint.find(str(told.get("transition"))) if blueprint else None
    record = read_one(uow, form, stage.record_id, lock=True)
    if blueprint is None or transition is None or record is None or not transition.leads_from(stage.state):
        return
    at = due_at(uow, form, transition, stage, form.dump(record.values))
    is_it = record.values.get(blueprint.field) == stage.state and at is not None and at <= now
    if is_it and taking.holds(form, record, transition, now=now):
        _take(uow, rt, form, blueprint, transition, stage, now)


def _take(
    uow: UnitOfWork, rt: Runtime, form: FormVersion, blueprint: Blueprint, transition: Transition, stage: StageRow,
    now: datetime,
) -> None:  # fmt: skip
    passage = Passage(blueprint.key, blueprint.field, transition.to, stage.state, transition.key)
    options = WriteOptions(
        cause=Cause("clock"), listeners=rt.listeners, context={"channel": "blueprint"}, passage=passage
    )
    clock = System("blueprint", blueprint.id)
    try:
        with uow.attempt():
            service.update(
                uow, clock, form, stage.record_id, {blueprint.field: transition.to}, now=now, options=options
            )
    except FormloomError as fault:  # a rule of the form stands in the way; the record stays as it is
        _log.warning("transition %s of record %s was refused: %s", transition.key, stage.record_id, fault.code)
