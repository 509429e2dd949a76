"""A web address."""

from typing import Any
from urllib.parse import urlsplit

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
from formloom.platform.definitions.fields.texts import as_text


class Url(FieldType[str]):
    """An http or https address; other schemes could run something when clicked."""

    id = "url"
    label = {"zh-CN": "网址", "en": "Web address"}
    help = {"zh-CN": "官网、商品链接", "en": "A site, a product page"}
    icon = "url"
    keywords = ("url", "link", "web", "网址", "wangzhi", "wz", "链接", "lianjie")
    settings = Plain
    can_be_unique = True
    examples = (
        Example("example.com/a", clean="https://example.com/a"),
        Example("javascript:alert(1)", error="not_url"),
        Example("https://user@example.com", error="not_url"),
    )

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("text")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> str | None:  # noqa: ARG002 - the signature is the base's
        text = as_text(raw).strip()
        if not text:
            return None
        if "://" not in text and ":" not in text.split("/", 1)[0]:
            text = f"https://{text}"
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            raise ValueInvalid("not_url", messages.URL_EXPECTED) from None
        host = parts.hostname or ""
        fits = parts.scheme in {"http", "https"} and "." in host and "@" not in parts.netloc and port != 0
        if not fits or len(text) > 2000 or any(mark.isspace() or mark in '<>"' for mark in text):
            raise ValueInvalid("not_url", messages.URL_EXPECTED)
        return text

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("url", {"inputmode": "url", "autocomplete": "url", "enterkeyhint": "next"})
