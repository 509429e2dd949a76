"""Computing the computed fields of records that are there already, after a formula was added or changed.

A formula of a sub-form's column has the rows computed, and what the form adds up from them.

Publishing writes down a job, and so does a change of a record that very many others show; a process of its own works
it off in parts. A part is one transaction with its records and how far the job is, so a job that broke off goes on
where it stopped. A recomputation is no change of a record: its revision, its author, its history and its time of change
stay, and nothing is announced, so no flow runs. A record that somebody writes meanwhile is computed by that write.

    job_id = recomputing.plan(uow, actor, before, after, now=now)   # None when nothing has to be done
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from formloom.platform.definitions.fields.base import CleanContext
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor, System
from formloom.platform.records import jobs
from formloom.platform.records.house import House
from formloom.platform.records.lookups import clean_context
from formloom.platform.records.queries import child_rows, people, sweeps
from formloom.platform.records.queries import jobs as job_rows
from formloom.platform.records.queries.jobs import JobRow
from formloom.platform.records.record import Record
from formloom.platform.storage.database import ReadUnit, UnitOfWork

KIND = "recompute"
PART = 250
_LOCALE = "zh-CN"
_HOUSE = System("recompute")
_BROKE = {
    "code": "recompute_failed",
    "message": {
        "zh-CN": "重算中断，尚未重算的记录仍是旧值",
        "en": "Computing broke off; records that it did not reach keep their old values",
    },
}


def plan(uow: UnitOfWork, actor: Actor, before: FormVersion, after: FormVersion, *, now: datetime) -> str | None:
    """Write down a job for the computed fields that are not as they were; it takes over what an earlier one left."""
    left = job_rows.unfinished(uow, KIND, after.form_id)
    wanted = after.computed_anew(before) | {name for job in left for name in job.payload["fields"]}
    wanted &= after.field_ids
    total = sweeps.count_all(uow, after) if wanted else 0
    if not total:
        return None
    for job in left:
        job_rows.change(uow, job.id, {"state": "cancelled", "finished_at": now}, only_in=("queued", "running"))
    payload = {"fields": sorted(wanted), "last": "", "locale": _LOCALE}
    return jobs.enqueue(uow, actor, KIND, payload, form_id=after.form_id, total=total, now=now)


def again(uow: UnitOfWork, actor: Actor, form: FormVersion, *, now: datetime) -> str | None:
    """Write down a job for everything that is computed in a form's records, and return it.

    None where one waits already that will do it all, or there is nothing to compute.
    """
    wanted = {item.id for item in form.stored if item.type.is_generated}
    for job in job_rows.unfinished(uow, KIND, form.form_id):
        if job.state == "queued" and not job.payload["last"] and wanted <= set(job.payload["fields"]):
            return None
    total = sweeps.count_all(uow, form) if wanted else 0
    payload = {"fields": sorted(wanted), "last": "", "locale": _LOCALE}
    return jobs.enqueue(uow, actor, KIND, payload, form_id=form.form_id, total=total, now=now) if total else None


def waiting(unit: ReadUnit, form_id: str) -> str | None:
    """Return the job about a form that waits to be begun, or None."""
    return next((job.id for job in job_rows.unfinished(unit, KIND, form_id) if job.state == "queued"), None)


def run(house: House, job_id: str) -> None:
    """Work off a waiting job and write down how it ended; nothing happens when it does not wait any more."""
    jobs.work_off(house, job_id, _part, broke=_BROKE)


def _part(house: House, uow: UnitOfWork, job: JobRow, now: datetime) -> bool:
    """Compute the next records; tell whether there may be more."""
    form = house.catalog.current(uow, job.form_id or "")
    wanted = [form.by_id[name] for name in job.payload["fields"] if name in form.by_id]
    names = [item.id for item in wanted if item.type.is_generated]
    inside = [item.id for item in wanted if item.rows is not None]
    records = sweeps.after(uow, form, str(job.payload["last"]), limit=PART, lock=bool(inside))
    child_rows.load(uow, form, records)
    before = {one.id: replace(one, values=dict(one.values)) for one in records} if inside else {}
    changed = _changed(uow, form, records, [*names, *inside], now=now)
    sweeps.put(uow, form, names, changed)
    if inside:
        child_rows.rewrite_each(
            uow,
            form,
            [(before[one.id], {name: one.values[name] for name in inside if name in one.values}) for one in changed],
        )
    counts = {"done": job.done + len(records), "ok": job.ok + len(changed), "heartbeat_at": now}
    payload = {**job.payload, "last": records[-1].id} if records else job.payload
    job_rows.change(uow, job.id, {**counts, "payload": payload})
    return len(records) == PART


def _changed(
    uow: UnitOfWork, form: FormVersion, records: Sequence[Record], names: Sequence[str], *, now: datetime
) -> list[Record]:
    ctx = clean_context(uow, _HOUSE, form, now=now, locale=_LOCALE, owner="")
    authors = people.user_names(uow, {one.updated_by for one in records if one.updated_by})
    found = []
    for record in records:
        acting = CleanContext(now=now, locale=_LOCALE, user=authors.get(record.updated_by or "", ""), names=ctx.names)
        gathered = _gathered(uow, form, record, now=now) if form.gathered else {}
        computed = {**gathered, **form.computed({**record.values, **gathered}, acting)}
        if any(computed[name] != record.values.get(name) for name in names if name in computed):
            record.values.update((name, computed[name]) for name in names if name in computed)
            found.append(record)
    return found


def _gathered(uow: UnitOfWork, form: FormVersion, record: Record, *, now: datetime) -> dict[str, Any]:
    """Return what is gathered for a record from other forms."""
    ctx = clean_context(
        uow, _HOUSE, form, now=now, locale=_LOCALE, owner="", record_id=record.id, current=record.values
    )  # fmt: skip
    return dict(ctx.related(record.values, ()))
