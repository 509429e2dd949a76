"""Who gets a record of a pool whose records are given out by a rule."""

from datetime import datetime, timedelta

from formloom.platform.records.record import Record
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import UnitOfWork
from formloom.workflows.assignment.asking import facts_of
from formloom.workflows.assignment.choice import choose
from formloom.workflows.assignment.waiting import context_of
from formloom.workflows.pools.hall import Place
from formloom.workflows.queries import runs, staff


def choose_for(uow: UnitOfWork, place: Place, record: Record, waited: timedelta, now: datetime) -> str | None:
    """Return who gets a record that has `waited` so long, taking his turn.

    None when nobody is free or the rule is gone.
    """
    form, key = place.form, (place.pool.document.get("assign") or {}).get("rule")
    rule = store.published_document(uow, form.app_id, "assignment_rule", str(key)) if key else None
    if rule is None:
        return None
    lane_of = f"{form.app_id}:{key}"
    staff.lock_rule(uow, lane_of)
    context = context_of(form, record, record.id, now)
    found = choose(rule, facts_of(uow, context, rule, lane_of, place.pool.owner), waited=waited)
    if found.user_id is None:
        return None
    staff.take_turn(uow, lane_of, found.lane, found.user_id, found.start, now=now)
    runs.log_assignment(
        uow,
        {
            "form_id": form.form_id, "record_id": record.id, "run_id": None, "rule": lane_of,
            "user_id": found.user_id, "why": found.dump(), "at": now,
        },
    )  # fmt: skip
    return found.user_id
