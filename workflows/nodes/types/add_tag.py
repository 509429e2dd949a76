"""Add and remove choices of a field with several."""

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length

from formloom.workflows.engine.outcome import Outcome
from formloom.workflows.nodes import keeping
from formloom.workflows.nodes.base import Action, Plan
from formloom.workflows.nodes.desk import Desk


class TagSchema(Schema):
    """Which field, what is added, what is removed."""

    title = keeping.title()
    field = fields.String(required=True, validate=Length(1, 60))
    add = fields.List(fields.String(validate=Length(1, 200)), load_default=list, validate=Length(max=50))
    remove = fields.List(fields.String(validate=Length(1, 200)), load_default=list, validate=Length(max=50))

    @validates_schema
    def _something(self, data: dict[str, object], **_: object) -> None:
        if not data.get("add") and not data.get("remove"):
            raise ValidationError({"add": ["Give what to add or to remove"]})


class AddTag(Action):
    """The other choices of the record stay as they are."""

    id = "add_tag"
    label = {"zh-CN": "添加或移除标签", "en": "Add or remove tags"}
    icon = "tag"
    group = "record"
    settings = TagSchema()

    def perform(self, plan: Plan, desk: Desk) -> Outcome:
        field = str(plan["field"])
        before = desk.context.values.get(field)
        had = [str(one) for one in before] if isinstance(before, list) else []
        gone = set(plan.get("remove") or ())
        wanted = [one for one in dict.fromkeys([*had, *(plan.get("add") or ())]) if one not in gone]
        if wanted == had:
            return Outcome(output={"changes": {}}, result="skipped")
        changed = desk.change_record({field: wanted})
        told = {name: {"before": before if name == field else None, "after": one} for name, one in changed.items()}
        return Outcome(output={"changes": told}, values=changed)
