"""One option, all of them shown."""

from formloom.platform.definitions.fields.base import Example, Settings, WidgetSpec
from formloom.platform.definitions.fields.choices import ChoiceType

_AB = {"options": [{"value": "a", "label": {"zh-CN": "甲", "en": "A"}}, {"value": "b", "label": {"zh-CN": "乙"}}]}


class Radio(ChoiceType):
    """One option; all of them are on the page."""

    id = "radio"
    label = {"zh-CN": "单选按钮", "en": "Single choice"}
    help = {"zh-CN": "选项少，一眼看全", "en": "A few options, all shown"}
    icon = "radio"
    keywords = ("radio", "single choice", "单选", "danxuan", "dx", "dxan")
    examples = (
        Example("a", _AB, clean="a"),
        Example("c", _AB, error="not_an_option"),
        Example(["a"], _AB, error="not_an_option"),
    )

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("radio")
