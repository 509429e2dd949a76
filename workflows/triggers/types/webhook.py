"""Another system called."""

from formloom.workflows.engine.context import Occasion
from formloom.workflows.triggers.base import Settings, Trigger


class Webhook(Trigger):
    """A POST to the flow's own address `/hooks/{token}`.

    Members of the JSON body that are named like fields of the form can be used in conditions; the whole body is
    the template variable `hook`. With a member `record` the flow runs on that record.
    """

    id = "webhook"
    label = {"zh-CN": "收到外部请求时", "en": "Another system calls"}
    sentence = {"zh-CN": "外部系统调用{form}的接收地址", "en": "another system calls the address of {form}"}
    icon = "globe"
    has_record = False

    def accepts(self, cfg: Settings, occasion: Occasion) -> bool:  # noqa: ARG002 - the occasion names the flow
        return occasion.kind == "flow.webhook"
