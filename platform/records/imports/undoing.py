"""Taking an import back: one act, one transaction, everything into the trash that nobody changed since.

What a flow wrote into a record (who got it, a due time) does not count as a change, what a person wrote does. The
records can be taken out of the trash one by one like all others.
"""

from datetime import datetime

from formloom.platform.access import audit
from formloom.platform.access.policy import Act, demand, requires
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.errors import Conflict
from formloom.platform.kernel.events import RecordEvent
from formloom.platform.kernel.ids import new_id
from formloom.platform.kernel.jsontypes import JSONObject
from formloom.platform.records import jobs, service
from formloom.platform.records.blueprints import stages
from formloom.platform.records.house import House
from formloom.platform.records.queries import jobs as rows
from formloom.platform.records.queries import traces
from formloom.platform.records.queries.jobs import JobRow
from formloom.platform.storage.database import UnitOfWork

UNDOABLE = ("done", "failed", "cancelled")


class JobNotUndoable(Conflict):
    """Only what has ended can be undone, and only once."""

    code = "job_not_undoable"
    message = {"zh-CN": "此任务不能撤销", "en": "This job can't be undone"}


@requires(Act.JOB_CHANGE)
def undo(uow: UnitOfWork, actor: Actor, house: House, job_id: str, *, now: datetime) -> JobRow:
    """Put the records of an ended import into the trash; the job's result says how many, and how many stayed.

    Raises NotFound, JobNotUndoable.
    """
    job = jobs.read(uow, actor, job_id)
    form = house.catalog.current(uow, job.form_id or "")
    demand(uow, actor, Act.RECORD_IMPORT, form=form)
    if job.kind != "import" or not rows.change(uow, job_id, {"state": "undone"}, only_in=UNDOABLE):
        raise JobNotUndoable
    found = rows.untouched(uow, form, job_id)
    rows.trash(uow, form, [record_id for record_id, _rev in found], by=jobs.author_of(actor), now=now)
    service.fill_seats(uow, form, now=now)
    events = [_event(actor, form, record_id, rev + 1, now) for record_id, rev in found]
    traces.note(uow, events, is_heard=False)
    stages.note(uow, form, events)
    result = {**(job.result or {}), "removed": len(found), "kept": rows.count_living(uow, form, job_id)}
    rows.change(uow, job_id, {"result": result})
    detail: JSONObject = {"undone": job_id, "rows": len(found)}
    audit.note(uow, actor, Act.RECORD_IMPORT, "form", form.form_id, detail, now=now)
    return jobs.read(uow, actor, job_id)


def _event(actor: Actor, form: FormVersion, record_id: str, rev: int, now: datetime) -> RecordEvent:
    return RecordEvent(
        id=new_id(), kind="record.deleted", app_id=form.app_id, form_id=form.form_id, version=form.version,
        record_id=record_id, rev=rev, actor_kind=actor.kind, actor_id=actor.id, at=now, after={}, rules=False,
    )  # fmt: skip
