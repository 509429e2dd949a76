"""A hidden value."""

from formloom.platform.definitions.fields.base import Example, Settings, WidgetSpec
from formloom.platform.definitions.fields.texts import TextType


class Hidden(TextType):
    """A text that the page carries without showing it: a source, a number from a personal link."""

    id = "hidden"
    label = {"zh-CN": "隐藏值", "en": "Hidden value"}
    help = {"zh-CN": "来源、活动代码，填写人看不到", "en": "A source or code that respondents don't see"}
    group = "advanced"
    icon = "hidden"
    stored_as = "text"
    keywords = ("hidden", "utm", "source", "隐藏", "yincang", "yc", "来源")
    can_be_column = False
    needs_label = False
    limit = 500
    examples = (Example("utm", clean="utm"), Example("x" * 501, error="too_long"))

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("hidden")
