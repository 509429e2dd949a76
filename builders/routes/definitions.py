"""The life of a definition over HTTP."""

from collections.abc import Callable, Iterable
from typing import Any

from marshmallow import Schema, fields, validate

from formloom.builders import impact, life, retyping
from formloom.builders.queries.apps import find as find_app
from formloom.platform.access.policy import Act, demand
from formloom.platform.definitions.change import Change
from formloom.platform.definitions.diff import place_of
from formloom.platform.definitions.kinds.registry import KINDS
from formloom.platform.kernel.errors import Finding
from formloom.platform.kernel.text import resolve
from formloom.platform.records import conversions, recomputing
from formloom.platform.storage import definition_store as store
from formloom.platform.storage.database import UnitOfWork
from formloom.platform.storage.definition_store import Definition
from formloom.platform.web.records.shown import moment
from formloom.platform.web.route import Api, Call

api = Api("definitions")
MAX_BYTES = 2_000_000
MOST_ASKED = 100
MOST_USES = 100
KEY = validate.Regexp(r"^[a-z][a-z0-9_]{0,39}$")


class DefinitionBody(Schema):
    """A new definition."""

    kind = fields.String(required=True, validate=validate.Length(1, 40))
    key = fields.String(required=True, validate=KEY)
    document = fields.Dict(keys=fields.String(), required=True)


class DraftBody(Schema):
    """A draft as a whole."""

    document = fields.Dict(keys=fields.String(), required=True)


class PublishBody(Schema):
    """What to write beside the version."""

    note = fields.String(allow_none=True, validate=validate.Length(max=500))


class RollbackBody(Schema):
    """Which version to publish again."""

    version = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1_000_000))


class DiffQuery(Schema):
    """Which two versions; what is published and the draft, unless they are named."""

    from_ = fields.Integer(data_key="from", attribute="from", validate=validate.Range(1, 1_000_000))
    to = fields.Integer(validate=validate.Range(1, 1_000_000))
    counts = fields.Boolean(load_default=False)


class ImpactQuery(Schema):
    """Which fields, with commas between them."""

    fields_ = fields.String(data_key="fields", attribute="fields", load_default="", validate=validate.Length(max=4_000))


class RetypeBody(Schema):
    """A field as it would be."""

    field = fields.Dict(keys=fields.String(), required=True)


class ListQuery(Schema):
    """Which definitions."""

    kind = fields.String(validate=validate.Length(max=40))


class UsageQuery(Schema):
    """Which field, if not the whole."""

    field = fields.String(validate=validate.Length(max=40))


@api.get("/apps/<app>/definitions", act=Act.DEFINITION_LIST, query=ListQuery())
def list_definitions(call: Call, app: str) -> object:
    """List an app's definitions."""
    with call.db.read() as unit:
        found = find_app(unit, app)
        demand(unit, call.actor, Act.DEFINITION_LIST, app=found.id)
        listed = store.listing(unit, app_id=found.id, kind=call.query.get("kind"))
    return {"definitions": [shown(one) for one in listed]}


@api.post("/apps/<app>/definitions", act=Act.DEFINITION_CREATE, body=DefinitionBody(), status=201, max_bytes=MAX_BYTES)
def create_definition(call: Call, app: str) -> object:
    """Store a new definition as a draft."""
    body = call.body

    def work(uow: Any) -> Definition:
        app_id = find_app(uow, app).id
        return life.create(uow, call.actor, app_id, body["kind"], body["key"], body["document"], now=call.now)

    return shown(call.db.write(work))


@api.get("/definitions/<definition_id>/draft", act=Act.DEFINITION_READ)
def read_draft(call: Call, definition_id: str) -> object:
    """Return a draft with what was found in it, beside what is published."""
    with call.db.read() as unit:
        draft = life.read_draft(unit, call.actor, definition_id)
    call.headers["ETag"] = f'"{draft.definition.rev}"'
    return {
        **shown(draft.definition), "document": draft.document, "published": draft.published,
        "findings": told(draft.findings, call.locale), "saved_at": moment(draft.definition.updated_at),
    }  # fmt: skip


