"""Yes or no."""

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

_YES = frozenset({"true", "1", "yes", "y", "on", "是", "对", "√", "有"})
_NO = frozenset({"false", "0", "no", "n", "off", "否", "不", "×", "无"})


def yes_or_no(raw: Any) -> bool:
    """Return what a raw value says. Raises ValueInvalid."""
    if isinstance(raw, bool):
        return raw
    word = raw.strip().casefold() if isinstance(raw, str) else str(raw) if raw in (0, 1) else ""
    if word in _YES or word in _NO:
        return word in _YES
    raise ValueInvalid("not_boolean", messages.YES_NO_EXPECTED)


class Boolean(FieldType[bool]):
    """A switch; unanswered is None, which is not the same as no."""

    id = "boolean"
    label = {"zh-CN": "开关", "en": "Yes or no"}
    help = {"zh-CN": "同意、是否已处理", "en": "Agreed, done"}
    group = "choice"
    icon = "boolean"
    keywords = ("boolean", "switch", "yes", "checkbox", "开关", "kaiguan", "kg", "是否", "shifou")
    value_kind = "boolean"
    settings = Plain
    examples = (Example(True, clean=True), Example("false", clean=False), Example("maybe", error="not_boolean"))

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("boolean")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> bool | None:  # noqa: ARG002 - the signature is the base's
        return yes_or_no(raw)

    def from_column(self, stored: Any, cfg: Settings) -> bool | None:  # noqa: ARG002 - the signature is the base's
        return None if stored is None else bool(stored)

    def display(self, value: bool | None, cfg: Settings, locale: str) -> str:  # noqa: ARG002 - the signature is the base's
        if value is None:
            return ""
        return ("是" if value else "否") if locale == "zh-CN" else ("Yes" if value else "No")

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("boolean")
