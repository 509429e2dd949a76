"""A member."""

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


class User(FieldType[str]):
    """One member of the organisation, by id."""

    id = "user"
    label = {"zh-CN": "成员", "en": "Member"}
    help = {"zh-CN": "负责人、经办人", "en": "Somebody of the organisation"}
    group = "advanced"
    icon = "user"
    keywords = ("user", "member", "person", "assignee", "成员", "chengyuan", "cy", "负责人")
    value_kind = "user"
    who = "user"
    for_members_only = True
    settings = Plain
    examples = (Example("nobody", error="no_such_person"), Example(7, error="no_such_person"))

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("text")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> str | None:  # noqa: ARG002 - the signature is the base's
        if not isinstance(raw, str) or len(raw) > 40 or raw not in ctx.users([raw]):
            raise ValueInvalid("no_such_person", messages.NO_SUCH_PERSON)
        return raw

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("user")