@api.put("/definitions/<definition_id>/draft", act=Act.DEFINITION_EDIT, body=DraftBody(), max_bytes=MAX_BYTES)
def put_draft(call: Call, definition_id: str) -> object:
    """Replace a draft; a stale `If-Match` answers 409."""
    if_rev = call.if_match
    rev, findings = call.db.write(
        lambda uow: life.put_draft(uow, call.actor, definition_id, call.body["document"], if_rev=if_rev, now=call.now)
    )
    return {"rev": rev, "saved_at": moment(call.now), "findings": told(findings, call.locale)}


@api.get("/definitions/<definition_id>/diff", act=Act.DEFINITION_READ, query=DiffQuery())
def read_diff(call: Call, definition_id: str) -> object:
    """Tell in plain words what publishing the draft would change, or how two versions differ.

    With `counts`, changes that touch data say how many records they touch (`records`) and how many values do not fit
    a new type (`fails`); null where the caller may not see the records.
    """
    asked = call.query
    with call.db.read() as unit:
        found = life.compare(unit, call.actor, definition_id, before=asked.get("from"), after=asked.get("to"))
        if not (asked["counts"] and found.from_published):
            return {"changes": [_shown_change(one) for one in found.changes]}
        counted = impact.of_changes(
            unit, call.actor, call.runtime.catalog, found.definition, found.after, found.changes,
            now=call.now, locale=call.locale,
        )  # fmt: skip
    return {"changes": [_shown_change(one.change) | _shown_counts(one) for one in counted]}


@api.get("/definitions/<definition_id>/impact", act=Act.DEFINITION_READ, query=ImpactQuery())
def read_impact(call: Call, definition_id: str) -> object:
    """Tell where fields of a form are used and how many records hold a value of them."""
    names = list(dict.fromkeys(name for name in call.query["fields"].split(",") if name))[:MOST_ASKED]
    with call.db.read() as unit:
        found = impact.of_fields(unit, call.actor, call.runtime.catalog, definition_id, names)
    return {
        "fields": [
            {"field": one.field, "records": one.records, "uses": [_shown_use(use) for use in one.uses[:MOST_USES]],
             "more": max(0, len(one.uses) - MOST_USES)}
            for one in found
        ]
    }  # fmt: skip


@api.post("/definitions/<definition_id>/retype", act=Act.DEFINITION_EDIT, body=RetypeBody(), max_bytes=MAX_BYTES)
def try_retype(call: Call, definition_id: str) -> object:
    """Try a changed field document on the values that are there; nothing is stored."""
    with call.db.read() as unit:
        definition = life.opened_form(unit, call.actor, definition_id)
        tried = retyping.trial(
            unit, call.actor, call.runtime.catalog, definition, call.body["field"], now=call.now, locale=call.locale
        )  # fmt: skip
    return {
        "records": tried.records, "converts": tried.converts, "fails": tried.fails, "untried": tried.untried,
        "stays": tried.stays, "settings": tried.settings,
        "samples": [_shown_sample(one, call.locale) for one in tried.samples],
        "faults": [_shown_sample(one, call.locale) for one in tried.faults],
    }  # fmt: skip


@api.post("/definitions/<definition_id>/publish", act=Act.DEFINITION_PUBLISH, body=PublishBody())
def publish(call: Call, definition_id: str) -> object:
    """Make the draft the next version; `job` computes the records that a new or changed formula is about."""
    note = call.body.get("note")
    return _published(
        call, definition_id, lambda uow: life.publish(uow, call.actor, definition_id, now=call.now, note=note)
    )


@api.get("/definitions/<definition_id>/versions", act=Act.DEFINITION_READ)
def list_versions(call: Call, definition_id: str) -> object:
    """List the published versions, newest first."""
    with call.db.read() as unit:
        found = life.versions(unit, call.actor, definition_id)
    return {
        "versions": [
            {
                "version": one.version, "published_at": moment(one.published_at), "published_by": one.published_by,
                "note": one.note,
            }
            for one in found
        ]
    }  # fmt: skip


