"""The same nodes for each of several things."""

from collections.abc import Sequence
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length

from formloom.workflows.engine import scope
from formloom.workflows.engine.context import Context
from formloom.workflows.nodes import keeping
from formloom.workflows.nodes.base import Fork, Settings

SOURCES = ("field", "var", "users")
PEOPLE = {"id": "user", "name": "text"}


class ForEachSchema(Schema):
    """Over what, and what is done for each; `of` has one of `field`, `var` and `users`."""

    title = keeping.title()
    of = fields.Dict(keys=fields.String(), required=True, validate=Length(1, 1))
    nodes = fields.List(fields.Dict(), load_default=list, validate=Length(max=100))

    @validates_schema
    def _one_source(self, data: dict[str, Any], **_: object) -> None:
        ((name, source),) = data["of"].items() or (("", None),)
        fits = isinstance(source, list) if name == "users" else isinstance(source, str)
        if name not in SOURCES or not fits or not source:
            raise ValidationError({"of": ["Give a sub-form field, a kept result or a list of people"]})


class ForEach(Fork):
    """For each row of a sub-form, each record that a query found, or each of some people; at most 200 rounds.

    A round runs until it waits, then the next begins. The loop is through when every round is.
    """

    id = "for_each"
    label = {"zh-CN": "逐个处理", "en": "For each"}
    icon = "multi"
    group = "logic"
    settings = ForEachSchema()

    def starts(self, cfg: Settings, ways: Sequence[str], context: Context) -> Sequence[tuple[str, Any]]:
        return [(way, item) for way in ways for item in self._items(cfg.get("of") or {}, context)]

    def _items(self, of: Settings, context: Context) -> list[Any]:
        if of.get("users"):
            return scope.rounds(context.people(of["users"]), PEOPLE)
        if of.get("var"):
            kept = context.kept.get(str(of["var"])) or {}
            return scope.rounds(kept.get("rows") or (), kept.get("kinds") or {}, kept.get("form"))
        field = next((one for one in context.form.stored if one.id == of.get("field") and one.rows is not None), None)
        if field is None or field.rows is None:
            return []
        rows = context.values.get(field.id)
        kinds = {column.id: column.kind for column in field.rows.stored}
        return scope.rounds(rows if isinstance(rows, list) else (), kinds)
