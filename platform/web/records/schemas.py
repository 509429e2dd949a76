"""What the record routes take and give."""

from typing import Any

import orjson
from marshmallow import Schema, ValidationError, fields, validate

MAX_BATCH = 1_000
FIELD = validate.Regexp(r"^[a-z][a-z0-9_]{0,39}$")


class JsonText(fields.Field[Any]):
    """A JSON value in a query parameter."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:  # noqa: ARG002 - marshmallow's
        if len(value) > 20_000:
            raise ValidationError("Too long.")
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError as fault:
            raise ValidationError(f"Not valid JSON: {fault}") from fault


class Names(fields.Field[Any]):
    """Names with commas between them."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:  # noqa: ARG002 - marshmallow's
        names = [part.strip() for part in str(value)[:5_000].split(",") if part.strip()]
        if len(names) > 200:
            raise ValidationError("At most 200 names.")
        return tuple(names)


class ListQuery(Schema):
    """Query of a list of records."""

    filter = JsonText(load_default=dict)
    sort = Names(load_default=())
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String(validate=validate.Length(max=2_000))
    offset = fields.Integer(validate=validate.Range(0, 1_000_000))
    fields_ = Names(data_key="fields")
    count = fields.String(load_default="none", validate=validate.OneOf(("none", "exact")))
    q = fields.String(validate=validate.Length(max=200))
    rows = fields.String(load_default="all", validate=validate.OneOf(("all", "count")))
    """Of sub-forms, the rows themselves or only how many there are."""


class RecordBody(Schema):
    """Values by field id."""

    values = fields.Dict(required=True)


class BatchEntry(Schema):
    """One record of a batch."""

    values = fields.Dict(required=True)


class BatchBody(Schema):
    """Records to create, each on its own."""

    records = fields.List(fields.Nested(BatchEntry), required=True, validate=validate.Length(1, MAX_BATCH))


class DimensionBody(Schema):
    """A field to group by."""

    field = fields.String(required=True, validate=FIELD)
    bucket = fields.String(allow_none=True, validate=validate.OneOf(("day", "week", "month", "quarter", "year")))


class MeasureBody(Schema):
    """An operation over each group."""

    op = fields.String(required=True, validate=validate.OneOf(("count", "sum", "avg", "min", "max", "distinct")))
    field = fields.String(allow_none=True, validate=FIELD)


class AggregateBody(Schema):
    """What to compute."""

    group_by = fields.List(fields.Nested(DimensionBody), load_default=list, validate=validate.Length(max=3))
    measures = fields.List(fields.Nested(MeasureBody), load_default=list, validate=validate.Length(max=10))
    filter = fields.Dict(keys=fields.String(), load_default=dict)


class CommentBody(Schema):
    """A comment."""

    body = fields.String(required=True, validate=validate.Length(1, 10_000))


class LinkedAnswer(Schema):
    """What a linked record is called; empty where the caller may not read what it is called by."""

    title = fields.String(required=True)
    deleted = fields.Boolean(required=True)


class RecordAnswer(Schema):
    """One record."""

    id = fields.String(required=True)
    rev = fields.Integer(required=True)
    values = fields.Dict(required=True)
    created_at = fields.String(required=True)
    created_by = fields.String(required=True, allow_none=True)
    updated_at = fields.String(required=True)
    updated_by = fields.String(required=True, allow_none=True)


class NamedRecordAnswer(RecordAnswer):
    """One record, and the names behind the ids in it."""

    people = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    departments = fields.Dict(keys=fields.String(), required=True)
    linked = fields.Dict(keys=fields.String(), values=fields.Nested(LinkedAnswer), required=True)


class ListAnswer(Schema):
    """A page of records."""

    records = fields.List(fields.Nested(RecordAnswer), required=True)
    next = fields.String(required=True, allow_none=True)
    count = fields.Integer(required=True, allow_none=True)
    people = fields.Dict(keys=fields.String(), values=fields.String())
    departments = fields.Dict(keys=fields.String())
    linked = fields.Dict(keys=fields.String(), values=fields.Nested(LinkedAnswer))


class ConsentAnswer(Schema):
    """One step of a consent: agreed to a version of its text, or taken back."""

    id = fields.String(required=True)
    field = fields.String(required=True)
    agreed = fields.Boolean(required=True)
    at = fields.String(required=True)
    version = fields.Integer(required=True, allow_none=True)
    locale = fields.String(required=True)
    wording = fields.Dict(keys=fields.String(), values=fields.String(), required=True, allow_none=True)
    actor = fields.Dict(keys=fields.String(), required=True)


class ConsentsAnswer(Schema):
    """The steps of a record's consents, newest first."""

    consents = fields.List(fields.Nested(ConsentAnswer), required=True)
