"""A view."""

from collections.abc import Iterator

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.conditions.tree import fields_of
from formloom.platform.definitions.kinds import shapes
from formloom.platform.definitions.kinds.base import (
    DefinitionKind,
    Document,
    Usage,
    World,
    check_condition,
    check_fields,
    check_form,
)
from formloom.platform.kernel.errors import Finding


class Column(Schema):
    """One column."""

    field = shapes.key(required=True)
    width = fields.Integer(validate=validate.Range(40, 1200), allow_none=True)


class ViewDocument(shapes.Titled):
    """Columns, filter, order and grouping over a form's records."""

    form = shapes.key(required=True)
    type = fields.String(load_default="grid", validate=validate.OneOf(("grid",)))
    columns = fields.List(fields.Nested(Column), load_default=list, validate=validate.Length(max=200))
    filter = shapes.condition(load_default=dict)
    sort = fields.List(
        fields.String(validate=validate.Regexp(r"^-?[a-z][a-z0-9_]{0,39}$")), validate=validate.Length(max=5)
    )
    group_by = shapes.key(allow_none=True)
    density = fields.String(validate=validate.OneOf(("compact", "comfortable")))


class View(DefinitionKind):
    """How a form's records are looked at."""

    id = "view"
    label = {"zh-CN": "视图", "en": "View"}
    schema = ViewDocument

    def check_meaning(self, document: Document, world: World) -> Iterator[Finding]:
        form = world.form(document["form"])
        if form is None:
            yield from check_form(world, document["form"], "form")
            return
        yield from check_fields(form, [(usage.path, usage.field) for usage in self.references(document) if usage.field])
        yield from check_condition(form, document.get("filter") or {}, "filter")

    def references(self, document: Document) -> Iterator[Usage]:
        form = str(document.get("form"))
        yield Usage("form", form, "form")
        for place, column in enumerate(document.get("columns") or ()):
            yield Usage("form", form, f"columns/{place}", column["field"])
        for place, name in enumerate(document.get("sort") or ()):
            yield Usage("form", form, f"sort/{place}", name.removeprefix("-"))
        if document.get("group_by"):
            yield Usage("form", form, "group_by", str(document["group_by"]))
        for name in sorted(fields_of(document.get("filter"))):
            yield Usage("form", form, "filter", name)
