"""Somebody sent the public form."""

from formloom.workflows.engine.context import Occasion
from formloom.workflows.triggers.base import Settings, Trigger


class FormSubmitted(Trigger):
    """A record that a visitor made through a public link; those that members, imports and rules make don't count.

    Where the form wants a review, it is set off once the submission is let in.
    """

    id = "form_submitted"
    label = {"zh-CN": "访客提交公开表单时", "en": "A visitor submits the form"}
    sentence = {"zh-CN": "访客提交{form}", "en": "a visitor submits {form}"}
    icon = "send"

    def accepts(self, cfg: Settings, occasion: Occasion) -> bool:  # noqa: ARG002 - nothing to set
        return occasion.kind == "record.created" and occasion.actor_kind == "public"
