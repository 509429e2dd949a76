"""What the routes of pools take."""

from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.web.records.schemas import ListQuery

MOST_AT_ONCE = 200
_ID = validate.Length(1, 40)


def _records() -> "fields.List[Any]":
    return fields.List(fields.String(validate=_ID), required=True, validate=validate.Length(1, MOST_AT_ONCE))


class HallQuery(Schema):
    """Which pools."""

    app = fields.String(validate=_ID)


class PoolListQuery(ListQuery):
    """Which records: those that lie in the pool, or those that the caller holds."""

    box = fields.String(load_default="waiting", validate=validate.OneOf(("waiting", "mine")))


class PoolClaimBody(Schema):
    """Which records."""

    records = _records()


class PoolAssignBody(Schema):
    """Which records, and to whom."""

    records = _records()
    to = fields.String(required=True, validate=_ID)


class PoolReturnBody(Schema):
    """Which records, and why."""

    records = _records()
    reason = fields.String(required=True, validate=validate.Length(1, 500))
