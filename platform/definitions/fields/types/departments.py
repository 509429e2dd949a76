"""Several departments."""

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import CleanContext, Example, Settings, WidgetSpec
from formloom.platform.definitions.fields.members import ManyIdsType


class Departments(ManyIdsType):
    """Departments of the organisation, by id, in the order in which they were named."""

    id = "departments"
    label = {"zh-CN": "部门（多选）", "en": "Departments"}
    help = {"zh-CN": "协办部门、适用范围", "en": "Several parts of the organisation"}
    icon = "departments"
    keywords = ("departments", "teams", "部门多选", "bumen", "bmdx", "协办部门")
    value_kind = "departments"
    who = "department"
    unknown = ("no_such_department", messages.NO_SUCH_DEPARTMENT)
    too_many = ("too_many_departments", messages.TOO_MANY_DEPARTMENTS)
    examples = (Example(["nowhere"], error="no_such_department"), Example(7, error="not_a_list"))

    def known(self, ids: list[str], cfg: Settings, ctx: CleanContext) -> frozenset[str]:  # noqa: ARG002 - the signature is the base's
        return frozenset(ctx.departments(ids))

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("departments")
