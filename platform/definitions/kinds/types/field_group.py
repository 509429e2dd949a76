"""A saved group of fields."""

from marshmallow import fields, validate

from formloom.platform.definitions.kinds import shapes
from formloom.platform.definitions.kinds.fields import FieldDocument
from formloom.platform.definitions.kinds.rules import RuleDocument
from formloom.platform.definitions.kinds.types.form import MAX_FIELDS, Form


class FieldGroupDocument(shapes.Titled):
    """Fields and the rules among them, under a name."""

    entries = fields.List(
        fields.Nested(FieldDocument), data_key="fields", required=True, validate=validate.Length(1, MAX_FIELDS)
    )
    rules = fields.List(fields.Nested(RuleDocument), load_default=list, validate=validate.Length(max=200))


class FieldGroup(Form):
    """A part of a form that is inserted into others as a copy; checked like the fields and rules of a form."""

    id = "field_group"
    label = {"zh-CN": "字段组合", "en": "Field group"}
    schema = FieldGroupDocument
