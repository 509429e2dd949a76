"""A department."""

from typing import Any

from formloom.platform.definitions.fields import messages
from formloom.platform.definitions.fields.base import (
    CleanContext,
    ColumnSpec,
    Example,
    FieldType,
    Settings,
    ValueInvalid,
    WidgetSpec,
)
from formloom.platform.definitions.fields.settings import Plain


class Department(FieldType[str]):
    """One department of the organisation, by id."""

    id = "department"
    label = {"zh-CN": "部门", "en": "Department"}
    help = {"zh-CN": "所属部门、责任部门", "en": "A part of the organisation"}
    group = "advanced"
    icon = "department"
    keywords = ("department", "team", "部门", "bumen", "bm")
    value_kind = "department"
    who = "department"
    for_members_only = True
    settings = Plain
    examples = (Example("nowhere", error="no_such_department"),)

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("text")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> str | None:  # noqa: ARG002 - the signature is the base's
        if not isinstance(raw, str) or len(raw) > 40 or raw not in ctx.departments([raw]):
            raise ValueInvalid("no_such_department", messages.NO_SUCH_DEPARTMENT)
        return raw

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("department")
