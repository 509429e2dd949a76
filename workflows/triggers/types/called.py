"""Another flow calls this one."""

from formloom.workflows.engine.context import Occasion
from formloom.workflows.triggers.base import Settings, Trigger


class Called(Trigger):
    """Started as a sub-process by another flow, and by nothing else."""

    id = "called"
    label = {"zh-CN": "被其他流程调用时", "en": "Another flow calls it"}
    sentence = {"zh-CN": "其他流程为{form}启动它时", "en": "another flow starts it for {form}"}
    icon = "flow"

    def accepts(self, cfg: Settings, occasion: Occasion) -> bool:  # noqa: ARG002 - the signature is the base's
        return occasion.kind == "flow.called"
