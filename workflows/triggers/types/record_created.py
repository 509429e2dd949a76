"""A record came into being, by whatever way."""

from formloom.workflows.engine.context import Occasion
from formloom.workflows.triggers.base import Settings, Trigger


class RecordCreated(Trigger):
    """Public form, workspace, import, interface and other rules all count."""

    id = "record_created"
    label = {"zh-CN": "提交新记录时", "en": "A record is created"}
    sentence = {"zh-CN": "{form}被提交", "en": "{form} is submitted"}
    icon = "plus"

    def accepts(self, cfg: Settings, occasion: Occasion) -> bool:  # noqa: ARG002 - nothing to set
        return occasion.kind == "record.created"
