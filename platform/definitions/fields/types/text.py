"""One line of text."""

from marshmallow import fields, validate

from formloom.platform.definitions.fields.base import Example, Settings, WidgetSpec
from formloom.platform.definitions.fields.settings import Texts, named
from formloom.platform.definitions.fields.texts import TextType

AUTOFILL = ("name", "given-name", "family-name", "organization", "organization-title", "address-line1", "postal-code")


class Line(Texts):
    """Length, form, and what of the visitor's own a browser may offer.

    Source: HTML Living Standard, section 4.10.18.7 (autofill).
    """

    autofill = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(AUTOFILL),
        metadata=named("自动填充", "Browser fills in"),
    )  # fmt: skip


class Text(TextType):
    """A single line; line breaks become spaces."""

    id = "text"
    label = {"zh-CN": "单行文本", "en": "Single line"}
    help = {"zh-CN": "姓名、标题等一行文字", "en": "A name, a title: one line"}
    icon = "text"
    keywords = ("text", "line", "string", "文本", "danhang", "wenben", "dhwb", "wb")
    settings = Line
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
        if cfg["autofill"]:
            attributes["autocomplete"] = cfg["autofill"]
        return WidgetSpec("text", {**attributes, "enterkeyhint": "next"})