@api.get("/definitions/<definition_id>/versions/<int:number>", act=Act.DEFINITION_READ)
def read_version(call: Call, definition_id: str, number: int) -> object:
    """Return one published version."""
    with call.db.read() as unit:
        found = next((one for one in life.versions(unit, call.actor, definition_id) if one.version == number), None)
        version = found or store.version(unit, definition_id, number)
    return {"version": version.version, "document": version.document, "published_at": moment(version.published_at)}


@api.post("/definitions/<definition_id>/rollback", act=Act.DEFINITION_PUBLISH, body=RollbackBody())
def roll_back(call: Call, definition_id: str) -> object:
    """Publish an earlier version again, as a new one."""
    number = call.body["version"]
    return _published(
        call, definition_id, lambda uow: life.roll_back(uow, call.actor, definition_id, number, now=call.now)
    )


@api.get("/definitions/<definition_id>/usages", act=Act.DEFINITION_READ, query=UsageQuery())
def list_usages(call: Call, definition_id: str) -> object:
    """Tell where a definition, or one of its fields, is named."""
    with call.db.read() as unit:
        found = life.usages(unit, call.actor, definition_id, field=call.query.get("field"))
    return {
        "usages": [
            {
                "id": one.definition.id, "kind": one.definition.kind, "key": one.definition.key,
                "title": one.definition.title, "path": one.usage.path, "field": one.usage.field,
            }
            for one in found
        ]
    }  # fmt: skip


@api.get("/definitions/<definition_id>/export", act=Act.DEFINITION_EXPORT)
def export(call: Call, definition_id: str) -> object:
    """Return the document as it can be created elsewhere."""
    with call.db.read() as unit:
        draft = life.read_draft(unit, call.actor, definition_id)
    return {"kind": draft.definition.kind, "key": draft.definition.key, "document": draft.document}


@api.delete("/definitions/<definition_id>", act=Act.DEFINITION_DELETE)
def delete(call: Call, definition_id: str) -> object:
    """Take a definition away; refused while others name it."""
    call.db.write(lambda uow: life.delete(uow, call.actor, definition_id, now=call.now))
    return None


def _published(call: Call, definition_id: str, do: Callable[[UnitOfWork], int]) -> dict[str, Any]:
    def work(uow: UnitOfWork) -> dict[str, Any]:
        number = do(uow)
        job = conversions.waiting(uow, definition_id) or recomputing.waiting(uow, definition_id)
        uow.after_commit(call.runtime.wake)
        if job is not None:
            uow.after_commit(lambda: call.runtime.start_job(job))
        return {"version": number, "job": job}

    return call.db.write(work)


def _shown_change(one: Change) -> dict[str, Any]:
    return {"kind": one.kind, "path": one.path, "what": one.what, "affects_data": one.affects_data}


def _shown_counts(one: impact.Counted) -> dict[str, Any]:
    return {"records": one.records, "fails": one.fails} if one.change.affects_data else {}


def _shown_use(one: life.UsedIn) -> dict[str, Any]:
    return {
        "id": one.definition.id, "kind": one.definition.kind, "kind_label": KINDS.get(one.definition.kind).label,
        "key": one.definition.key, "title": one.definition.title, "path": one.usage.path,
        "place": one.place or place_of(one.definition.kind, one.definition.draft or {}, one.usage.path),
    }  # fmt: skip


def _shown_sample(one: retyping.Sample, locale: str) -> dict[str, Any]:
    why = resolve(one.why, locale) if one.why else None
    return {"before": one.before, "after": one.after, "records": one.records, "why": why}


def shown(definition: Definition) -> dict[str, Any]:
    """Return a definition as the API shows it."""
    return {
        "id": definition.id, "app": definition.app_id, "kind": definition.kind, "key": definition.key,
        "title": definition.title, "rev": definition.rev, "version": definition.version,
        "has_changes": definition.has_changes,
        "published_at": moment(definition.published_at) if definition.published_at else None,
    }  # fmt: skip


def told(findings: Iterable[Finding], locale: str) -> list[dict[str, Any]]:
    """Return findings in the caller's language."""
    return [
        {"field": one.field, "code": one.code, "message": one.words(locale), "severity": one.severity}
        for one in findings
    ]
