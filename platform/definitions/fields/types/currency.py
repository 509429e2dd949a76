"""An amount of money."""

from decimal import Decimal

from marshmallow import fields, validate

from formloom.platform.definitions.fields.base import Example, Settings, WidgetSpec
from formloom.platform.definitions.fields.numbers import DecimalType
from formloom.platform.definitions.fields.settings import SIGNS, Numbers, named


class Money(Numbers):
    """Bounds, decimal places and the currency."""

    currency = fields.String(
        load_default="CNY", validate=validate.OneOf(tuple(SIGNS)), metadata=named("币种", "Currency")
    )


class Currency(DecimalType):
    """An exact amount in one currency."""

    id = "currency"
    label = {"zh-CN": "金额", "en": "Currency"}
    help = {"zh-CN": "价格、预算、合计", "en": "A price, a budget"}
    icon = "currency"
    stored_as = "amount"
    keywords = ("currency", "money", "amount", "price", "金额", "jine", "je", "价格", "jiage")
    settings = Money
    examples = (
        Example("1999.9", clean=Decimal("1999.90")),
        Example("-5", {"min": "0"}, error="too_small"),
        Example("¥5", error="not_number"),
    )

    def display(self, value: Decimal | None, cfg: Settings, locale: str) -> str:  # noqa: ARG002 - the signature is the base's
        return "" if value is None else f"{SIGNS[cfg['currency']]}{value:,f}"

    def widget(self, cfg: Settings) -> WidgetSpec:
        return WidgetSpec("currency", {"inputmode": "decimal", "enterkeyhint": "next", "sign": SIGNS[cfg["currency"]]})
