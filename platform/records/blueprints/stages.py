"""Keeping the log of stages along with the records: written in the transaction of the change itself.

A stage is a stretch of time that a record spends in one state. It is left when the state changes or the record goes
into the trash, and begins anew when it comes out again.
"""

from collections.abc import Sequence
from typing import Any

from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.events import RecordEvent
from formloom.platform.records.blueprints import plan
from formloom.platform.records.queries import stages as rows
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.storage.prepared import Insertion


def begun_by(unit: ReadUnit, form: FormVersion, events: Sequence[RecordEvent]) -> list[Insertion]:
    """Return the stages that new records begin with, to be left along with them."""
    found = plan.of_form(unit, form)
    entered = [_entered(event, one.field) for one in found for event in events if event.after.get(one.field)]
    return [(rows.INSERTION, entered)] if entered else []


def note(uow: UnitOfWork, form: FormVersion, events: Sequence[RecordEvent]) -> None:
    """Write what changes, deletions and restorations of records mean for their stages."""
    for blueprint in plan.of_form(uow, form):
        name = blueprint.field
        moved = [one for one in events if one.kind == "record.updated" and name in one.changed]
        gone = [one for one in events if one.kind == "record.deleted"]
        back = [one for one in events if one.kind == "record.restored"]
        if leaving := [*moved, *gone]:
            rows.leave(uow, name, [one.record_id for one in leaving], at=leaving[0].at)
        entered = [_entered(one, name) for one in [*moved, *back] if one.after.get(name)]
        if entered:
            uow.leave((rows.INSERTION, entered))


def _entered(event: RecordEvent, field: str) -> dict[str, Any]:
    told: Any = event.context.get("transition") or {}
    is_meant = told.get("field") == field
    return {
        "id": rows.stage_id(), "form_id": event.form_id, "record_id": event.record_id, "field": field,
        "state": event.after[field], "entered_at": event.at, "actor_kind": event.actor_kind,
        "actor_id": event.actor_id, "transition": told.get("key") if is_meant else None,
        "comment": told.get("comment") or None if is_meant else None,
    }  # fmt: skip
