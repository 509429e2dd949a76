"""Failures over HTTP: what failed lately, and how people are told of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.access.policy import Act, requires
from formloom.platform.kernel.actors import Actor
from formloom.platform.storage.database import ReadUnit
from formloom.platform.web.records.shown import moment
from formloom.platform.web.route import Api, Call
from formloom.workflows.failures import telling
from formloom.workflows.failures.digest import Choice, Section, in_words
from formloom.workflows.queries import failures, staff

api = Api("failures")
MOST_DAYS = 90


class FailureQuery(Schema):
    """Of how many days."""

    days = fields.Integer(load_default=7, validate=validate.Range(1, MOST_DAYS))


class FailureDigestBody(Schema):
    """How failures are told of; what is left out stays as it is."""

    every = fields.String(validate=validate.OneOf(("off", "hourly", "daily")))
    hour = fields.Integer(strict=True, validate=validate.Range(0, 23))
    people = fields.List(fields.String(validate=validate.Length(1, 40)), validate=validate.Length(max=50))
    owners = fields.Boolean()


@requires(Act.EVENT_LIST)
def list_failures(unit: ReadUnit, actor: Actor, *, since: datetime) -> tuple[list[Section], Choice]:  # noqa: ARG001 - the guard reads it
    """Return what failed since a moment, and how people are told of failures."""
    return telling.told(unit, failures.since(unit, since)), telling.chosen(unit)


@api.get("/failures", act=Act.EVENT_LIST, query=FailureQuery())
def failures_lately(call: Call) -> object:
    """List what failed lately by flow and reason, and tell how people are told of it."""
    with call.db.read() as unit:
        found, choice = list_failures(unit, call.actor, since=call.now - timedelta(days=call.query["days"]))
        shown = _shown_choice(unit, choice)
    return {"failures": [_shown(one) for one in found], "digest": shown}


@api.patch("/failures/digest", act=Act.SYSTEM_CHANGE, body=FailureDigestBody())
def change_digest(call: Call) -> object:
    """Choose whether, when and to whom a digest of failures is sent."""
    wanted: dict[str, Any] = dict(call.body)
    if "people" in wanted:
        wanted["people"] = tuple(wanted["people"])
    made = call.db.write(
        lambda uow: telling.choose(uow, call.actor, replace(telling.chosen(uow), **wanted), now=call.now)
    )
    with call.db.read() as unit:
        return {"digest": _shown_choice(unit, made)}


def _shown_choice(unit: ReadUnit, choice: Choice) -> dict[str, Any]:
    names = staff.names(unit, choice.people)
    return {**choice.dump(), "people": [{"id": one, "name": names.get(one, "")} for one in choice.people]}


def _shown(section: Section) -> dict[str, Any]:
    about = section.about
    return {
        "about": {"id": about.id, "kind": about.kind, "title": about.title} if about else None, "app": section.app,
        "path": section.path, "count": section.count,
        "groups": [
            {
                "kind": one.kind, "text": in_words(one), "count": one.count, "first_at": moment(one.first_at),
                "last_at": moment(one.last_at),
            }
            for one in section.groups
        ],
    }  # fmt: skip
