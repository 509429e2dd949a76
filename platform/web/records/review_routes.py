"""Submissions that wait for a review, over HTTP: list, correct, accept, reject, take back."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.access.policy import Access, Act, demand
from formloom.platform.kernel.errors import FormloomError
from formloom.platform.records import listing, reviews
from formloom.platform.records.queries.people import user_names
from formloom.platform.records.reviews import Waiting
from formloom.platform.web.records import schemas
from formloom.platform.web.records.routes import options_of
from formloom.platform.web.records.shown import moment
from formloom.platform.web.route import Api, Call

api = Api("reviews")
_UNSEEN = {
    "zh-CN": "有您看不到的内容不符合要求，请联系管理员",
    "en": "An answer that you can't see doesn't fit: ask whoever manages this form",
}


class StateQuery(Schema):
    """Which submissions are asked for."""

    state = fields.String(load_default="waiting", validate=validate.OneOf(("waiting", "rejected")))


class Chosen(Schema):
    """Submissions by their ids."""

    ids = fields.List(fields.String(validate=validate.Length(max=40)), required=True, validate=validate.Length(1, 100))


class Rejection(Chosen):
    """Submissions that are not accepted, and why."""

    reason = fields.String(load_default="", validate=validate.Length(max=reviews.MAX_REASON))


@api.get("/forms/<form>/waiting", act=Act.RECORD_REVIEW, query=StateQuery())
def list_waiting(call: Call, form: str) -> object:
    """List the submissions that wait, or those that were rejected and can be taken back."""
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        many = reviews.page(unit, call.actor, found, call.runtime.catalog, call.query["state"])
        readable = Access.of(unit, call.actor).readable(found)
        names = listing.names_in(unit, call.actor, found, [one.record for one in many], readable, call.locale)
        deciders = user_names(unit, {one.row.decided_by for one in many if one.row.decided_by})
    return {"submissions": [_shown(one, readable, deciders) for one in many], **names.dump()}


@api.patch("/forms/<form>/waiting/<submission_id>", act=Act.RECORD_REVIEW, body=schemas.RecordBody())
def correct_waiting(call: Call, form: str, submission_id: str) -> object:
    """Correct answers of a submission before it is accepted."""

    def work(uow: Any) -> object:
        catalog = call.runtime.catalog
        found = catalog.find(uow, form)
        one = reviews.correct(uow, call.actor, found, catalog, submission_id, call.body["values"], now=call.now)
        return _shown(one, Access.of(uow, call.actor).readable(found), {})

    return call.db.write(work)


@api.post("/forms/<form>/waiting/accept", act=Act.RECORD_REVIEW, body=Chosen())
def accept_waiting(call: Call, form: str) -> object:
    """Let submissions in, each on its own: one that does not fit any more goes on waiting, and is told."""

    def accept(uow: Any, submission_id: str) -> None:
        catalog = call.runtime.catalog
        found = catalog.find(uow, form)
        reviews.accept(uow, call.actor, found, catalog, submission_id, now=call.now, options=options_of(call))

    return _each(call, form, accept)


@api.post("/forms/<form>/waiting/reject", act=Act.RECORD_REVIEW, body=Rejection())
def reject_waiting(call: Call, form: str) -> object:
    """Reject submissions; they can be taken back for thirty days."""

    def reject(uow: Any, submission_id: str) -> None:
        catalog = call.runtime.catalog
        found = catalog.find(uow, form)
        reviews.reject(uow, call.actor, found, catalog, submission_id, call.body["reason"], now=call.now)

    return _each(call, form, reject)


@api.post("/forms/<form>/waiting/restore", act=Act.RECORD_REVIEW, body=Chosen())
def restore_waiting(call: Call, form: str) -> object:
    """Let rejected submissions wait again."""

    def restore(uow: Any, submission_id: str) -> None:
        catalog = call.runtime.catalog
        reviews.take_back(uow, call.actor, catalog.find(uow, form), catalog, submission_id)

    return _each(call, form, restore)


def _each(call: Call, form: str, act: Callable[[Any, str], None]) -> dict[str, Any]:
    """Do something with each of the submissions in a unit of work of its own; tell what became of each."""
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        demand(unit, call.actor, Act.RECORD_REVIEW, form=found)
        readable = Access.of(unit, call.actor).readable(found)
    results = []
    for submission_id in dict.fromkeys(call.body["ids"]):
        try:
            call.db.write(partial(_with, act, submission_id))
        except FormloomError as fault:
            results.append({"id": submission_id, "ok": False, **_told(fault, readable, call.locale)})
        else:
            results.append({"id": submission_id, "ok": True})
    return {"results": results}


def _with(act: Callable[[Any, str], None], submission_id: str, uow: Any) -> None:
    act(uow, submission_id)


def _told(fault: FormloomError, readable: Collection[str], locale: str) -> dict[str, Any]:
    """Return why something was not done; about answers that the reviewer can't see no more than that."""
    errors = []
    for found in fault.findings:
        is_seen = found.field is None or found.field.partition("/")[0] in readable
        errors.append({
            "field": found.field if is_seen else None, "code": found.code,
            "message": found.words(locale) if is_seen else _UNSEEN[locale],
        })  # fmt: skip
    return {"code": fault.code, "detail": fault.words(locale), "errors": errors}


def _shown(one: Waiting, readable: Collection[str], names: Mapping[str, str]) -> dict[str, Any]:
    row = one.row
    corrected = (row.facts.get("corrected") or {}).keys() & set(readable)
    return {
        "id": row.id, "state": row.state, "at": moment(row.created_at), "locale": row.locale,
        "source": row.facts.get("source"), "values": {name: row.shown.get(name) for name in sorted(readable)},
        "corrected": sorted(corrected), "reason": row.reason,
        "decided_at": moment(row.decided_at) if row.decided_at else None,
        "decided_by": names.get(row.decided_by or ""),
    }  # fmt: skip
