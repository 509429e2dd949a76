"""Customers over HTTP: what happened with one of them, and joining two."""

from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.access.policy import Act
from formloom.platform.customers import merging
from formloom.platform.customers.timeline import Touch, timeline
from formloom.platform.web.records.shown import moment
from formloom.platform.web.route import Api, Call

api = Api("customers")


class TimelineQuery(Schema):
    """Which page."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String(validate=validate.Length(max=40))


class MergeBody(Schema):
    """Whom a customer is the same as."""

    into = fields.String(required=True, validate=validate.Length(1, 40))


@api.get("/customers/<customer_id>/touchpoints", act=Act.CUSTOMER_READ, query=TimelineQuery())
def read_timeline(call: Call, customer_id: str) -> object:
    """Return a customer's touchpoints across forms, newest first, as far as the caller may read their records."""
    with call.db.read() as unit:
        found = timeline(
            unit, call.actor, call.runtime.catalog, customer_id,
            limit=call.query["limit"], cursor=call.query.get("cursor"),
        )  # fmt: skip
    return {
        "customer": {
            "id": found.customer_id, "name": found.name,
            "keys": [{"kind": kind, "value": value} for kind, value in found.keys],
        },
        "touchpoints": [_touch(one) for one in found.touches], "next": found.next,
    }  # fmt: skip


@api.post("/customers/<customer_id>/merge", act=Act.CUSTOMER_MERGE, body=MergeBody())
def merge_customers(call: Call, customer_id: str) -> object:
    """Join a customer with another, who keeps everything."""
    into: str = call.body["into"]
    kept = call.db.write(lambda uow: merging.merge(uow, call.actor, customer_id, into, now=call.now))
    return {"id": kept}


def _touch(one: Touch) -> dict[str, Any]:
    return {
        "id": one.id, "kind": one.kind, "channel": one.channel, "at": moment(one.at), "data": one.data,
        "record": {"app": one.form.app_key, "form": one.form.key, "form_title": one.form.title, "id": one.record_id},
    }  # fmt: skip
