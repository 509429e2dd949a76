"""Trying an assignment rule, or its draft, on the records that are there: a job that writes nothing but its result.

job_id = plan(uow, actor, rt, rule_id, document=…, most=1_000, at="then", now=now)
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

from formloom.platform.access.identity import load_member
from formloom.platform.access.policy import Access, Act, demand
from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.form import FormVersion
from formloom.platform.definitions.kinds.base import shape_findings
from formloom.platform.definitions.kinds.types.assignment_rule import AssignmentRule
from formloom.platform.kernel.actors import Actor
from formloom.platform.kernel.errors import Forbidden, FormloomError, Invalid, NotFound
from formloom.platform.records import jobs
from formloom.platform.records.house import House
from formloom.platform.records.queries import jobs as job_rows
from formloom.platform.records.queries import pages
from formloom.platform.records.queries.jobs import JobRow
from formloom.platform.records.record import Record
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.assignment.trial import Trial

KIND = "assignment_trial"
PAGE = 500
MOST = 100_000
Moment = Literal["then", "now"]
_BROKE = {
    "code": "trial_failed",
    "message": {"zh-CN": "试运行中断，没有写入任何内容", "en": "The trial broke off; nothing was written"},
}


class TrialHidden(Forbidden):
    """The rule looks at fields that the actor may not see."""

    code = "trial_hidden"
    message = {
        "zh-CN": "规则用到了您看不到的字段，不能试运行",
        "en": "The rule looks at fields that you may not see, so you can't try it",
    }


def plan(
    uow: UnitOfWork, actor: Actor, rt: Runtime, rule_id: str, *, document: Mapping[str, Any] | None, most: int | None,
    at: Moment, now: datetime,
) -> str:  # fmt: skip
    """Write down a trial of a rule's draft, or of `document`, on its newest `most` records, and return the job.

    Raises NotFound, Forbidden, Invalid.
    """
    definition = store.find(uow, rule_id, with_draft=True)
    demand(uow, actor, Act.FLOW_SIMULATE, app=definition.app_id)
    if definition.kind != AssignmentRule.id:
        raise NotFound
    wanted = dict(document if document is not None else definition.draft or {})
    if faults := shape_findings(AssignmentRule.schema, wanted):
        raise Invalid(findings=faults)
    form = rt.catalog.in_app(uow, definition.app_id, str(wanted["form"]))
    demand(uow, actor, Act.RECORD_READ, form=form)
    ensure_seen(uow, actor, form, wanted)
    setting = Setting(now=now, me=jobs.author_of(actor))
    there = pages.count(uow, form, pages.Query(rows=Access.of(uow, actor).rows(form), setting=setting))
    limit = min(most or MOST, MOST)
    payload = {"rule": definition.id, "document": wanted, "at": at, "most": limit}
    return jobs.enqueue(uow, actor, KIND, payload, form_id=form.form_id, total=min(there, limit), now=now)


def run(house: House, job_id: str) -> None:
    """Work off a waiting trial and write down what it came to."""
    job = house.db.write(lambda uow: jobs.claim(uow, job_id, now=house.clock.now()))
    if job is None:
        return
    ended: dict[str, Any] = {"state": "failed", "error": _BROKE}
    try:
        ended = {"state": "done", "result": _tried(house, job)}
    except FormloomError as fault:
        ended["error"] = {"code": fault.code, "message": {one: fault.words(one) for one in fault.message}}
    finally:
        house.db.write(
            lambda uow: job_rows.change(uow, job_id, {**ended, "finished_at": house.clock.now()}, only_in=("running",))
        )


def ensure_seen(unit: ReadUnit, actor: Actor, form: FormVersion, rule: Mapping[str, Any]) -> None:
    """Raise TrialHidden where a rule looks at a field that the actor may not see."""
    named = {usage.field for usage in AssignmentRule().references(rule) if usage.kind == "form" and usage.field}
    if not named & form.field_ids <= Access.of(unit, actor).readable(form):
        raise TrialHidden


def _tried(house: House, job: JobRow) -> dict[str, Any]:
    now = house.clock.now()
    with house.db.read() as unit:
        form = house.catalog.current(unit, job.form_id or "")
        actor = load_member(unit, job.created_by or "")
        if actor is None:
            raise Forbidden
        access = Access.of(unit, actor)
        shows = form.title_field is None or form.title_field in access.readable(form)
        at = now if job.payload["at"] == "now" else None
        trial = Trial(unit, form, job.payload["document"], at, actor.locale, shows)
        query = pages.Query(rows=access.rows(form), setting=Setting(now=now, me=actor.user_id))
        for number, record in enumerate(newest(unit, form, query, int(job.payload["most"])), 1):
            trial.decide(record)
            if number % PAGE == 0 and not _goes_on(house, job.id, number):
                break
        _goes_on(house, job.id, trial.decided)
        return trial.outcome()


def newest(unit: ReadUnit, form: FormVersion, query: pages.Query, most: int) -> Iterator[Record]:
    """Yield the newest records that a query meets, at most `most`, the oldest of them first."""
    found: list[Record] = []
    cursor: str | None = None
    while len(found) < most:
        part = pages.page(unit, form, pages.Query(
            filter=query.filter, rows=query.rows, setting=query.setting, sort=("-created_at",),
            limit=min(PAGE, most - len(found)), cursor=cursor, with_rows=frozenset(),
        ))  # fmt: skip
        found += part.records
        cursor = part.next
        if cursor is None:
            break
    while found:
        yield found.pop()


def _goes_on(house: House, job_id: str, done: int) -> bool:
    """Write down how far a trial is; False when it was cancelled."""
    counts = {"done": done, "ok": done, "heartbeat_at": house.clock.now()}
    return house.db.write(lambda uow: job_rows.change(uow, job_id, counts, only_in=("running",)))
