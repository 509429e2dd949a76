"""Several lines of text."""

from formloom.platform.definitions.fields.base import Example, Settings, WidgetSpec
from formloom.platform.definitions.fields.texts import TextType


class Textarea(TextType):
    """Several lines, kept as they are."""

    id = "textarea"
    label = {"zh-CN": "多行文本", "en": "Multiple lines"}
    help = {"zh-CN": "说明、描述、留言", "en": "A description, a message"}
    icon = "textarea"
    stored_as = "text"
    keywords = ("textarea", "paragraph", "long text", "多行", "duohang", "dhwb", "描述", "miaoshu")
    limit = 100_000
    keeps_lines = True
    examples = (
        Example("a\r\nb", clean="a\nb"),
        Example("abc", {"max_length": 2}, error="too_long"),
        Example({"a": 1}, error="not_text"),
    )

    def widget(self, cfg: Settings) -> WidgetSpec:
        attributes = {"maxlength": str(cfg["max_length"])} if cfg["max_length"] else {}
        return WidgetSpec("textarea", {**attributes, "rows": "4"})
