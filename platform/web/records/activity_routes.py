"""History, comments, touchpoints and the merged activity of a record; the form as the workspace needs it."""

from collections.abc import Callable
from typing import Any

from formloom.platform.access.policy import Access, Act
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.actors import Actor
from formloom.platform.records import activity, consents
from formloom.platform.records.activity import Entry
from formloom.platform.records.form_page import describe
from formloom.platform.storage.database import ReadUnit
from formloom.platform.web.records import schemas
from formloom.platform.web.records.shown import moment
from formloom.platform.web.route import Api, Call

api = Api("activity")
Reading = Callable[[ReadUnit, Actor, FormVersion, str], list[Entry]]


@api.get("/forms/<form>", act=Act.FORM_OPEN)
def read_form(call: Call, form: str) -> object:
    """Return a published form as the caller may use it: visible fields, rights, views, buttons."""
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        return describe(unit, call.actor, found)


@api.get("/forms/<form>/records/<record_id>/history", act=Act.RECORD_READ)
def read_history(call: Call, form: str, record_id: str) -> object:
    """Return a record's changes, newest first."""
    return {"history": [_change(entry) for entry in _read(call, form, record_id, activity.history)]}


@api.get("/forms/<form>/records/<record_id>/consents", act=Act.RECORD_READ, answer=schemas.ConsentsAnswer())
def read_consents(call: Call, form: str, record_id: str) -> object:
    """Return to what was agreed on a record, with the words of that time, newest first."""
    with call.db.read() as unit:
        found = consents.of_record(unit, call.actor, call.runtime.catalog.find(unit, form), record_id)
    return {
        "consents": [
            {
                "id": one.row.id, "field": one.row.field_id, "agreed": one.row.agreed, "at": moment(one.row.at),
                "version": one.row.version, "locale": one.row.locale, "wording": one.wording,
                "actor": {"kind": one.row.actor_kind, "id": one.row.actor_id, "name": one.actor_name},
            }
            for one in found
        ]
    }  # fmt: skip


@api.get("/forms/<form>/records/<record_id>/comments", act=Act.RECORD_READ)
def read_comments(call: Call, form: str, record_id: str) -> object:
    """Return a record's comments, newest first."""
    return {"comments": [_entry(entry) for entry in _read(call, form, record_id, activity.comments)]}


@api.post("/forms/<form>/records/<record_id>/comments", act=Act.RECORD_COMMENT, body=schemas.CommentBody(), status=201)
def add_comment(call: Call, form: str, record_id: str) -> object:
    """Comment on a record."""

    def work(uow: Any) -> Entry:
        found = call.runtime.catalog.find(uow, form)
        return activity.add_comment(uow, call.actor, found, record_id, call.body["body"], now=call.now)

    return _entry(call.db.write(work))


@api.get("/forms/<form>/records/<record_id>/touchpoints", act=Act.RECORD_READ)
def read_touchpoints(call: Call, form: str, record_id: str) -> object:
    """Return the touchpoints of a record."""
    return {"touchpoints": [_entry(entry) for entry in _read(call, form, record_id, activity.touchpoints)]}


@api.get("/forms/<form>/records/<record_id>/activity", act=Act.RECORD_READ)
def read_activity(call: Call, form: str, record_id: str) -> object:
    """Return changes, comments and touchpoints together, newest first."""
    return {"activity": [_entry(entry) for entry in _read(call, form, record_id, activity.everything)]}


def _read(call: Call, form: str, record_id: str, reading: Reading) -> list[Entry]:
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        Access.of(unit, call.actor).demand(Act.RECORD_READ, form=found)
        return reading(unit, call.actor, found, record_id)


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "kind": entry.kind, "id": entry.id, "at": moment(entry.at),
        "actor": {"kind": entry.actor_kind, "id": entry.actor_id, "name": entry.actor_name}, **entry.data,
    }  # fmt: skip


def _change(entry: Entry) -> dict[str, Any]:
    shown = _entry(entry)
    return {name: shown[name] for name in ("rev", "at", "actor", "act", "changes", "cause")}
