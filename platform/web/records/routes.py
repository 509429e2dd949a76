"""Records over HTTP: list, read, create, change, delete, restore, batch, aggregate."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from formloom.platform.access.policy import Access, Act
from formloom.platform.definitions.conditions.compile import Setting
from formloom.platform.definitions.form import FormVersion
from formloom.platform.kernel.errors import Finding, FormloomError
from formloom.platform.records import listing, service
from formloom.platform.records.queries.groups import Dimension, Measure
from formloom.platform.records.queries.pages import BadQuery, Query
from formloom.platform.records.record import InvalidValues, Record, WriteOptions
from formloom.platform.storage.database import ReadUnit
from formloom.platform.web.records import schemas
from formloom.platform.web.records.idempotency import once
from formloom.platform.web.records.shown import shown
from formloom.platform.web.route import Api, Call

api = Api("records")
BATCH_BYTES = 10_000_000


@api.get("/forms/<form>/records", act=Act.RECORD_READ, query=schemas.ListQuery(), answer=schemas.ListAnswer())
def list_records(call: Call, form: str) -> object:
    """List the records that the caller may see."""
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        readable = Access.of(unit, call.actor).readable(found)
        fields = chosen_of(call, found, readable)
        with_rows = frozenset() if call.query["rows"] == "count" else frozenset(fields)
        page = listing.page(unit, call.actor, found, replace(query_of(call), with_rows=with_rows))
        names = listing.names_in(unit, call.actor, found, page.records, readable, call.locale)
    return {
        "records": [shown(found, record, fields) for record in page.records],
        "next": page.next, "count": page.count, **names.dump(),
    }  # fmt: skip


@api.get("/forms/<form>/trash", act=Act.RECORD_DELETE, query=schemas.ListQuery(), answer=schemas.ListAnswer())
def list_trash(call: Call, form: str) -> object:
    """List deleted records."""
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        readable = Access.of(unit, call.actor).readable(found)
        page = listing.trash(unit, call.actor, found, query_of(call))
        names = listing.names_in(unit, call.actor, found, page.records, readable, call.locale)
    return {
        "records": [shown(found, record, readable) for record in page.records],
        "next": page.next, "count": page.count, **names.dump(),
    }  # fmt: skip


@api.post(
    "/forms/<form>/records", act=Act.RECORD_CREATE, body=schemas.RecordBody(), answer=schemas.RecordAnswer(), status=201
)
def create_record(call: Call, form: str) -> object:
    """Create a record through the write pipeline."""

    def work(uow: Any) -> object:
        found = call.runtime.catalog.find(uow, form)
        record = service.create(uow, call.actor, found, call.body["values"], now=call.now, options=options_of(call))
        return shown(found, record, _fields(uow, call, found))

    return once(call, work, status=201)


@api.post("/forms/<form>/records/batch", act=Act.RECORD_CREATE, body=schemas.BatchBody(), max_bytes=BATCH_BYTES)
def create_batch(call: Call, form: str) -> object:
    """Create many records, each on its own: what does not fit is told in its place."""

    def work(uow: Any) -> object:
        found = call.runtime.catalog.find(uow, form)
        many = [entry["values"] for entry in call.body["records"]]
        results = service.create_each(uow, call.actor, found, many, now=call.now, options=options_of(call))
        return {"results": [_outcome(result, call.locale) for result in results]}

    return once(call, work, status=200)


@api.get("/forms/<form>/records/<record_id>", act=Act.RECORD_READ, answer=schemas.NamedRecordAnswer())
def read_record(call: Call, form: str, record_id: str) -> object:
    """Return one record."""
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        record = service.read(unit, call.actor, found, record_id)
        readable = Access.of(unit, call.actor).readable(found)
        names = listing.names_in(unit, call.actor, found, [record], readable, call.locale)
    call.headers["ETag"] = f'"{record.rev}"'
    return {**shown(found, record, readable), **names.dump()}


@api.patch(
    "/forms/<form>/records/<record_id>", act=Act.RECORD_UPDATE, body=schemas.RecordBody(), answer=schemas.RecordAnswer()
)
def change_record(call: Call, form: str, record_id: str) -> object:
    """Change some fields; a stale `If-Match` answers 409 with both sides."""
    if_rev = call.if_match

    def work(uow: Any) -> object:
        found = call.runtime.catalog.find(uow, form)
        record = service.update(
            uow,
            call.actor,
            found,
            record_id,
            call.body["values"],
            now=call.now,
            if_rev=if_rev,
            options=options_of(call),
        )
        return shown(found, record, _fields(uow, call, found))

    return once(call, work, status=200)


@api.delete("/forms/<form>/records/<record_id>", act=Act.RECORD_DELETE)
def delete_record(call: Call, form: str, record_id: str) -> object:
    """Put a record into the trash."""
    if_rev = call.if_match

    def work(uow: Any) -> None:
        found = call.runtime.catalog.find(uow, form)
        service.delete(uow, call.actor, found, record_id, now=call.now, if_rev=if_rev, options=options_of(call))

    call.db.write(work)
    return None


@api.post("/forms/<form>/records/<record_id>/restore", act=Act.RECORD_RESTORE, answer=schemas.RecordAnswer())
def restore_record(call: Call, form: str, record_id: str) -> object:
    """Take a record out of the trash."""

    def work(uow: Any) -> object:
        found = call.runtime.catalog.find(uow, form)
        record = service.restore(uow, call.actor, found, record_id, now=call.now, options=options_of(call))
        return shown(found, record, _fields(uow, call, found))

    return call.db.write(work)


@api.post("/forms/<form>/aggregate", act=Act.RECORD_READ, body=schemas.AggregateBody())
def aggregate(call: Call, form: str) -> object:
    """Group records and compute over each group."""
    dimensions = [Dimension(one["field"], one.get("bucket")) for one in call.body["group_by"]]
    measures = [Measure(one["op"], one.get("field")) for one in call.body["measures"]] or [Measure("count")]
    with call.db.read() as unit:
        found = call.runtime.catalog.find(unit, form)
        query = Query(filter=call.body["filter"], setting=Setting(now=call.now))
        rows = listing.aggregate(unit, call.actor, found, dimensions, measures, query)
        names = listing.names_in_groups(unit, call.actor, found, rows, call.locale)
    return {"rows": [{"group": row.group, "measures": row.measures} for row in rows], **names.dump()}


def query_of(call: Call) -> Query:
    """Return what the query string asks. Raises BadQuery."""
    asked = call.query
    if asked.get("cursor") is not None and asked.get("offset") is not None:
        words = {"zh-CN": "cursor 与 offset 只能用一个", "en": "Use either cursor or offset"}
        raise BadQuery(findings=[Finding("bad_query", words, field="offset")])
    return Query(
        filter=asked["filter"], sort=asked["sort"], limit=asked["limit"], cursor=asked.get("cursor"),
        offset=asked.get("offset"), count=asked["count"] == "exact", search=asked.get("q") or None,
        setting=Setting(now=call.now),
    )  # fmt: skip


def options_of(call: Call) -> WriteOptions:
    """Return how a member's write is to be taken."""
    return WriteOptions(listeners=call.runtime.listeners, locale=call.locale, context={"channel": "workspace"})


def chosen_of(call: Call, form: FormVersion, readable: Collection[str]) -> Collection[str]:
    """Return the fields that the query string asks for, else all that are readable. Raises BadQuery."""
    asked = call.query.get("fields_")
    if asked is None:
        return readable
    for name in asked:
        if name not in form.by_id or name not in readable:
            words = {"zh-CN": "没有字段“{name}”", "en": "There is no field '{name}'"}
            raise BadQuery(findings=[Finding("unknown_field", words, field="fields", params={"name": name[:40]})])
    return frozenset(asked)


def _fields(unit: ReadUnit, call: Call, form: FormVersion) -> Collection[str]:
    return Access.of(unit, call.actor).readable(form)


def _outcome(result: Record | InvalidValues, locale: str) -> dict[str, Any]:
    if isinstance(result, FormloomError):
        errors = [
            {"field": found.field, "code": found.code, "message": found.words(locale)} for found in result.findings
        ]
        return {"status": 422, "errors": errors}
    return {"status": 201, "id": result.id}
