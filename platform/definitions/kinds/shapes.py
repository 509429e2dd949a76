"""Shapes that the documents of several kinds share."""

from typing import Any

from marshmallow import INCLUDE, Schema, fields, validate

from formloom.platform.definitions.fields.settings import COLOURS, L10n

KEY = validate.Regexp(r"^[a-z][a-z0-9_]{0,39}$")
REFERENCE = validate.Length(1, 80)


def key(**kwargs: Any) -> fields.String:
    """Return a field for the key of a definition or the id of a field."""
    return fields.String(validate=KEY, **kwargs)


def keys(most: int = 200, **kwargs: Any) -> fields.List[Any]:
    """Return a field for a list of keys."""
    return fields.List(fields.String(validate=validate.Length(1, 60)), validate=validate.Length(max=most), **kwargs)


def condition(**kwargs: Any) -> fields.Dict:
    """Return a field for a condition tree; the tree itself is checked against its form."""
    return fields.Dict(keys=fields.String(), **kwargs)


class Titled(Schema):
    """What every document has."""

    title = L10n(max_length=200, required=True)


class Candidates(Schema):
    """People by name, by role, by department."""

    users = keys(load_default=list)
    roles = keys(load_default=list)
    departments = keys(load_default=list)


class Alerted(Candidates):
    """Who is told in the app of what begins to wait for people; with `mail` also by mail."""

    mail = fields.Boolean()


class Open(Schema):
    """A mapping whose further keys are checked by its registered type."""

    class Meta:
        unknown = INCLUDE


def colour(**kwargs: Any) -> fields.String:
    """Return a field for one of the option colours."""
    return fields.String(validate=validate.OneOf(COLOURS), **kwargs)
