"""Text with emphasis, lists and links."""

from typing import Any

from marshmallow import Schema, fields, validate

from formloom.platform.definitions.fields import messages, richtexts
from formloom.platform.definitions.fields.base import (
    CleanContext,
    ColumnSpec,
    Example,
    FieldType,
    Settings,
    ValueInvalid,
    WidgetSpec,
)
from formloom.platform.definitions.fields.settings import named
from formloom.platform.definitions.fields.texts import as_text

LONGEST = 100_000


class Amount(Schema):
    """How much may be written, counted without markup."""

    max_length = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(1, LONGEST),
        metadata=named("最多字数", "At most (characters)"),
    )  # fmt: skip


class Richtext(FieldType[str]):
    """A text with a little markup, kept as HTML of a few harmless tags whatever was sent.

    It is cleaned when it is written and once more when it is given out, so that nothing in the database needs to
    be trusted. A text without tags, as a page without a script sends it, becomes paragraphs.
    """

    id = "richtext"
    label = {"zh-CN": "富文本", "en": "Rich text"}
    help = {"zh-CN": "可加粗、列表、链接的长文字", "en": "Long text with emphasis, lists and links"}
    icon = "richtext"
    keywords = ("rich text", "html", "formatted", "富文本", "fuwenben", "fwb", "格式")
    can_be_column = False
    settings = Amount
    examples = (
        Example("a < b\n\nc", clean="<p>a &lt; b</p><p>c</p>"),
        Example("<p onclick='x()'>hi<script>alert(1)</script></p>", clean="<p>hi</p>"),
        Example("<p> </p>", clean=None),
        Example("<b>abc</b>", {"max_length": 2}, error="too_long"),
        Example(["x"], error="not_text"),
    )

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("text")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> str | None:  # noqa: ARG002 - the signature is the base's
        text = as_text(raw).strip()
        html = richtexts.sanitised(text) if len(text) <= LONGEST else text
        if len(html) > LONGEST:
            raise ValueInvalid("too_long", messages.TOO_LONG, max=LONGEST, actual=len(html))
        length = len(richtexts.plain(html))
        if cfg["max_length"] and length > cfg["max_length"]:
            raise ValueInvalid("too_long", messages.TOO_LONG, max=cfg["max_length"], actual=length)
        return html if length else None

    def dump(self, value: str | None, cfg: Settings) -> str | None:  # noqa: ARG002 - the signature is the base's
        return None if value is None else richtexts.sanitised(value)

    def display(self, value: str | None, cfg: Settings, locale: str) -> str:  # noqa: ARG002 - the signature is the base's
        return "" if value is None else richtexts.plain(value)

    def export_cell(self, value: str | None, cfg: Settings, locale: str) -> str:  # noqa: ARG002 - the signature is the base's
        return value or ""

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("richtext", {"rows": "5"})
