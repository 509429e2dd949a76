"""Blueprints over HTTP: the transitions that are open to the caller, taking one, the log of stages, figures."""

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.access.policy import Access, Act
from formloom.platform.kernel.errors import Forbidden
from formloom.platform.records import service
from formloom.platform.records.blueprints import plan
from formloom.platform.records.blueprints.plan import Blueprint
from formloom.platform.records.queries import stages
from formloom.platform.records.queries.stages import Moves, StageRow, StateFigures
from formloom.platform.records.record import Record
from formloom.platform.web.records.idempotency import once
from formloom.platform.web.records.routes import options_of
from formloom.platform.web.records.shown import moment, shown
from formloom.platform.web.route import Api, Call
from formloom.workflows.blueprints import taking
from formloom.workflows.blueprints.taking import Said, Way
from formloom.workflows.queries import tasks

api = Api("blueprints")
NAME = validate.Length(1, 40)
ENDED = ("won", "lost")
"""Categories of states in which nothing waits to be done."""


class TransitionBody(Schema):
    """Which transition, and what it asks for."""

    blueprint = fields.String(required=True, validate=NAME)
    transition = fields.String(required=True, validate=NAME)
    values = fields.Dict(keys=fields.String(validate=NAME), load_default=dict, validate=validate.Length(max=100))
    checked = fields.List(fields.String(validate=NAME), load_default=list, validate=validate.Length(max=50))
    comment = fields.String(load_default="", validate=validate.Length(max=5_000))


class StateBody(Schema):
    """Which state to put right, and why."""

    blueprint = fields.String(required=True, validate=NAME)
    state = fields.String(required=True, validate=validate.Length(1, 100))
    comment = fields.String(required=True, validate=validate.Length(1, 5_000))


class StageFigureQuery(Schema):
    """Stages that were left, and ways that were taken, then or later."""

    since = fields.AwareDateTime()


@api.get("/forms/<form>/records/<record_id>/transitions", act=Act.RECORD_READ)
def list_transitions(call: Call, form: str, record_id: str) -> object:
    """List the ways out of the present states of a record; of those that are not open to the caller, why not."""
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        record = service.read(unit, call.actor, found, record_id)
        access = Access.of(unit, call.actor)
        may_change = service.is_changeable(unit, call.actor, found, record.id)
        may_manage = may_change and access.can(Act.PROCESS_MANAGE, app=found.app_id)
        ways = taking.ways(unit, call.member, found, record, now=call.now)
        now_in = {one.field: one for one in stages.open_of(unit, [record.id])}
        readable = access.readable(found)
    told = [
        {
            **_shown(one, record, now_in.get(one.field)),
            "transitions": [_way(call, way, readable) for way in several if may_change],
        }
        for one, several in ways
    ]
    return {"rev": record.rev, "blueprints": told, "may_put_right": may_manage}


@api.post("/forms/<form>/records/<record_id>/transitions", act=Act.RECORD_UPDATE, body=TransitionBody(), status=200)
def take_transition(call: Call, form: str, record_id: str) -> object:
    """Take a transition; a stale `If-Match` answers 409, and so does a record that is in another state by now."""
    if_rev, body = call.if_match, call.body
    said = Said(body["values"], body["checked"], body["comment"])

    def work(uow: Any) -> object:
        found = call.runtime.catalog.find(uow, form)
        record = taking.take(
            uow, call.member, found, record_id, (body["blueprint"], body["transition"]), said, now=call.now,
            if_rev=if_rev, options=options_of(call),
        )  # fmt: skip
        return shown(found, record, Access.of(uow, call.actor).readable(found))

    return once(call, work, status=200)


@api.post("/forms/<form>/records/<record_id>/state", act=Act.PROCESS_MANAGE, body=StateBody(), status=200)
def put_state_right(call: Call, form: str, record_id: str) -> object:
    """Set a state without a transition; the log says who did it and why."""
    if_rev, body = call.if_match, call.body

    def work(uow: Any) -> object:
        found = call.runtime.catalog.find(uow, form)
        record = taking.put_right(
            uow, call.actor, found, record_id, body["blueprint"], body["state"], body["comment"], now=call.now,
            if_rev=if_rev, options=options_of(call),
        )  # fmt: skip
        return shown(found, record, Access.of(uow, call.actor).readable(found))

    return once(call, work, status=200)


