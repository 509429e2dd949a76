"""One line of text."""

from formloom.platform.definitions.fields.base import Example, Settings, WidgetSpec
from formloom.platform.definitions.fields.texts import TextType


class Text(TextType):
    """A single line; line breaks become spaces."""

    id = "text"
    label = {"zh-CN": "单行文本", "en": "Single line"}
    help = {"zh-CN": "姓名、标题等一行文字", "en": "A name, a title: one line"}
    icon = "text"
    keywords = ("text", "line", "string", "文本", "danhang", "wenben", "dhwb", "wb")
    can_be_unique = True
    examples = (
        Example("  你好 ", clean="你好"),
        Example("ab", {"min_length": 3}, error="too_short"),
        Example("AB-12", {"pattern": "[A-Z]{2}-\\d{2}"}, clean="AB-12"),
        Example("x", {"pattern": "\\d+"}, error="pattern"),
        Example(["x"], error="not_text"),
    )

    def widget(self, cfg: Settings) -> WidgetSpec:
        attributes = {"maxlength": str(cfg["max_length"])} if cfg["max_length"] else {}
        return WidgetSpec("text", {**attributes, "enterkeyhint": "next"})
