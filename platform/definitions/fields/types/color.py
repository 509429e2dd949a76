"""A colour."""

import re
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

_HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.ASCII | re.IGNORECASE)


class Color(FieldType[str]):
    """A colour as #rrggbb, in lower case."""

    id = "color"
    label = {"zh-CN": "颜色", "en": "Colour"}
    help = {"zh-CN": "品牌色、产品颜色", "en": "A brand colour, the colour of a product"}
    icon = "color"
    keywords = ("color", "colour", "hex", "颜色", "yanse", "ys", "色彩")
    settings = Plain
    can_name_record = False
    examples = (
        Example("#3B48C4", clean="#3b48c4"),
        Example("abc", clean="#aabbcc"),
        Example("blue", error="not_color"),
    )

    def column(self, cfg: Settings) -> ColumnSpec:  # noqa: ARG002 - the signature is the base's
        return ColumnSpec("text")

    def clean(self, raw: Any, cfg: Settings, ctx: CleanContext) -> str | None:  # noqa: ARG002 - the signature is the base's
        found = _HEX.fullmatch(raw.strip()) if isinstance(raw, str) else None
        if found is None:
            raise ValueInvalid("not_color", messages.COLOR_EXPECTED)
        digits = found[1].lower()
        return f"#{digits}" if len(digits) == 6 else "#" + "".join(digit * 2 for digit in digits)

    def widget(self, cfg: Settings) -> WidgetSpec:  # noqa: ARG002 - the signature is the base's
        return WidgetSpec("color", {"maxlength": "9", "enterkeyhint": "next"})
