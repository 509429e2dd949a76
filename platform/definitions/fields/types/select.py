"""One option from a list."""

from formloom.platform.definitions.fields.base import Example, Settings, WidgetSpec
from formloom.platform.definitions.fields.choices import ChoiceType

_AB = {"options": [{"value": "a", "label": {"zh-CN": "甲", "en": "A"}}, {"value": "b", "label": {"zh-CN": "乙"}}]}


class Select(ChoiceType):
    """One option, chosen from a drop-down."""

    id = "select"
    label = {"zh-CN": "下拉框", "en": "Drop-down"}
    help = {"zh-CN": "选项较多时用", "en": "One of many options"}
    icon = "select"
    keywords = ("select", "dropdown", "choice", "下拉", "xiala", "xl", "xlk", "单选")
    examples = (
        Example("a", _AB, clean="a"),
        Example("c", _AB, error="not_an_option"),
        Example(["a"], _AB, error="not_an_option"),
    )

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("select")