@api.get("/forms/<form>/records/<record_id>/stages", act=Act.RECORD_READ)
def read_stages(call: Call, form: str, record_id: str) -> object:
    """Return the log of a record's stages, newest first, with how long each lasted."""
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        service.read(unit, call.actor, found, record_id)
        readable = Access.of(unit, call.actor).readable(found)
        blueprints = {one.field: one for one in plan.of_form(unit, found) if one.field in readable}
        log = stages.of_record(unit, record_id, blueprints)
        names = tasks.names(unit, {one.actor_id for one in log if one.actor_id and one.actor_kind == "member"})
    return {"stages": [_stage(one, blueprints[one.field]) for one in log], "people": names, "now": moment(call.now)}


@api.get("/forms/<form>/stages/figures", act=Act.RECORD_READ, query=StageFigureQuery())
def read_stage_figures(call: Call, form: str) -> object:
    """Return how long records stay in each state, how many are in it now and how often each way was taken.

    It is for those who may read the form wholly.
    """
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        access = Access.of(unit, call.actor)
        access.demand(Act.RECORD_READ, form=found)
        if not access.reads_wholly(found):
            raise Forbidden
        blueprints = plan.of_form(unit, found)
        since = call.query.get("since")
        figures = stages.figures(unit, found.form_id, since=since) if blueprints else []
        moves = stages.moves(unit, found.form_id, since=since) if blueprints else []
    return {"blueprints": [_figures(one, figures, moves) for one in blueprints]}


def _named(blueprint: Blueprint) -> dict[str, Any]:
    definition = blueprint.definition
    return {"id": definition.id, "key": definition.key, "title": definition.title or {}, "field": blueprint.field}


def _figures(blueprint: Blueprint, figures: Sequence[StateFigures], moves: Sequence[Moves]) -> dict[str, Any]:
    known = {one.state: one for one in figures if one.field == blueprint.field}
    ways = [one for one in moves if one.field == blueprint.field]
    narrow = _bottleneck(blueprint, known)
    states = []
    for state, category in blueprint.states.items():
        found = known.get(state)
        states.append({
            "state": state, "category": category, "now": found.now if found else 0, "left": found.left if found else 0,
            "entered": sum(one.count for one in ways if one.state == state),
            "median_s": found.median_s if found else None, "p90_s": found.p90_s if found else None,
            "is_bottleneck": state == narrow,
        })  # fmt: skip
    return {**_named(blueprint), "states": states, "moves": [_moves(blueprint, one) for one in ways]}


def _bottleneck(blueprint: Blueprint, known: Mapping[str, StateFigures]) -> str | None:
    """Return the state that is left most slowly, of those in which work goes on; None with nothing to compare."""
    measured = [
        (found.median_s, state)
        for state, category in blueprint.states.items()
        if category not in ENDED and (found := known.get(state)) and found.median_s is not None
    ]
    slowest_s, state = max(measured, default=(0, ""))
    return state if len(measured) > 1 and slowest_s else None


def _moves(blueprint: Blueprint, one: Moves) -> dict[str, Any]:
    transition = blueprint.find(one.transition) if one.transition else None
    return {
        "from": one.source, "to": one.state, "transition": one.transition,
        "label": transition.document["label"] if transition else None, "count": one.count,
    }  # fmt: skip


def _shown(blueprint: Blueprint, record: Record, stage: StageRow | None) -> dict[str, Any]:
    return {
        **_named(blueprint), "state": record.values.get(blueprint.field), "initial": blueprint.initial,
        "since": moment(stage.entered_at) if stage else None,
        "states": [{"option": state, "category": category} for state, category in blueprint.states.items()],
    }  # fmt: skip


def _way(call: Call, way: Way, readable: frozenset[str]) -> dict[str, Any]:
    document, barred = way.transition.document, way.barred
    return {
        "key": way.transition.key, "label": document["label"], "to": way.transition.to, "open": barred is None,
        "barred": barred.code if barred else None, "reason": barred().words(call.locale) if barred else None,
        "why": [one for one in way.why if str(one["field"]).partition(".")[0] in readable],
        "require": list(way.transition.required), "ask": list(document.get("ask") or ()),
        "checklist": list(document.get("checklist") or ()), "comment": document.get("comment") or "optional",
        "is_automatic": way.transition.automatic is not None,
    }  # fmt: skip


def _stage(row: StageRow, blueprint: Blueprint) -> dict[str, Any]:
    transition = blueprint.find(row.transition) if row.transition else None
    return {
        "id": row.id, "blueprint": blueprint.key, "field": row.field, "state": row.state,
        "category": blueprint.states.get(row.state, "open"), "entered_at": moment(row.entered_at),
        "left_at": moment(row.left_at) if row.left_at else None, "spent_s": row.spent_s,
        "actor": {"kind": row.actor_kind, "id": row.actor_id if row.actor_kind == "member" else None},
        "transition": row.transition, "label": transition.document["label"] if transition else None,
        "comment": row.comment,
    }  # fmt: skip
