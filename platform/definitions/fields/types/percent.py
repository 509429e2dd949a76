"""A share of a hundred."""

from decimal import Decimal

from formloom.platform.definitions.fields.base import Example, Settings, WidgetSpec
from formloom.platform.definitions.fields.numbers import DecimalType
from formloom.platform.definitions.fields.settings import Bounds


class Percent(DecimalType):
    """An exact percentage: 12.5 is 12.5 %, as people write it."""

    id = "percent"
    label = {"zh-CN": "百分比", "en": "Percent"}
    help = {"zh-CN": "折扣、完成度、占比", "en": "A discount, a share"}
    icon = "percent"
    keywords = ("percent", "share", "rate", "百分比", "baifenbi", "bfb", "折扣", "占比")
    settings = Bounds
    examples = (
        Example("12.5", clean=Decimal("12.50")),
        Example(7, {"decimals": 0}, clean=Decimal(7)),
        Example("101", {"max": "100"}, error="too_large"),
        Example("12%", error="not_number"),
    )

    def display(self, value: Decimal | None, cfg: Settings, locale: str) -> str:  # noqa: ARG002 - the signature is the base's
        return "" if value is None else f"{value:,f}%"

    def widget(self, cfg: Settings) -> WidgetSpec:
        return WidgetSpec("percent", {"inputmode": "decimal" if cfg["decimals"] else "numeric", "enterkeyhint": "next"})
