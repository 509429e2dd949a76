"""A record changed."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length

from formloom.workflows.engine.context import Occasion
from formloom.workflows.triggers.base import Settings, Trigger


class ChangeSchema(Schema):
    """What a field was and what it became; a list means any of them, null that it was or became empty."""

    before = fields.Raw(data_key="from", allow_none=True)
    after = fields.Raw(data_key="to", allow_none=True)


class RecordUpdated(Trigger):
    """Any of the chosen fields changed its value; with none chosen, any field.

    `changes` asks more of some fields: `{"status": {"from": "new", "to": ["open", "closed"]}}`. Every field named there
    must have changed that way.
    """

    id = "record_updated"
    label = {"zh-CN": "记录被修改时", "en": "A record is changed"}
    sentence = {"zh-CN": "{form}的{fields}被修改", "en": "{fields} of {form} changes"}
    icon = "edit"
    settings = Schema.from_dict(
        {
            "fields": fields.List(fields.String(), load_default=list),
            "changes": fields.Dict(
                keys=fields.String(validate=Length(1, 60)), values=fields.Nested(ChangeSchema),
                load_default=dict, validate=Length(max=10),
            ),
        },
        name="RecordUpdated",
    )()  # fmt: skip

    def accepts(self, cfg: Settings, occasion: Occasion) -> bool:
        if occasion.kind != "record.updated":
            return False
        chosen, changes = cfg.get("fields") or (), cfg.get("changes") or {}
        if chosen and not set(chosen) & set(occasion.changed):
            return False
        return all(_changed(name, asked or {}, occasion) for name, asked in changes.items())


def _changed(name: str, asked: Mapping[str, Any], occasion: Occasion) -> bool:
    if name not in occasion.changed:
        return False
    sides = ("from", occasion.before.get(name)), ("to", occasion.after.get(name))
    return all(side not in asked or _is(value, asked[side]) for side, value in sides)


def _is(value: Any, wanted: Any) -> bool:
    """Tell whether a value is the one, or one of those, that are wanted; numbers by their worth."""
    if isinstance(wanted, list) and not isinstance(value, list):
        return any(_is(value, one) for one in wanted)
    if isinstance(wanted, list) and isinstance(value, list):
        return {str(one) for one in value} == {str(one) for one in wanted}
    if wanted in (None, ""):
        return value in (None, "", [])
    if isinstance(value, list):
        return str(wanted) in {str(one) for one in value}
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return str(value) == str(wanted) or _worth(value) == _worth(wanted) is not None


def _worth(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
