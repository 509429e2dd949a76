"""The shape of a package's own files: the manifest, the sample people, the sample records and their words."""

from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.fields.settings import COLOURS, L10n
from formloom.platform.definitions.kinds.types.form import WEAVES

FORMAT = 1
CATEGORIES = ("sales", "service", "survey", "journey", "people", "supply", "finance", "projects", "other")
SLUG = validate.Regexp(r"^[a-z][a-z0-9_]{0,39}$")
RESERVED_ROLES = frozenset({"builder"})


def _keys(most: int, **kwargs: Any) -> "fields.List[Any]":
    return fields.List(fields.String(validate=SLUG), validate=validate.Length(max=most), **kwargs)


class Cover(Schema):
    """The weave by which a package is recognised."""

    seed = fields.String(required=True, validate=validate.Length(1, 60))
    kind = fields.String(required=True, validate=validate.OneOf(WEAVES))
    color = fields.String(required=True, validate=validate.OneOf(COLOURS))


class Role(Schema):
    """A role that comes along."""

    key = fields.String(required=True, validate=[SLUG, validate.NoneOf(RESERVED_ROLES)])
    title = L10n(max_length=100, required=True)


class Manifest(Schema):
    """What a package says of itself."""

    format = fields.Integer(required=True, strict=True, validate=validate.Equal(FORMAT))
    slug = fields.String(required=True, validate=SLUG)
    version = fields.String(required=True, validate=validate.Regexp(r"^\d{1,4}\.\d{1,4}\.\d{1,4}$"))
    title = L10n(max_length=100, required=True)
    summary = L10n(max_length=500, required=True)
    category = fields.String(required=True, validate=validate.OneOf(CATEGORIES))
    icon = fields.String(required=True, validate=validate.Length(1, 40))
    cover = fields.Nested(Cover, required=True)
    requires = fields.String(load_default="0.1", validate=validate.Regexp(r"^\d{1,4}(\.\d{1,4}){1,2}$"))
    roles = fields.List(fields.Nested(Role), load_default=list, validate=validate.Length(max=30))
    leading_role = fields.String(load_default=None, allow_none=True, validate=SLUG)
    public_links = _keys(20, load_default=list)
    try_it = fields.List(L10n(max_length=300), load_default=list, validate=validate.Length(max=10))


class SamplePerson(Schema):
    """Somebody who can be assigned to but never sign in."""

    key = fields.String(required=True, validate=SLUG)
    name = fields.String(required=True, validate=validate.Length(1, 60))
    roles = _keys(10, load_default=list)


class SampleRecord(Schema):
    """One record; texts such as `now-58d`, `today+3d` and `@person` are replaced when it is installed."""

    created_at = fields.String(required=True, validate=validate.Regexp(r"^now-\d{1,5}(\.\d{1,3})?[dhm]$"))
    values = fields.Dict(keys=fields.String(validate=SLUG), required=True)


class Words(Schema):
    """Texts of the sample data, and the same in another language; a text stands for a whole value."""

    words = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 2_000)),
        values=fields.String(validate=validate.Length(1, 2_000)),
        required=True,
        validate=validate.Length(max=5_000),
    )


SHAPES: dict[str, Schema] = {
    "manifest.json": Manifest(), "sample/people.json": SamplePerson(many=True),
}  # fmt: skip
SAMPLE = SampleRecord(many=True)
WORDS = Words()
