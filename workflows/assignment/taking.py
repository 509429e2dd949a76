"""The queue as people see it: what waits, why, and taking one of those records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formloom.platform.access.policy import Access, Act, requires
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor, Member, System
from formloom.platform.kernel.errors import Conflict, NotFound
from formloom.platform.kernel.text import LocalizedText
from formloom.platform.records import service
from formloom.platform.records.queries.rows import read_one
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.platform.web.runtime import Runtime
from formloom.workflows.assignment import waiting
from formloom.workflows.assignment.asking import facts_of
from formloom.workflows.assignment.candidates import Candidate
from formloom.workflows.assignment.choice import takers
from formloom.workflows.assignment.claiming import AlreadyTaken, claim
from formloom.workflows.engine.words import title_of
from formloom.workflows.queries import queue, runs, staff
from formloom.workflows.queries.queue import Entry

MOST_SHOWN = 500
_TAKEN: LocalizedText = {"zh-CN": "从待派单队列领取", "en": "taken from the queue"}


class NotForYou(Conflict):
    """Something speaks against somebody's taking a record; `reason` says what."""

    code = "not_for_you"
    message = {"zh-CN": "您不能领取：{reason}", "en": "You can't take this: {reason}"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry as somebody may see it; `title` is None where he may not read the field."""

    entry: Entry
    form: FormVersion
    app_key: str
    app_title: Mapping[str, str]
    title: str | None
    can_take: bool


@requires(Act.QUEUE_LIST)
def listing(unit: ReadUnit, actor: Member, rt: Runtime, app_id: str | None = None) -> list[Shown]:
    """Return what waits and concerns the actor, oldest first: what he may take, and all of the apps that he designs."""
    access = Access.of(unit, actor)
    found = [
        entry
        for entry in queue.of_apps(unit, None if app_id is None else [app_id], most=MOST_SHOWN)
        if actor.user_id in entry.people or access.can(Act.FLOW_RUNS_READ, app=entry.app_id)
    ]
    forms = _forms(unit, rt, found)
    apps = runs.apps_named(unit, {form.app_id for form in forms.values()})
    values: dict[str, dict[str, Any]] = {}
    for form_id, form in forms.items():
        values |= runs.values_of(unit, form, [entry.record_id for entry in found if entry.form_id == form_id])
    return [
        Shown(
            entry, forms[entry.form_id], apps[entry.app_id]["key"], apps[entry.app_id]["title"],
            _title(access, forms[entry.form_id], values[entry.record_id], actor.locale),
            actor.user_id in entry.people,
        )
        for entry in found
        if entry.form_id in forms and entry.record_id in values and not values[entry.record_id].get(entry.field)
    ]  # fmt: skip


@requires(Act.QUEUE_TAKE)
def take(uow: UnitOfWork, actor: Member, rt: Runtime, entry_id: str, *, now: datetime) -> Entry:
    """Give a waiting record to the actor. Raises NotFound, NotForYou, AlreadyTaken."""
    seen = queue.find(uow, entry_id)
    if seen is None or not _concerns(uow, actor, seen):
        raise NotFound
    staff.lock_rule(uow, seen.rule)
    entry = queue.find(uow, entry_id, lock=True)
    if entry is None:
        raise AlreadyTaken
    form = rt.catalog.current(uow, entry.form_id)
    mine = _judged(uow, actor, form, entry, now)
    hand = System("claim", locale=actor.locale, person=actor.user_id)  # the queue gives the right, not a group
    claim(
        uow, form, entry.record_id, entry.field, actor.user_id, actor=hand, now=now,
        options=waiting.options_of(rt, entry, user=actor.user_id),
    )  # fmt: skip
    queue.remove(uow, entry.record_id, entry.field)
    why = {"pool": entry.pool, "strategy": "claim", "lane": "", "because": dict(_TAKEN), "skipped": [],
           "candidates": [mine.dump()], "waited_s": int((now - entry.queued_at).total_seconds())}  # fmt: skip
    runs.log_assignment(
        uow,
        {
            "form_id": form.form_id, "record_id": entry.record_id, "run_id": entry.run_id, "rule": entry.rule,
            "user_id": actor.user_id, "why": why, "at": now,
        },
    )  # fmt: skip
    return entry


@requires(Act.RECORD_READ)
def decisions(unit: ReadUnit, actor: Actor, form: FormVersion, record_id: str) -> list[dict[str, Any]]:
    """Return who was chosen for a record and why, newest first.

    What is known about others who came into question is for those who design the app. Raises NotFound.
    """
    service.read(unit, actor, form, record_id)
    sees_all = Access.of(unit, actor).can(Act.FLOW_RUNS_READ, app=form.app_id)
    found = queue.logged(unit, form.form_id, record_id)
    return found if sees_all else [{**one, "why": _without_others(one["why"])} for one in found]


def _without_others(why: Mapping[str, Any]) -> dict[str, Any]:
    return {**why, "candidates": [], "skipped": []}


def _judged(uow: UnitOfWork, actor: Member, form: FormVersion, entry: Entry, now: datetime) -> Candidate:
    """Return the actor as a candidate. Raises NotForYou with what speaks against him, NotFound."""
    record = read_one(uow, form, entry.record_id)
    rule = waiting.rule_of(uow, entry)
    if record is None or rule is None:
        raise NotFound
    facts = facts_of(uow, waiting.context_of(form, record, entry.id, now), rule, entry.rule, entry.field)
    mine = takers(rule, facts).get(actor.user_id)
    if mine is None:
        raise NotFound
    reason = mine.reason()
    if reason is not None and not mine.may_take:
        raise NotForYou(reason=reason.get(actor.locale) or reason["en"])
    return mine


def _concerns(unit: ReadUnit, actor: Member, entry: Entry) -> bool:
    return actor.user_id in entry.people or Access.of(unit, actor).can(Act.FLOW_RUNS_READ, app=entry.app_id)


def _forms(unit: ReadUnit, rt: Runtime, found: Sequence[Entry]) -> dict[str, FormVersion]:
    forms = {}
    for form_id in {entry.form_id for entry in found}:
        try:
            forms[form_id] = rt.catalog.current(unit, form_id)
        except NotFound:
            continue
    return forms


def _title(access: Access, form: FormVersion, values: Mapping[str, Any], locale: str) -> str | None:
    is_read = form.title_field is None or form.title_field in access.readable(form)
    return title_of(form, values, locale) if is_read else None
