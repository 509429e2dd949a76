"""Service levels over HTTP: the clocks of a record, how well an app keeps its targets, holidays to copy."""

from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.access.policy import Access, Act
from formloom.platform.records import service
from formloom.platform.web.records.shown import moment
from formloom.platform.web.route import Api, Call
from formloom.workflows import holidays
from formloom.workflows.queries import sla as rows
from formloom.workflows.sla import breakdown, figures
from formloom.workflows.sla.clock import Clock
from formloom.workflows.sla.keeping import POLICIES, Timed, clocks_now

api = Api("sla")


class FigureQuery(Schema):
    """Clocks that started when or later."""

    since = fields.AwareDateTime()


@api.get("/forms/<form>/records/<record_id>/sla", act=Act.RECORD_READ)
def read_clocks(call: Call, form: str, record_id: str) -> object:
    """Return the clocks of a record as they stand now, with what happened to them; those the caller may know of."""
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        service.read(unit, call.actor, found, record_id)
        readable = Access.of(unit, call.actor).readable(found)
        policies = POLICIES.of(unit, found)
        timed = clocks_now(unit, found, policies, record_id, call.now) if policies else []
    return {"clocks": [_clock(one) for one in timed if one.policy.fields <= set(readable)], "now": moment(call.now)}


@api.get("/apps/<app>/sla/figures", act=Act.APP_OPEN, query=FigureQuery())
def read_figures(call: Call, app: str) -> object:
    """Return how well each target of an app is kept, over forms that the caller may read wholly."""
    with call.db.read() as unit:
        app_id = rows.app_of(unit, app)
        found = figures.of_app(
            unit, call.runtime.catalog, call.actor, app_id, since=call.query.get("since"), now=call.now
        )
    return {"figures": [one.dump() for one in found]}


class BreakdownQuery(FigureQuery):
    """And by which field of the form."""

    by = fields.String(validate=validate.Length(max=60))


@api.get("/sla/<policy>/figures", act=Act.APP_OPEN, query=BreakdownQuery())
def read_breakdown(call: Call, policy: str) -> object:
    """Return how well one policy is kept: by clock, by period, by a field, and which records were late."""
    asked = breakdown.Asked(call.query.get("since"), call.query.get("by"))
    with call.db.read() as unit:
        return breakdown.of_policy(unit, call.runtime.catalog, call.member, policy, asked, now=call.now)


@api.get("/holidays", act=Act.CATALOG_READ)
def read_holidays(call: Call) -> object:  # noqa: ARG001 - every route has one
    """Return lists of public holidays and make-up workdays, to be copied into a calendar."""
    return {
        "lists": [
            {"id": one.id, "title": one.title, "source": one.source, "entries": list(one.entries)}
            for one in holidays.lists()
        ]
    }


def _clock(timed: Timed) -> dict[str, Any]:
    clock, policy = timed.clock, timed.policy
    return {
        "policy": {"id": policy.id, "key": policy.definition.key, "title": policy.definition.title or {}},
        "metric": timed.metric.rule.id, "title": dict(timed.metric.title), "kind": timed.metric.rule.kind,
        "number": clock.number, "status": _status(clock), "state": clock.state,
        "started_at": moment(clock.started_at), "stopped_at": moment(clock.stopped_at) if clock.stopped_at else None,
        "due_at": moment(clock.due_at) if clock.due_at else None,
        "breached_at": moment(clock.breached_at) if clock.breached_at else None,
        "within_s": int(clock.target.within.total_seconds()) if clock.target else None,
        "business": clock.target is not None and clock.target.business,
        "elapsed_s": int(clock.elapsed.total_seconds()), "paused_s": int(clock.paused.total_seconds()),
        "remaining_s": int(clock.remaining.total_seconds()) if clock.remaining is not None else None,
        "events": [
            {"kind": one.kind, "at": moment(one.at), "key": one.key, "detail": one.detail} for one in clock.events
        ],
    }  # fmt: skip


def _status(clock: Clock) -> str:
    """Return `running`, `warned`, `paused`, `breached` (open or not) or `met`."""
    if clock.is_breached:
        return "breached"
    if clock.state == "stopped":
        return "met"
    if clock.state == "paused":
        return "paused"
    return "warned" if clock.is_warned else "running"
