"""A record changed."""

from marshmallow import Schema, fields

from formloom.workflows.engine.context import Occasion
from formloom.workflows.triggers.base import Settings, Trigger


class RecordUpdated(Trigger):
    """Any of the chosen fields changed its value; with none chosen, any field."""

    id = "record_updated"
    label = {"zh-CN": "记录被修改时", "en": "A record is changed"}
    sentence = {"zh-CN": "{form}的{fields}被修改", "en": "{fields} of {form} changes"}
    icon = "edit"
    settings = Schema.from_dict({"fields": fields.List(fields.String(), load_default=list)}, name="RecordUpdated")()

    def accepts(self, cfg: Settings, occasion: Occasion) -> bool:
        chosen = cfg.get("fields") or ()
        return occasion.kind == "record.updated" and (not chosen or bool(set(chosen) & set(occasion.changed)))
