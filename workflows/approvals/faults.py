"""What can be wrong with an answer."""

from formloom.platform.kernel.errors import Conflict, Invalid


class TaskDone(Conflict):
    """Somebody was quicker, or the task was withdrawn."""

    code = "task_done"
    message = {"zh-CN": "该任务已处理或已撤回", "en": "This task has been dealt with or withdrawn"}


class NotHere(Invalid):
    """The node does not allow what is asked of it."""

    code = "not_allowed_here"
    message = {"zh-CN": "该节点不允许此操作", "en": "This step does not allow that"}
