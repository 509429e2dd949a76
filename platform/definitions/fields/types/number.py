"""A number."""

from decimal import Decimal

from formloom.platform.definitions.fields.base import Example, Settings, WidgetSpec
from formloom.platform.definitions.fields.numbers import DecimalType
from formloom.platform.definitions.fields.settings import Numbers
from formloom.platform.kernel.text import resolve


class Number(DecimalType):
    """An exact number with a fixed count of decimal places."""

    id = "number"
    label = {"zh-CN": "数字", "en": "Number"}
    help = {"zh-CN": "数量、时长等", "en": "A quantity"}
    icon = "number"
    stored_as = "amount"
    keywords = ("number", "decimal", "integer", "数字", "shuzi", "sz", "数量")
    settings = Numbers
    can_be_unique = True
    examples = (
        Example("12.5", clean=Decimal("12.50")),
        Example(3, {"decimals": 0}, clean=Decimal(3)),
        Example("1.234", error="too_many_decimals"),
        Example(5, {"max": "4"}, error="too_large"),
        Example("NaN", error="not_number"),
        Example(True, error="not_number"),
        Example("9" * 30, error="too_many_digits"),
    )

    def display(self, value: Decimal | None, cfg: Settings, locale: str) -> str:
        if value is None:
            return ""
        unit = resolve(cfg.get("unit"), locale)
        return f"{value:,f}{' ' + unit if unit else ''}"

    def widget(self, cfg: Settings) -> WidgetSpec:
        return WidgetSpec("number", {"inputmode": "decimal" if cfg["decimals"] else "numeric", "enterkeyhint": "next"})
