"""Who may take which transition of a record now, and taking it.

This is the one place that decides it: the list of buttons, the route and the tests ask here. A transition is open to
somebody who may change the record, is among its people, and whose record is in the right state and meets its condition.
What it asks for (required fields, the checklist, a comment) is demanded when it is taken, in the same unit of work that
moves the state. It gives the right to its own field; other fields need the rights that they always need.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from formloom.platform.access.policy import Access, Act, demand, requires
from formloom.platform.definitions.cleaning import REQUIRED
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor, Member
from formloom.platform.kernel.errors import Conflict, Finding, Forbidden, Invalid, NotFound
from formloom.platform.records import service
from formloom.platform.records.blueprints import plan
from formloom.platform.records.blueprints.plan import Blueprint, Transition
from formloom.platform.records.record import InvalidValues, Passage, Record, WriteOptions
from formloom.platform.storage.database import ReadUnit, UnitOfWork
from formloom.workflows.approvals import people
from formloom.workflows.engine.conditions import explain, meets
from formloom.workflows.engine.context import Context, Occasion

NOT_TICKED = {"zh-CN": "请先勾选此项", "en": "Tick this off first"}
NOT_ASKED_FOR = {"zh-CN": "此流转不填写该字段", "en": "This transition doesn't ask for this field"}


class WrongState(Conflict):
    """The record is not in a state from which the transition leads; somebody may have been quicker."""

    code = "wrong_state"
    message = {
        "zh-CN": "记录的状态已变化，不能再执行此流转",
        "en": "The record's state has changed; this transition doesn't lead on from it",
    }


class NotYours(Forbidden):
    """The transition is for other people."""

    code = "not_for_you"
    message = {"zh-CN": "此流转由其他人执行", "en": "This transition is for other people"}


class NotYet(Invalid):
    """The record does not meet the transition's condition."""

    code = "condition_not_met"
    message = {
        "zh-CN": "记录尚未满足此流转的条件",
        "en": "The record doesn't meet the condition of this transition yet",
    }


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody gives along with a transition: values of the fields that it asks for, ticked items, a comment."""

    values: Mapping[str, Any] = field(default_factory=dict)
    checked: Sequence[str] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """A transition out of the present state, and what keeps the asking person from it (None: it is open).

    `why` are the comparisons of its condition, where that is what is not met.
    """

    transition: Transition
    barred: type[NotYours] | type[NotYet] | None = None
    why: Sequence[Mapping[str, Any]] = ()


def ways(
    unit: ReadUnit, actor: Member, form: FormVersion, record: Record, *, now: datetime
) -> list[tuple[Blueprint, list[Way]]]:
    """Return each blueprint of the record whose field the actor may see, with the ways out of the present state."""
    access = Access.of(unit, actor)
    readable = access.readable(form)
    context = _context(form, record, actor, now)
    asking = people.Asking(unit, context, record.created_by)
    return [
        (one, [_way(asking, actor, transition) for transition in one.leaving(record.values.get(one.field))])
        for one in plan.of_form(unit, form)
        if one.field in readable
    ]


@requires(Act.RECORD_UPDATE)
def take(
    uow: UnitOfWork, actor: Member, form: FormVersion, record_id: str, name: tuple[str, str], said: Said, *,
    now: datetime, if_rev: int | None, options: WriteOptions,
) -> Record:  # fmt: skip
    """Take the transition `name` (keys of blueprint and transition) of a record.

    Raises NotFound, StaleRecord, WrongState, NotYours, NotYet, InvalidValues.
    """
    record = service.changeable(uow, actor, form, record_id)
    blueprint = _blueprint(uow, actor, form, name[0])
    transition = blueprint.find(name[1])
    if transition is None:
        raise NotFound
    state = record.values.get(blueprint.field)
    if not transition.leads_from(state):
        raise WrongState
    way = _way(people.Asking(uow, _context(form, record, actor, now), record.created_by), actor, transition)
    if way.barred is not None:
        raise way.barred
    _demand(transition, said, {**form.dump(record.values), **said.values})
    passage = Passage(blueprint.key, blueprint.field, transition.to, state, transition.key, said.comment.strip())
    values = {**said.values, blueprint.field: transition.to}
    after = service.update(
        uow, actor, form, record_id, values, now=now, if_rev=if_rev, options=replace(options, passage=passage)
    )
    _demand(transition, said, form.dump(after.values))  # what was sent may have come to nothing when it was cleaned
    return after


@requires(Act.RECORD_UPDATE)
def put_right(
    uow: UnitOfWork, actor: Actor, form: FormVersion, record_id: str, blueprint_key: str, state: str, comment: str, *,
    now: datetime, if_rev: int | None, options: WriteOptions,
) -> Record:  # fmt: skip
    """Set a state without a transition, for those who manage the app's processes; the log says so, and why.

    Raises NotFound, Forbidden, StaleRecord, InvalidValues.
    """
    demand(uow, actor, Act.PROCESS_MANAGE, app=form.app_id)
    record = service.changeable(uow, actor, form, record_id)
    blueprint = _blueprint(uow, actor, form, blueprint_key)
    if state not in blueprint.states:
        words = {"zh-CN": "没有这个状态", "en": "There is no such state"}
        raise InvalidValues(findings=[Finding("not_a_state", words, field=blueprint.field)], count=1)
    was = record.values.get(blueprint.field)
    passage = Passage(blueprint.key, blueprint.field, state, was, None, comment.strip())
    return service.update(
        uow, actor, form, record_id, {blueprint.field: state}, now=now, if_rev=if_rev,
        options=replace(options, passage=passage),
    )  # fmt: skip


def holds(form: FormVersion, record: Record, transition: Transition, *, now: datetime) -> bool:
    """Tell whether a record meets the condition of a transition, asked by nobody in particular."""
    return meets(transition.document.get("when") or {}, _context(form, record, None, now))


def _blueprint(unit: ReadUnit, actor: Actor, form: FormVersion, key: str) -> Blueprint:
    readable = Access.of(unit, actor).readable(form)
    for one in plan.of_form(unit, form):
        if one.key == key and one.field in readable:
            return one
    raise NotFound


def _way(asking: people.Asking, actor: Member, transition: Transition) -> Way:
    who = transition.document.get("who") or ()
    if who and actor.user_id not in people.found(asking, who):
        return Way(transition, NotYours)
    when = transition.document.get("when")
    if when:
        is_met, why = explain(when, asking.context)
        if not is_met:
            return Way(transition, NotYet, why)
    return Way(transition)


def _demand(transition: Transition, said: Said, values: Mapping[str, Any]) -> None:
    """Refuse what lacks something that the transition demands, or brings what it doesn't ask for."""
    found = [
        Finding("required", REQUIRED, field=one) for one in transition.required if values.get(one) in (None, "", [])
    ]
    ticked = set(said.checked)
    found += [
        Finding("not_ticked", NOT_TICKED, field=f"checklist/{one}") for one in transition.items if one not in ticked
    ]
    if transition.document.get("comment") == "required" and not said.comment.strip():
        found.append(Finding("required", REQUIRED, field="comment"))
    found += [Finding("not_asked_for", NOT_ASKED_FOR, field=one) for one in said.values if one not in transition.fields]
    if found:
        raise InvalidValues(findings=found, count=len(found))


def _context(form: FormVersion, record: Record, actor: Member | None, now: datetime) -> Context:
    values = form.dump(record.values)
    occasion = Occasion(
        event_id="", kind="record.updated", app_id=form.app_id, form_id=form.form_id, at=now, record_id=record.id,
        after=values, before=values, actor_kind=actor.kind if actor else "system", actor_id=actor.id if actor else None,
        locale=actor.locale if actor else "zh-CN",
    )  # fmt: skip
    return Context(form, occasion, now, form.zone, values)
